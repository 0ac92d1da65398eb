namespace DeviceTwin.Bench.Soak.Crash;

/// <summary>What went wrong over a soak; all zero where nothing acknowledged was lost.</summary>
/// <param name="Losses">Acknowledged changes that are not there after the next start.</param>
/// <param name="ReusedVersions">Versions that were acknowledged for two different contents, or not above those before.</param>
/// <param name="TornTwins">Twins that hold a part of an update.</param>
/// <param name="Duplicates">Messages with a sequence number that are there twice.</param>
/// <param name="Lost">Each loss in words.</param>
public sealed record CrashFindings(long Losses, long ReusedVersions, long TornTwins, long Duplicates, params IReadOnlyList<string> Lost)
{
    public static readonly CrashFindings None = new(0, 0, 0, 0);

    public bool Any => Losses + ReusedVersions + TornTwins + Duplicates > 0;

    /// <summary>The same, each loss said of something.</summary>
    public CrashFindings Of(string what) => this with { Lost = [.. Lost.Select(lost => $"{what}: {lost}")] };

    public static CrashFindings Loses(IReadOnlyList<string> lost) => new(lost.Count, 0, 0, 0, lost);

    /// <summary>By the numbers; the words say the same.</summary>
    public bool Equals(CrashFindings? other) =>
        other is not null && (Losses, ReusedVersions, TornTwins, Duplicates) == (other.Losses, other.ReusedVersions, other.TornTwins, other.Duplicates);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Losses, ReusedVersions, TornTwins, Duplicates);

    public static CrashFindings operator +(CrashFindings left, CrashFindings right) => new(
        left.Losses + right.Losses,
        left.ReusedVersions + right.ReusedVersions,
        left.TornTwins + right.TornTwins,
        left.Duplicates + right.Duplicates,
        [.. left.Lost, .. right.Lost]);
}

/// <summary>A section of a twin as read: the number that its writer counts up, and the section's version.</summary>
/// <param name="Copies">The same number at the other places that each update writes; one that differs tears the twin.</param>
public sealed record ReadSection(long Number, IReadOnlyList<long> Copies, long Version);

/// <summary>
/// The books of one section that one writer counts up: every update writes the next number at several places at once. Thread-safe.
/// </summary>
public sealed class SectionLedger
{
    private readonly Lock gate = new();
    private readonly Dictionary<long, long> numberOfVersion = [];
    private long acknowledgedNumber;
    private long acknowledgedVersion;
    private long reused;
    private long lastTried;

    /// <summary>Acknowledged updates.</summary>
    public long Acknowledged { get; private set; }

    /// <summary>The next number to write.</summary>
    public long Try()
    {
        lock (gate)
        {
            return ++lastTried;
        }
    }

    /// <summary>The hub acknowledged that a number is written, as this version.</summary>
    public void Acknowledge(long number, long version)
    {
        lock (gate)
        {
            Acknowledged++;
            if (!numberOfVersion.TryAdd(version, number) || (number > acknowledgedNumber && version <= acknowledgedVersion))
            {
                reused++;
            }

            acknowledgedNumber = Math.Max(acknowledgedNumber, number);
            acknowledgedVersion = Math.Max(acknowledgedVersion, version);
        }
    }

    /// <summary>Holds what is there after a start against what was acknowledged before.</summary>
    public CrashFindings Check(ReadSection read)
    {
        lock (gate)
        {
            var lost = read.Number < acknowledgedNumber || read.Version < acknowledgedVersion || read.Number > lastTried;
            var other = numberOfVersion.TryGetValue(read.Version, out var number) && number != read.Number;
            var findings = new CrashFindings(
                lost ? 1 : 0,
                reused + (other ? 1 : 0),
                read.Copies.All(copy => copy == read.Number) ? 0 : 1,
                0,
                lost ? [$"number {acknowledgedNumber} as version {acknowledgedVersion}; there is {read.Number} as {read.Version}, {lastTried} was tried last"] : []);
            reused = 0;
            return findings;
        }
    }
}

/// <summary>The books of one device's messages. Thread-safe.</summary>
public sealed class MessageLedger
{
    private readonly Lock gate = new();
    private readonly HashSet<long> confirmed = [];
    private readonly SortedSet<long> open = [];
    private long last;

    /// <summary>Confirmed messages.</summary>
    public long Acknowledged { get; private set; }

    /// <summary>Messages sent and never confirmed, to be sent again with the numbers they have.</summary>
    public IReadOnlyList<long> Open
    {
        get
        {
            lock (gate)
            {
                return [.. open];
            }
        }
    }

    /// <summary>The number of the next message.</summary>
    public long Next()
    {
        lock (gate)
        {
            open.Add(++last);
            return last;
        }
    }

    public void Confirm(long number)
    {
        lock (gate)
        {
            if (open.Remove(number))
            {
                confirmed.Add(number);
                Acknowledged++;
            }
        }
    }

    /// <summary>Holds the newest messages of the hub against those confirmed since the last check, and forgets these.</summary>
    public CrashFindings Check(IReadOnlyCollection<long> numbers)
    {
        lock (gate)
        {
            var there = new HashSet<long>(numbers);
            string[] lost = [.. confirmed.Where(number => !there.Contains(number)).Order().Select(number => $"message {number} of {last}, {confirmed.Count} confirmed")];
            var findings = CrashFindings.Loses(lost) with { Duplicates = numbers.Count - there.Count };
            confirmed.Clear();
            return findings;
        }
    }
}

/// <summary>The books of devices that are registered and deleted. Thread-safe.</summary>
public sealed class RegistryLedger
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, bool> known = new(StringComparer.Ordinal);

    public long Acknowledged { get; private set; }

    /// <summary>A change is under way: until it is acknowledged the device may be there or not.</summary>
    public void Try(string deviceId)
    {
        lock (gate)
        {
            known.Remove(deviceId);
        }
    }

    public void Acknowledge(string deviceId, bool there)
    {
        lock (gate)
        {
            known[deviceId] = there;
            Acknowledged++;
        }
    }

    public CrashFindings Check(IReadOnlyCollection<string> deviceIds)
    {
        lock (gate)
        {
            var there = new HashSet<string>(deviceIds, StringComparer.Ordinal);
            return CrashFindings.Loses([.. known.Where(device => device.Value != there.Contains(device.Key)).Select(device => device.Value ? $"{device.Key} registered" : $"{device.Key} deleted")]);
        }
    }
}

/// <summary>The books of messages to one device: each that the hub took is received at least once. Thread-safe.</summary>
public sealed class DeliveryLedger
{
    private readonly Lock gate = new();
    private readonly HashSet<long> taken = [];
    private readonly HashSet<long> received = [];
    private long last;

    public long Acknowledged { get; private set; }

    /// <summary>The number of the next message.</summary>
    public long Next()
    {
        lock (gate)
        {
            return ++last;
        }
    }

    /// <summary>The hub took a message for the device.</summary>
    public void Take(long number)
    {
        lock (gate)
        {
            Acknowledged++;
            if (!received.Contains(number))
            {
                taken.Add(number);
            }
        }
    }

    /// <summary>The device has it.</summary>
    public void Receive(long number)
    {
        lock (gate)
        {
            received.Add(number);
            taken.Remove(number);
        }
    }

    /// <summary>Holds the number of messages that wait at the hub against those that were taken and not received.</summary>
    public CrashFindings Check(long waiting)
    {
        lock (gate)
        {
            return CrashFindings.Loses([.. taken.Order().Skip((int)waiting).Select(number => $"one of {taken.Count} messages to it, {waiting} wait")]);
        }
    }
}
