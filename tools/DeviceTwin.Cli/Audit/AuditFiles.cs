using System.Formats.Tar;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Audit;
using DeviceTwin.Storage.Sqlite;

namespace DeviceTwin.Cli.Audit;

/// <summary>Audit logs in files: archives and exports (NDJSON), backups (tar) and databases.</summary>
internal static class AuditFiles
{
    private const string DatabaseName = "hub.db";
    private static readonly byte[] DatabaseMark = "SQLite format 3\0"u8.ToArray();
    private static readonly byte[] TarMark = "ustar"u8.ToArray();
    private const int TarMarkAt = 257;

    /// <summary>Proves files as one log, in the order in which they are named.</summary>
    /// <exception cref="CommandFailedException">A file cannot be read, or holds no audit log.</exception>
    public static AuditProof Verify(IReadOnlyList<string> paths, AuditHead? kept)
    {
        AuditProof? whole = null;
        var isFound = kept is null;
        foreach (var path in paths)
        {
            var proof = Verify(path, null);
            if (proof.IsIntact && !isFound && kept!.Id >= proof.Anchor.Id && kept.Id <= proof.Head.Id)
            {
                proof = Verify(path, kept);
                isFound = true;
            }

            if (whole is not null && whole.Head != proof.Anchor)
            {
                return whole with
                {
                    Flaw = new AuditFlaw(
                        AuditFlawKind.AnchorDiffers, proof.Anchor.Id + 1, $"'{path}' follows row {proof.Anchor.Id} with {proof.Anchor.Hash}; what is before it ends with row {whole.Head.Id} and {whole.Head.Hash}."),
                };
            }

            whole = new AuditProof(whole?.Anchor ?? proof.Anchor, proof.Head, (whole?.Rows ?? 0) + proof.Rows, proof.Flaw);
            if (!proof.IsIntact)
            {
                return whole;
            }
        }

        return isFound ? whole! : whole! with { Flaw = new AuditFlaw(AuditFlawKind.HeadDiffers, kept!.Id, $"Row {kept.Id}, whose head was kept, is not in these files.") };
    }

    private static AuditProof Verify(string path, AuditHead? kept)
    {
        try
        {
            var start = Start(path);
            return start.AsSpan().StartsWith(DatabaseMark) ? SqliteHubStore.VerifyAuditOf(path, kept)
                : start.Length >= TarMarkAt + TarMark.Length && start.AsSpan(TarMarkAt, TarMark.Length).SequenceEqual(TarMark) ? VerifyBackup(path, kept)
                : VerifyLines(path, kept);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or StorageException or FormatException or InvalidDataException)
        {
            throw new CommandFailedException(ExitCode.AuditUnusable, $"'{path}': {problem.Message}");
        }
    }

    private static AuditProof VerifyBackup(string path, AuditHead? kept)
    {
        var folder = Directory.CreateTempSubdirectory("dtwin-audit-");
        try
        {
            using var file = File.OpenRead(path);
            using var tar = new TarReader(file);
            while (tar.GetNextEntry() is { } entry)
            {
                if (Path.GetFileName(entry.Name) == DatabaseName)
                {
                    var database = Path.Combine(folder.FullName, DatabaseName);
                    entry.ExtractToFile(database, overwrite: false);
                    return SqliteHubStore.VerifyAuditOf(database, kept);
                }
            }

            throw new FormatException($"no backup of a hub: it holds no {DatabaseName}.");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static AuditProof VerifyLines(string path, AuditHead? kept)
    {
        AuditEntry? first = null;
        foreach (var line in File.ReadLines(path))
        {
            first = AuditEntry.FromLine(line);
            break;
        }

        return first is null
            ? throw new FormatException("it holds no row.")
            : AuditChain.Verify(new AuditHead(first.Id - 1, first.Previous ?? AuditHead.Beginning.Hash), File.ReadLines(path).Select(AuditEntry.FromLine), kept: kept);
    }

    private static byte[] Start(string path)
    {
        using var file = File.OpenRead(path);
        var start = new byte[512];
        return start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
    }
}
