namespace DeviceTwin.Storage.Backup;

/// <summary>A store that can be copied while it is written to.</summary>
public interface IBackupSource
{
    /// <summary>Copies the database as it was at one moment into a file of its own; it is on the disk when this returns. Writers go on.</summary>
    /// <param name="path">A file that is not there yet.</param>
    DatabaseCopy CopyDatabase(string path);
}

/// <summary>What a copy of the database holds.</summary>
/// <param name="Contents">The waveform contents that its rows name, and whether the file of each is known to be damaged.</param>
public sealed record DatabaseCopy(int SchemaVersion, int Devices, IReadOnlyDictionary<string, bool> Contents);
