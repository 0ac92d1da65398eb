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
    private const string GrowingSuffix = ".grows";

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
    public void Delete(string name)
    {
        File.Delete(PathOf(name));
        File.Delete(PathOf(name) + GrowingSuffix);
    }

    /// <inheritdoc/>
    public void Append(string name, byte[] bytes, int count)
    {
        using FileStream stream = new(PathOf(name) + GrowingSuffix, FileMode.Append, FileAccess.Write);
        stream.Write(bytes, 0, count);
        stream.Flush(flushToDisk: true);
    }

    /// <inheritdoc/>
    public int ReadAt(string name, int position, byte[] buffer, int count)
    {
        if (Length(name) <= position)
        {
            return 0;
        }

        using FileStream stream = new(PathOf(name) + GrowingSuffix, FileMode.Open, FileAccess.Read);
        stream.Position = position;
        return stream.ReadAtLeast(buffer.AsSpan(0, count), count, throwOnEndOfStream: false);
    }

    /// <inheritdoc/>
    public int Length(string name) => new FileInfo(PathOf(name) + GrowingSuffix) is { Exists: true } file ? (int)file.Length : 0;

    /// <inheritdoc/>
    public string[] List() => Array.ConvertAll(Directory.GetFiles(_folder, "*" + GrowingSuffix), path => Path.GetFileNameWithoutExtension(path));

    private string PathOf(string name)
    {
        bool plain = name.Length > 0 && name == Path.GetFileName(name) && name is not ("." or "..");
        if (!plain || name.EndsWith(TemporarySuffix, StringComparison.Ordinal) || name.EndsWith(GrowingSuffix, StringComparison.Ordinal))
        {
            throw new ArgumentException($"'{name}' is not the name of a file on the board.", nameof(name));
        }

        return Path.Combine(_folder, name);
    }
}
