namespace DeviceTwin.Storage;

/// <summary>The store cannot do what it should; the message says what to do about it.</summary>
public sealed class StorageException(StorageError error, string message, Exception? inner = null) : Exception(message, inner)
{
    public StorageError Error { get; } = error;
}

/// <summary>The ways in which a store fails, with stable numbers.</summary>
public enum StorageError
{
    /// <summary>The file is no database of this hub, or is damaged.</summary>
    Corrupt = 500101,

    /// <summary>Another process has the database.</summary>
    Locked = 500102,

    /// <summary>The file or its folder cannot be written.</summary>
    Unwritable = 500103,

    /// <summary>The disk is full.</summary>
    Full = 500104,

    /// <summary>A newer hub made the database.</summary>
    TooNew = 500105,

    /// <summary>The store has been closed.</summary>
    Closed = 500106,

    /// <summary>Anything else that the database reports.</summary>
    Failed = 500199,
}
