namespace DeviceTwin.Storage.Alarms;

/// <summary>
/// What maintenance found: the truth against which verdicts are measured. Nothing is overwritten; an amendment says which finding it
/// takes the place of.
/// </summary>
/// <param name="AlarmId">The alarm it answers; null where it stands by itself.</param>
/// <param name="From">Beginning of the time it speaks of; null = since always.</param>
/// <param name="To">Its end; null = until it was found.</param>
/// <param name="Kind">A verdict word or <see cref="NoFault"/>.</param>
/// <param name="By">Who found it.</param>
/// <param name="Author">Who wrote it down here.</param>
/// <param name="Amends">The finding it takes the place of.</param>
public sealed record Finding(
    string? AlarmId,
    string? DeviceId,
    string? Machine,
    string? Point,
    DateTimeOffset? From,
    DateTimeOffset? To,
    string Kind,
    string Text,
    DateTimeOffset FoundAt,
    string By,
    DateTimeOffset At,
    string Author,
    long? Amends)
{
    /// <summary>The kind of a finding that nothing was wrong.</summary>
    public const string NoFault = "noFault";

    /// <summary>Given when it is written.</summary>
    public long Number { get; init; }

    /// <summary>Another finding takes its place.</summary>
    public bool Amended { get; init; }
}
