#nullable enable

using System;
using System.IO;
using DeviceTwin.SensorNode.Boards;

namespace DeviceTwin.SensorNode.Simulator.Board;

/// <summary>
/// Files of a simulated board in a folder. A write goes to a temporary file, is flushed to the disk and then renamed over the old one:
/// after a crash either the old or the new content is there.
/// </summary>
public sealed class FolderFiles : IFiles
{
    private const string TemporarySuffix = ".new";

    private readonly string _folder;

    /// <param name="folder">Made where it does not exist.</param>
    public FolderFiles(string folder)
    {
        _folder = folder;
        Directory.CreateDirectory(folder);
    }

    /// <inheritdoc/>
    public byte[]? Read(string name)
    {
        try
        {
            return File.ReadAllBytes(PathOf(name));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Write(string name, byte[] content)
    {
        string path = PathOf(name);
        string temporary = path + TemporarySuffix;
        using (FileStream stream = new(temporary, FileMode.Create, FileAccess.Write))
        {
            stream.Write(content);
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }

    /// <inheritdoc/>
    public void Delete(string name) => File.Delete(PathOf(name));

    private string PathOf(string name)
    {
        bool plain = name.Length > 0 && name == Path.GetFileName(name) && name is not ("." or "..");
        if (!plain || name.EndsWith(TemporarySuffix, StringComparison.Ordinal))
        {
            throw new ArgumentException($"'{name}' is not the name of a file on the board.", nameof(name));
        }

        return Path.Combine(_folder, name);
    }
}
