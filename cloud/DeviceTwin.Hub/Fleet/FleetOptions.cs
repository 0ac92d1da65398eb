using DeviceTwin.Storage.Sqlite;

namespace DeviceTwin.Hub.Fleet;

/// <summary>Settings of the fleet.</summary>
public sealed record FleetOptions
{
    /// <summary>The database and the history it keeps.</summary>
    public required SqliteStoreOptions Store { get; init; }

    /// <summary>How long a connected device may owe an answer to a desired change before it is sent the document; doubles each time.</summary>
    public TimeSpan ResendAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether the feed of twin changes has those of reported properties too; each costs a row.</summary>
    public bool ReportedChangesInFeed { get; init; } = true;

    /// <summary>How often the document is sent again per version and connection.</summary>
    public int ResendLimit { get; init; } = 3;
}
