namespace DeviceTwin.Hub.Options;

/// <summary>What the process returns: a catalogue that scripts may rely on.</summary>
public enum ExitCode
{
    /// <summary>Stopped because it was asked to.</summary>
    Stopped = 0,

    /// <summary>Something that nobody foresaw; the log has the details.</summary>
    Unexpected = 1,

    /// <summary>The command line is wrong.</summary>
    Usage = 2,

    /// <summary>The data folder cannot be made or written.</summary>
    DataFolderUnwritable = 10,

    /// <summary>Another hub works on the data folder.</summary>
    DataFolderInUse = 11,

    /// <summary>The data in the folder cannot be read: damaged, or written by a newer version.</summary>
    DataUnreadable = 12,

    /// <summary>Another program listens on the MQTT port.</summary>
    MqttPortInUse = 20,

    /// <summary>Another program listens on the HTTP port.</summary>
    HttpPortInUse = 21,

    /// <summary>An address or port may not be listened on: no such address here, or no right to it.</summary>
    AddressUnavailable = 22,

    /// <summary>A backup cannot be made, or is damaged, cut off or of a newer hub.</summary>
    BackupUnusable = 30,

    /// <summary>A backup is restored into a new or empty folder only.</summary>
    FolderNotEmpty = 31,

    /// <summary>The file of a bridge cannot be read, may be read by others, or says something that cannot be.</summary>
    BridgeFileUnusable = 40,
}
