#nullable enable

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using DeviceTwin.SensorNode.Boards;

namespace DeviceTwin.SensorNode.Simulator.Board;

/// <summary>
/// A flash partition with littlefs as the firmware's own code meets it: content is durable when its file is closed, a file takes whole blocks, and a
/// new version is written beside the old one, so that a full partition refuses even to replace. The power can be cut at any operation.
/// </summary>
/// <param name="capacity">Bytes of the partition: 256 KB on boards with 4 MB of flash, 2 MB on the S3 with 8.</param>
public sealed class SimulatedFiles(int capacity = SimulatedFiles.SmallPartition) : SlotFiles
{
    /// <summary>The partition of boards with 4 MB of flash.</summary>
    public const int SmallPartition = 256 * 1024;

    /// <summary>The partition of the S3 with 8 MB of flash.</summary>
    public const int LargePartition = 2 * 1024 * 1024;

    /// <summary>What is erased at once, and the least that a file takes.</summary>
    public const int BlockSize = 4096;

    // Two blocks for the file system itself, two for its directory.
    private const int OwnBlocks = 4;

    private readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private bool _isOff;

    /// <summary>Operations that change the medium since it was made: makings, closings, removals.</summary>
    public int Operations { get; private set; }

    /// <summary>Blocks erased and written since it was made: what wears the flash.</summary>
    public int BlocksWritten { get; private set; }

    /// <summary>The number of the operation at which the power is cut; 0 = never.</summary>
    public int CutAt { get; set; }

    /// <summary>What the cut leaves of it.</summary>
    public PowerCut Cut { get; set; }

    /// <summary>Called at the moment of the cut: the rest of the board dies as well.</summary>
    public Action? WhenCut { get; set; }

    /// <summary>Whether every change is refused, as by a worn or full medium.</summary>
    public bool Refuses { get; set; }

    /// <summary>Whether the power is cut: nothing that runs on the board runs any more.</summary>
    public bool IsOff => _isOff;

    /// <summary>Blocks in use.</summary>
    public int BlocksUsed => OwnBlocks + _files.Values.Sum(content => Blocks(content.Length));

    /// <summary>Names and lengths on the medium.</summary>
    public IReadOnlyDictionary<string, int> Contents => _files.ToDictionary(file => file.Key, file => file.Value.Length);

    /// <summary>The power comes back: what is durable is there.</summary>
    public void PowerOn()
    {
        _isOff = false;
        CutAt = 0;
    }

    /// <summary>Flips bits of a byte.</summary>
    public void Spoil(string path, int position, byte flips) => _files[path][position] ^= flips;

    /// <inheritdoc/>
    protected override byte[]? Load(string path)
    {
        Check();
        return _files.TryGetValue(path, out byte[]? content) ? (byte[])content.Clone() : null;
    }

    /// <inheritdoc/>
    protected override int Load(string path, int position, byte[] buffer, int count)
    {
        Check();
        if (!_files.TryGetValue(path, out byte[]? content) || position >= content.Length)
        {
            return 0;
        }

        int read = Math.Min(count, content.Length - position);
        Array.Copy(content, position, buffer, 0, read);
        return read;
    }

    /// <inheritdoc/>
    protected override void Store(string path, byte[] content)
    {
        Make(path);
        Commit(path, [], [.. content], Blocks(content.Length));
    }

    /// <inheritdoc/>
    protected override void Add(string path, byte[] bytes, int count)
    {
        Make(path);
        byte[] old = _files[path];

        // Full blocks stay as they are; the last one is copied.
        Commit(path, old, [.. old, .. bytes.AsSpan(0, count)], Blocks(old.Length + count) - (old.Length / BlockSize));
    }

    /// <inheritdoc/>
    protected override void Remove(string path)
    {
        Check();
        if (_files.ContainsKey(path))
        {
            Operate(torn: () => { }, whole: () => _files.Remove(path));
        }
    }

    /// <inheritdoc/>
    protected override int Size(string path)
    {
        Check();
        return _files.TryGetValue(path, out byte[]? content) ? content.Length : 0;
    }

    /// <inheritdoc/>
    protected override string[] Names()
    {
        Check();
        return [.. _files.Keys];
    }

    private static int Blocks(int length) => Math.Max(1, (length + BlockSize - 1) / BlockSize);

    private void Make(string path)
    {
        Check();
        if (!_files.ContainsKey(path))
        {
            Reserve(1);
            Operate(torn: () => { }, whole: () => _files.Add(path, []));
        }
    }

    private void Commit(string path, byte[] kept, byte[] content, int blocks)
    {
        Reserve(blocks);
        int length = kept.Length + ((content.Length - kept.Length) / 2);
        Operate(torn: () => _files[path] = content[..length], whole: () => _files[path] = content);
        BlocksWritten += blocks;
    }

    private void Reserve(int blocks)
    {
        if (Refuses || (BlocksUsed + blocks) * BlockSize > capacity)
        {
            throw new IOException("No room on the medium.");
        }
    }

    private void Operate(Action torn, Action whole)
    {
        Operations++;
        if (Operations != CutAt)
        {
            whole();
            return;
        }

        _isOff = true;
        switch (Cut)
        {
            case PowerCut.Torn:
                torn();
                break;
            case PowerCut.After:
                whole();
                break;
        }

        WhenCut?.Invoke();
        throw new PowerCutException();
    }

    private void Check()
    {
        if (_isOff)
        {
            throw new PowerCutException();
        }
    }
}
