using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Audit;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Access;

/// <summary>
/// The one way by which rows leave the audit log: an admin asks for it, the rows are on the disk as a file first, and the log says that they
/// were and what the file's hash is.
/// </summary>
internal sealed class AuditArchive(IHubStore store, FleetOptions options, TimeProvider time, ILogger<AuditArchive> logger)
{
    /// <summary>What is younger stays, whoever asks.</summary>
    public static readonly TimeSpan Youngest = TimeSpan.FromDays(30);

    /// <summary>Below the data folder.</summary>
    public const string FolderName = "audit";

    private const int Page = 1000;
    private readonly SemaphoreSlim running = new(1, 1);

    /// <summary>Next to the database.</summary>
    private string Folder => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(options.Store.Path))!, FolderName);

    /// <summary>Moves the rows from before a time into a file.</summary>
    /// <returns>What was moved; null where no row is old enough.</returns>
    public async Task<ArchivedAudit?> Archive(DateTimeOffset before, string author)
    {
        var now = time.GetUtcNow();
        if (before > now - Youngest)
        {
            throw new HubException(HubError.ArgumentInvalid, $"Rows stay in the log for {Youngest.TotalDays:0} days. Name a time before {Json.Timestamp(now - Youngest)}.");
        }

        await running.WaitAsync();
        try
        {
            var extent = store.AuditExtent();

            // By number, not by time: after a clock was set back a later row may carry an earlier time.
            var last = store.ReadAudit(new AuditQuery(After: 0, From: before, Limit: 1)) is [var young] ? young.Id - 1 : extent.Last;
            if (extent.First == 0 || last < extent.First)
            {
                return null;
            }

            var archived = Write(extent.First, last);
            var what = new JsonObject
            {
                ["first"] = archived.First,
                ["last"] = archived.Last,
                ["rows"] = archived.Rows,
                ["file"] = archived.File,
                ["sha256"] = archived.Sha256,
                ["previous"] = archived.Previous,
                ["hash"] = archived.Hash,
            };
            await store.Write(
            [
                new StoreChange.AppendAudit(new AuditRow(now, author, null, "audit.archive", null, what.ToJsonString(Json.Relaxed), null)),
                new AuditChange.Retire(last),
            ]);
            logger.AuditArchived(archived.First, archived.Last, archived.File, author);
            return archived;
        }
        catch (StorageException failure)
        {
            throw FleetErrors.Translate(failure);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new HubException(HubError.ServiceUnavailable, $"The archive cannot be written to {Folder} ({problem.Message.TrimEnd('.')}). Nothing was removed. Free space or give the folder back.");
        }
        finally
        {
            running.Release();
        }
    }

    private ArchivedAudit Write(long first, long last)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(Folder);
        }
        else
        {
            Directory.CreateDirectory(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        var name = $"audit-{first:D10}-{last:D10}.ndjson";
        var path = Path.Combine(Folder, name);
        var creation = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            creation.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        string? previous = null, ending = null;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var rows = 0L;
        using (var file = new FileStream(path + ".new", creation))
        {
            for (var after = first - 1; after < last;)
            {
                var page = store.ReadAudit(new AuditQuery(After: after, Before: last + 1, Limit: Page));
                if (page.Count == 0)
                {
                    break;
                }

                foreach (var entry in page)
                {
                    var line = Encoding.UTF8.GetBytes(entry.Line() + "\n");
                    previous ??= entry.Previous;
                    ending = entry.Hash;
                    file.Write(line);
                    hash.AppendData(line);
                    rows++;
                }

                after = page[^1].Id;
            }

            file.Flush(flushToDisk: true);
        }

        File.Move(path + ".new", path, overwrite: true);
        return new ArchivedAudit(first, last, rows, name, Convert.ToHexStringLower(hash.GetHashAndReset()), previous, ending);
    }
}

/// <summary>Rows that went into a file.</summary>
/// <param name="File">Its name in the folder <c>audit</c> beside the database.</param>
/// <param name="Previous">What its first row follows in the chain.</param>
/// <param name="Hash">The hash of its last row: what the log follows from now on.</param>
internal sealed record ArchivedAudit(long First, long Last, long Rows, string File, string Sha256, string? Previous, string? Hash);
