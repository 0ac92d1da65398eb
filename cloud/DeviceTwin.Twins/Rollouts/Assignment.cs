using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace DeviceTwin.Twins.Rollouts;

/// <summary>A device that a change targets.</summary>
/// <param name="MachineClass">Class of its machine; empty where not known.</param>
/// <param name="Line">Tag <c>line</c>; empty where there is none.</param>
/// <param name="Connected">Whether it is online when the change starts.</param>
public sealed record RolloutDevice(string DeviceId, string MachineClass, string Line, bool Connected = true);

/// <summary>Where a device stands in the order of a change.</summary>
public enum RolloutGroup
{
    /// <summary>Goes first.</summary>
    Canary,

    /// <summary>Goes with a wave.</summary>
    Wave,

    /// <summary>Keeps the old version until the last wave: whom the others are compared with.</summary>
    Control,

    /// <summary>Offline at the start, and the plan excludes such devices.</summary>
    Excluded,
}

/// <param name="Wave">Number of the wave with which it is admitted, from 1; 0 for the canary and for excluded devices.</param>
public sealed record AssignedDevice(RolloutDevice Device, RolloutGroup Group, int Wave);

/// <summary>
/// Who is admitted when. Stratified by machine class and line: of each stratum every group has its share, rounded up or down. A function of
/// the devices' ids, classes and lines and the seed, whatever their order.
/// </summary>
/// <remarks>
/// A fleet of none has no groups and nothing to do; of one, a canary and nobody to compare with, so that only the gates that need no
/// control group judge; of two, a canary and a control. From two devices on there is always a control group.
/// </remarks>
public sealed class Assignment
{
    private static readonly Comparer<(string Class, string Line)> ByName = Comparer<(string Class, string Line)>.Create(static (left, right) =>
    {
        var byClass = string.CompareOrdinal(left.Class, right.Class);
        return byClass != 0 ? byClass : string.CompareOrdinal(left.Line, right.Line);
    });

    private readonly ImmutableSortedDictionary<string, AssignedDevice> devices;

    private Assignment(ImmutableSortedDictionary<string, AssignedDevice> devices, int waves)
    {
        this.devices = devices;
        Waves = waves;
    }

    /// <summary>Everybody, sorted by id.</summary>
    public IEnumerable<AssignedDevice> Devices => devices.Values;

    /// <summary>Number of waves that have devices; 0 where the canary is all there is.</summary>
    public int Waves { get; }

    /// <summary>How many are in a group.</summary>
    public int Count(RolloutGroup group) => devices.Values.Count(device => device.Group == group);

    /// <summary>Ids of the canary, sorted.</summary>
    public IReadOnlyList<string> Canary => Ids(device => device.Group == RolloutGroup.Canary);

    /// <summary>Ids of the control group, sorted.</summary>
    public IReadOnlyList<string> Control => Ids(device => device.Group == RolloutGroup.Control);

    /// <summary>Ids of those that the plan leaves out, sorted.</summary>
    public IReadOnlyList<string> Excluded => Ids(device => device.Group == RolloutGroup.Excluded);

    /// <summary>Ids of those that come with a wave, sorted; the last has the control group.</summary>
    /// <param name="wave">From 1.</param>
    public IReadOnlyList<string> InWave(int wave) => Ids(device => wave > 0 && device.Wave == wave);

    /// <summary>Where a device stands, or null where the change does not target it.</summary>
    public AssignedDevice? Of(string deviceId) => devices.GetValueOrDefault(deviceId);

    /// <summary>Assigns each device once.</summary>
    /// <exception cref="ArgumentException">A device is there twice.</exception>
    public static Assignment Of(IEnumerable<RolloutDevice> all, RolloutPlan plan)
    {
        var devices = ImmutableSortedDictionary.CreateBuilder<string, AssignedDevice>(StringComparer.Ordinal);
        var strata = new SortedDictionary<(string Class, string Line), List<(ulong Draw, RolloutDevice Device)>>(ByName);
        var count = 0;
        foreach (var device in all)
        {
            if (!device.Connected && plan.Offline == OfflinePolicy.Exclude)
            {
                devices.Add(device.DeviceId, new AssignedDevice(device, RolloutGroup.Excluded, 0));
                continue;
            }

            var key = (device.MachineClass, device.Line);
            if (!strata.TryGetValue(key, out var members))
            {
                strata.Add(key, members = []);
            }

            members.Add((Draw(plan.Seed, "device", device.DeviceId), device));
            count++;
        }

        var ordered = strata.Select(stratum => (
            Tie: Draw(plan.Seed, "stratum", $"{stratum.Key.Class}\0{stratum.Key.Line}"),
            Members: stratum.Value.OrderBy(member => member.Draw).ThenBy(member => member.Device.DeviceId, StringComparer.Ordinal)
                .Select(member => member.Device).ToArray())).ToArray();
        var waves = Place(ordered, count, plan, devices);
        return new Assignment(devices.ToImmutable(), waves);
    }

