using System.IO.Compression;
using System.Security.Cryptography;

namespace DeviceTwin.Storage.Waveforms;

/// <summary>
/// The folder of contents: one immutable file per content, <c>ab/abcd….i16.gz</c>, named by the SHA-256 of the samples that are
/// in it. A file is written beside its place, flushed to the disk and renamed, so that a name never stands for half a content.
/// </summary>
public sealed class WaveformFiles
{
    /// <summary>Ending of a content's file: gzip of 16 bit counts, as <c>zcat</c> reads it.</summary>
    public const string Ending = ".i16.gz";

    private const string Unfinished = ".new";
    private const int HashDigits = 64;

    /// <param name="folder">Made where it is not there.</param>
    public WaveformFiles(string folder)
    {
        Folder = Path.GetFullPath(folder);
        MakeFolder(Folder);
    }

    public string Folder { get; }

    /// <summary>Where the content of this name belongs.</summary>
    public string PathOf(string sha256) => IsHash(sha256)
        ? Path.Combine(Folder, sha256[..2], sha256 + Ending)
        : throw new ArgumentException($"'{sha256}' is no SHA-256.", nameof(sha256));

    /// <summary>64 hexadecimal digits in lower case.</summary>
    public static bool IsHash(string text) =>
        text.Length == HashDigits && text.AsSpan().IndexOfAnyExcept("0123456789abcdef") < 0;

    /// <summary>The name of a content.</summary>
    public static string HashOf(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>Puts a content into its place; on the disk when this returns. Where it already is, and whole, nothing is written.</summary>
    /// <returns>The bytes that its file takes.</returns>
    public long Write(string sha256, ReadOnlyMemory<byte> content)
    {
        var path = PathOf(sha256);
        if (File.Exists(path) && Read(sha256, content.Length) is not null)
        {
            return new FileInfo(path).Length;
        }

        MakeFolder(Path.GetDirectoryName(path)!);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(path + Unfinished, options))
        {
            using (var packed = new GZipStream(file, CompressionLevel.Optimal, leaveOpen: true))
            {
                packed.Write(content.Span);
            }

            file.Flush(flushToDisk: true);
        }

        File.Move(path + Unfinished, path, overwrite: true);

        // A rename is on the disk only once its folder is, and a new folder only once the one above it is.
        FolderFlush.Flush(Path.GetDirectoryName(path)!);
        FolderFlush.Flush(Folder);
        return new FileInfo(path).Length;
    }

    /// <summary>The content, or null where its file is lost, damaged or holds something else.</summary>
    /// <param name="length">What it has to have; not a byte more is unpacked, whatever the file holds.</param>
    public byte[]? Read(string sha256, int length)
    {
        try
        {
            using var file = File.OpenRead(PathOf(sha256));
            using var unpacked = new GZipStream(file, CompressionMode.Decompress);
            var content = new byte[length];
            return unpacked.ReadAtLeast(content, length, throwOnEndOfStream: false) == length
                && unpacked.ReadByte() < 0
                && HashOf(content) == sha256
                    ? content
                    : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>Removes a content's file; nothing happens where there is none.</summary>
    public void Delete(string sha256)
    {
        try
        {
            File.Delete(PathOf(sha256));
        }
        catch (DirectoryNotFoundException)
        {
            // Then there is no file either.
        }
    }

    /// <summary>Makes the folder agree with the rows: files that no row names, and unfinished ones, are removed.</summary>
    /// <param name="known">The contents that rows name.</param>
    /// <returns>How many files were removed, and the contents whose file is missing.</returns>
    public (int Removed, IReadOnlyList<string> Missing) Tidy(IEnumerable<string> known)
    {
        var missing = new HashSet<string>(known, StringComparer.Ordinal);
        var wanted = new HashSet<string>(missing, StringComparer.Ordinal);
        var removed = 0;
        foreach (var path in Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).ToArray())
        {
            var name = Path.GetFileName(path);
            var sha256 = name.EndsWith(Ending, StringComparison.Ordinal) ? name[..^Ending.Length] : "";
            if (wanted.Contains(sha256) && path == PathOf(sha256))
            {
                missing.Remove(sha256);
            }
            else if (IsHash(sha256) || name.EndsWith(Ending + Unfinished, StringComparison.Ordinal))
            {
                File.Delete(path);
                removed++;
            }
        }

        return (removed, [.. missing.Order(StringComparer.Ordinal)]);
    }

    private static void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
