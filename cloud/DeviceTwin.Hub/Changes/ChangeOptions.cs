namespace DeviceTwin.Hub.Changes;

/// <summary>How changes are carried out.</summary>
internal sealed record ChangeOptions
{
    /// <summary>Where the journals of replays are that are not done.</summary>
    public required string Folder { get; init; }

    /// <summary>How long what was seen of the devices of an ended change is kept, and the report of a replay on which no change rests.</summary>
    public TimeSpan Kept { get; init; } = TimeSpan.FromDays(StandardDays);

    /// <summary><see cref="Kept"/> where nothing else is asked for, in days.</summary>
    public const int StandardDays = 730;

    /// <summary>How often the hub looks at a change under way, besides when something happens.</summary>
    public TimeSpan Tick { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Looks that events ask for come no faster.</summary>
    public TimeSpan Shortest { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>After a start of the hub all nodes come back: so long nobody counts as online because he is not here yet, and no connection as new.</summary>
    public TimeSpan Settle { get; init; } = TimeSpan.FromMinutes(2);
}