    /// <summary>Cuts the order of each stratum at the same shares: canary, the waves, and where the control group begins.</summary>
    private static int Place(
        (ulong Tie, RolloutDevice[] Members)[] strata, int count, RolloutPlan plan, ImmutableSortedDictionary<string, AssignedDevice>.Builder devices)
    {
        if (count == 0)
        {
            return 0;
        }

        var canary = plan.Canary.Of(count);
        var control = count == 1 ? 0 : Math.Clamp((int)Math.Round(count * plan.Control / 1000.0, MidpointRounding.AwayFromZero), 1, count - canary);
        var cuts = new List<int> { canary };
        foreach (var wave in plan.Waves.Take(plan.Waves.Count - 1))
        {
            cuts.Add(Math.Clamp((int)Math.Round(count * wave / 1000.0, MidpointRounding.AwayFromZero), cuts[^1], count - control));
        }

        cuts.Add(count - control);
        var places = new int[strata.Length];
        var from = new int[strata.Length];
        var last = 0;
        for (var cut = 0; cut < cuts.Count; cut++)
        {
            places = Share(strata, count, cuts[cut], places);
            // What lies between the last wave but one and the control group comes with the last wave, as the control group does.
            var any = false;
            for (var stratum = 0; stratum < strata.Length; stratum++)
            {
                foreach (var device in strata[stratum].Members[from[stratum]..places[stratum]])
                {
                    any = true;
                    devices.Add(device.DeviceId, new AssignedDevice(device, cut == 0 ? RolloutGroup.Canary : RolloutGroup.Wave, cut == 0 ? 0 : last + 1));
                }

                from[stratum] = places[stratum];
            }

            // A wave without devices is no wave.
            last += cut > 0 && any && cut < cuts.Count - 1 ? 1 : 0;
        }

        var rest = 0;
        for (var stratum = 0; stratum < strata.Length; stratum++)
        {
            foreach (var device in strata[stratum].Members[from[stratum]..])
            {
                devices.Add(device.DeviceId, new AssignedDevice(device, RolloutGroup.Control, last + 1));
                rest++;
            }
        }

        return rest > 0 ? last + 1 : last;
    }

    /// <summary>
    /// How many of each stratum lie before a cut: the exact share rounded down or up, the largest remainders up, never fewer than before the
    /// cut before. Where that takes more than the cut asks for, it takes more.
    /// </summary>
    private static int[] Share((ulong Tie, RolloutDevice[] Members)[] strata, int count, int cut, int[] before)
    {
        var shares = new int[strata.Length];
        for (var stratum = 0; stratum < strata.Length; stratum++)
        {
            shares[stratum] = Math.Max(before[stratum], (int)((long)strata[stratum].Members.Length * cut / count));
        }

        var missing = cut - shares.Sum();
        var byRemainder = Enumerable.Range(0, strata.Length)
            .Select(stratum => (Stratum: stratum, Remainder: (long)strata[stratum].Members.Length * cut - (long)shares[stratum] * count))
            .Where(entry => entry.Remainder > 0)
            .OrderByDescending(entry => entry.Remainder).ThenBy(entry => strata[entry.Stratum].Tie).ThenBy(entry => entry.Stratum);
        foreach (var (stratum, _) in byRemainder.Take(Math.Max(0, missing)))
        {
            shares[stratum]++;
        }

        return shares;
    }

    private IReadOnlyList<string> Ids(Func<AssignedDevice, bool> wanted) => [.. devices.Values.Where(wanted).Select(device => device.Device.DeviceId)];

    private static ulong Draw(ulong seed, string purpose, string name) =>
        BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}\0{purpose}\0{name}")));
}
