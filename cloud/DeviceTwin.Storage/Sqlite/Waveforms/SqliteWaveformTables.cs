using System.Runtime.InteropServices;
using DeviceTwin.Storage.Waveforms;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite.Waveforms;

/// <summary>
/// Waveforms as the writer sees them. The pieces of an unfinished waveform never overlap: of a chunk only what is new is added, and what was
/// here before is compared. So a waveform is whole when the bytes received are as many as announced.
/// </summary>
internal sealed class SqliteWaveformTables : SqliteTables
{
    /// <summary>Reasons of discarding that are remembered per device.</summary>
    private const int KeptDiscards = 32;

    public const string Create = """
        CREATE TABLE waveform_contents(sha256 TEXT PRIMARY KEY, length INTEGER NOT NULL, stored_bytes INTEGER NOT NULL, damaged INTEGER NOT NULL);
        CREATE TABLE waveforms(
          device_id TEXT NOT NULL, sha256 TEXT NOT NULL, received_at INTEGER NOT NULL,
          length INTEGER NOT NULL, axes TEXT NOT NULL, rate INTEGER NOT NULL, scale INTEGER NOT NULL,
          boot_id TEXT, capture INTEGER, taken_at INTEGER, coverage INTEGER, saturated INTEGER, overrun INTEGER NOT NULL,
          PRIMARY KEY(device_id, sha256));
        CREATE INDEX waveforms_by_time ON waveforms(received_at);
        CREATE INDEX waveforms_by_device ON waveforms(device_id, received_at);
        CREATE INDEX waveforms_by_content ON waveforms(sha256);
        CREATE TABLE waveform_uploads(
          id INTEGER PRIMARY KEY AUTOINCREMENT, device_id TEXT NOT NULL, sha256 TEXT NOT NULL,
          received_at INTEGER NOT NULL, touched_at INTEGER NOT NULL, received INTEGER NOT NULL, pieces INTEGER NOT NULL,
          length INTEGER NOT NULL, axes TEXT NOT NULL, rate INTEGER NOT NULL, scale INTEGER NOT NULL,
          boot_id TEXT, capture INTEGER, taken_at INTEGER, coverage INTEGER, saturated INTEGER, overrun INTEGER NOT NULL,
          UNIQUE(device_id, sha256));
        CREATE TABLE waveform_pieces(
          upload_id INTEGER NOT NULL, start INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY(upload_id, start));
        CREATE TABLE waveform_discards(
          id INTEGER PRIMARY KEY AUTOINCREMENT, device_id TEXT NOT NULL, sha256 TEXT NOT NULL, reason INTEGER NOT NULL, at INTEGER NOT NULL,
          UNIQUE(device_id, sha256));
        """;

    private readonly SqliteCommand findWaveform;
    private readonly SqliteCommand findContent;
    private readonly SqliteCommand findUpload;
    private readonly SqliteCommand uploadsOf;
    private readonly SqliteCommand openBytes;
    private readonly SqliteCommand addUpload;
    private readonly SqliteCommand touchUpload;
    private readonly SqliteCommand deleteUpload;
    private readonly SqliteCommand piecesIn;
    private readonly SqliteCommand addPiece;
    private readonly SqliteCommand deletePieces;
    private readonly SqliteCommand addWaveform;
    private readonly SqliteCommand putContent;
    private readonly SqliteCommand deleteWaveform;
    private readonly SqliteCommand deleteContent;
    private readonly SqliteCommand forgetContents;
    private readonly SqliteCommand markDamaged;
    private readonly SqliteCommand addDiscard;
    private readonly SqliteCommand deleteDiscard;
    private readonly SqliteCommand boundDiscards;
    private readonly SqliteCommand forgetDiscards;
    private readonly SqliteCommand[] deleteDevice;

    public SqliteWaveformTables(SqliteConnection connection)
        : base(connection)
    {
        findWaveform = Prepare(
            "SELECT w.length, w.axes, w.rate, w.scale FROM waveforms w JOIN waveform_contents c ON c.sha256 = w.sha256 "
                + "WHERE w.device_id = $0 AND w.sha256 = $1 AND c.damaged = 0",
            2);
        findContent = Prepare("SELECT length FROM waveform_contents WHERE sha256 = $0 AND damaged = 0", 1);
        findUpload = Prepare("SELECT id, received, pieces, length, axes, rate, scale FROM waveform_uploads WHERE device_id = $0 AND sha256 = $1", 2);
        uploadsOf = Prepare("SELECT count(*) FROM waveform_uploads WHERE device_id = $0", 1);
        openBytes = Prepare("SELECT coalesce(sum(length), 0) FROM waveform_uploads", 0);
        addUpload = Prepare(
            "INSERT INTO waveform_uploads(device_id, sha256, received_at, touched_at, received, pieces, length, axes, rate, scale, boot_id, capture, taken_at, "
                + "coverage, saturated, overrun) VALUES($0,$1,$2,$2,0,0,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12) RETURNING id",
            13);
        touchUpload = Prepare("UPDATE waveform_uploads SET touched_at = $1, received = $2, pieces = $3 WHERE id = $0", 4);
        deleteUpload = Prepare("DELETE FROM waveform_uploads WHERE id = $0", 1);

        // The piece that begins at or before the chunk, if any, and those that begin in it.
        piecesIn = Prepare(
            "SELECT start, data FROM waveform_pieces WHERE upload_id = $0 AND start < $2 "
                + "AND start >= coalesce((SELECT max(start) FROM waveform_pieces WHERE upload_id = $0 AND start <= $1), 0) ORDER BY start",
            3);
        addPiece = Prepare("INSERT INTO waveform_pieces VALUES($0,$1,$2)", 3);
        deletePieces = Prepare("DELETE FROM waveform_pieces WHERE upload_id = $0", 1);
        addWaveform = Prepare("INSERT OR IGNORE INTO waveforms VALUES($0,$1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12)", 13);
        putContent = Prepare("INSERT OR REPLACE INTO waveform_contents VALUES($0,$1,$2,0)", 3);
        deleteWaveform = Prepare("DELETE FROM waveforms WHERE device_id = $0 AND sha256 = $1", 2);
        deleteContent = Prepare(
            "DELETE FROM waveform_contents WHERE sha256 = $0 AND NOT EXISTS(SELECT 1 FROM waveforms w WHERE w.sha256 = $0)", 1);
        forgetContents = Prepare(
            "DELETE FROM waveform_contents WHERE NOT EXISTS(SELECT 1 FROM waveforms w WHERE w.sha256 = waveform_contents.sha256)", 0);
        markDamaged = Prepare("UPDATE waveform_contents SET damaged = 1 WHERE sha256 = $0", 1);
        addDiscard = Prepare("INSERT OR REPLACE INTO waveform_discards(device_id, sha256, reason, at) VALUES($0,$1,$2,$3)", 4);
        deleteDiscard = Prepare("DELETE FROM waveform_discards WHERE device_id = $0 AND sha256 = $1", 2);
        boundDiscards = Prepare(
            $"DELETE FROM waveform_discards WHERE device_id = $0 AND id NOT IN (SELECT id FROM waveform_discards WHERE device_id = $0 ORDER BY id DESC LIMIT {KeptDiscards})",
            1);
        forgetDiscards = Prepare("DELETE FROM waveform_discards WHERE at < $0", 1);
        deleteDevice =
        [
            Prepare("DELETE FROM waveform_pieces WHERE upload_id IN (SELECT id FROM waveform_uploads WHERE device_id = $0)", 1),
            Prepare("DELETE FROM waveform_uploads WHERE device_id = $0", 1),
            Prepare("DELETE FROM waveforms WHERE device_id = $0", 1),
            Prepare("DELETE FROM waveform_discards WHERE device_id = $0", 1),
        ];
        On<WaveformChange.AddChunk>(Add);
        On<WaveformChange.Complete>(Complete);
        On<WaveformChange.Discard>(discard => Discard(discard.DeviceId, discard.Sha256, discard.Reason, discard.At));
        On<WaveformChange.Remove>(Remove);
        On<WaveformChange.MarkDamaged>(damage => Run(markDamaged, damage.Sha256));
        On<WaveformChange.ForgetDiscards>(forget => Run(forgetDiscards, forget.Before.UtcTicks));
        On<WaveformChange.ForgetContents>(_ => Run(forgetContents));
    }

    /// <summary>Contents that only this device had are left to <see cref="WaveformChange.ForgetContents"/>: their files go with them.</summary>
    public override void DeleteDevice(string deviceId)
    {
        foreach (var command in deleteDevice)
        {
            Run(command, deviceId);
        }
    }

    private void Add(WaveformChange.AddChunk chunk)
    {
        var (head, receipt) = (chunk.Head, chunk.Receipt);
        if (Facts(findWaveform, head) is { } complete)
        {
            // What is complete stays, whatever else is said of it.
            receipt.Reason = complete == head.Facts ? null : DiscardReason.FactsDiffer;
            receipt.Outcome = receipt.Reason is null ? ChunkOutcome.Complete : ChunkOutcome.Discarded;
            return;
        }

        var upload = Find(head);
        if (upload is null && IsKnownContent(head))
        {
            Run(addWaveform, [head.DeviceId, head.Sha256, chunk.At.UtcTicks, .. Columns(head)]);
            Run(deleteDiscard, head.DeviceId, head.Sha256);
            receipt.Outcome = ChunkOutcome.Complete;
            return;
        }

        if (upload is null && Refusal(chunk) is { } refused)
        {
            Discard(chunk, refused);
            return;
        }

        upload ??= Begin(chunk);
        if (upload.Facts != head.Facts)
        {
            Discard(chunk, DiscardReason.FactsDiffer);
            return;
        }

        if (!Merge(upload, chunk))
        {
            Discard(chunk, DiscardReason.ChunksDiffer);
        }
        else if (upload.Pieces > chunk.Limits.Chunks)
        {
            Discard(chunk, DiscardReason.TooManyChunks);
        }
        else
        {
            Run(touchUpload, upload.Id, chunk.At.UtcTicks, (long)upload.Received, (long)upload.Pieces);
            (receipt.Outcome, receipt.Reason) = (upload.Received == head.Facts.Length ? ChunkOutcome.Whole : ChunkOutcome.Kept, null);
        }
    }

    private bool IsKnownContent(WaveformHead head)
    {
        SqliteStatements.Bind(findContent, [head.Sha256]);
        return findContent.ExecuteScalar() is long length && length == head.Facts.Length;
    }

    private DiscardReason? Refusal(WaveformChange.AddChunk chunk)
    {
        SqliteStatements.Bind(uploadsOf, [chunk.Head.DeviceId]);
        return (long)uploadsOf.ExecuteScalar()! >= chunk.Limits.Uploads
            || (long)openBytes.ExecuteScalar()! + chunk.Head.Facts.Length > chunk.Limits.OpenBytes
                ? DiscardReason.TooManyUploads
                : null;
    }

    private Upload Begin(WaveformChange.AddChunk chunk)
    {
        var head = chunk.Head;
        Run(deleteDiscard, head.DeviceId, head.Sha256);
        SqliteStatements.Bind(addUpload, [head.DeviceId, head.Sha256, chunk.At.UtcTicks, .. Columns(head)]);
        return new Upload((long)addUpload.ExecuteScalar()!, head.Facts);
    }

    /// <summary>Adds what is new of a chunk; false where it differs from what is here.</summary>
    private bool Merge(Upload upload, WaveformChange.AddChunk chunk)
    {
        var (start, data) = (chunk.Offset, chunk.Data);
        var end = start + data.Length;
        var gaps = new List<ByteRange>();
        var at = start;
        SqliteStatements.Bind(piecesIn, [upload.Id, (long)start, (long)end]);
        using (var reader = piecesIn.ExecuteReader())
        {
            while (reader.Read())
            {
                var piece = reader.GetFieldValue<byte[]>(1);
                var from = reader.GetInt32(0);
                var (first, last) = (Math.Max(from, start), Math.Min(from + piece.Length, end));
                if (first >= last)
                {
                    continue;
                }

                if (!piece.AsSpan(first - from, last - first).SequenceEqual(data.Span[(first - start)..(last - start)]))
                {
                    return false;
                }

                if (at < first)
                {
                    gaps.Add(new ByteRange(at, first));
                }

                at = last;
            }
        }

        if (at < end)
        {
            gaps.Add(new ByteRange(at, end));
        }

        foreach (var gap in gaps)
        {
            var piece = data[(gap.Start - start)..(gap.End - start)];
            Run(addPiece, upload.Id, (long)gap.Start, Bytes(piece));
            upload.Received += piece.Length;
            upload.Pieces++;
        }

        return true;
    }

    private void Discard(WaveformChange.AddChunk chunk, DiscardReason reason)
    {
        Discard(chunk.Head.DeviceId, chunk.Head.Sha256, reason, chunk.At);
        (chunk.Receipt.Outcome, chunk.Receipt.Reason) = (ChunkOutcome.Discarded, reason);
    }

    private void Discard(string deviceId, string sha256, DiscardReason reason, DateTimeOffset at)
    {
        End(deviceId, sha256);
        Run(addDiscard, deviceId, sha256, (long)reason, at.UtcTicks);
        Run(boundDiscards, deviceId);
    }

    private void Complete(WaveformChange.Complete done)
    {
        var head = done.Upload.Head;
        if (!End(head.DeviceId, head.Sha256))
        {
            // The device was deleted meanwhile, and its waveforms with it.
            return;
        }

        Run(putContent, head.Sha256, (long)head.Facts.Length, done.StoredBytes);
        Run(addWaveform, [head.DeviceId, head.Sha256, done.Upload.ReceivedAt.UtcTicks, .. Columns(head)]);
    }

    private void Remove(WaveformChange.Remove gone)
    {
        Run(deleteWaveform, gone.DeviceId, gone.Sha256);
        Run(deleteContent, gone.Sha256);
    }

    /// <returns>Whether there was an unfinished waveform to end.</returns>
    private bool End(string deviceId, string sha256)
    {
        SqliteStatements.Bind(findUpload, [deviceId, sha256]);
        if (findUpload.ExecuteScalar() is not long id)
        {
            return false;
        }

        Run(deletePieces, id);
        Run(deleteUpload, id);
        return true;
    }

    private Upload? Find(WaveformHead head)
    {
        SqliteStatements.Bind(findUpload, [head.DeviceId, head.Sha256]);
        using var row = findUpload.ExecuteReader();
        return row.Read()
            ? new Upload(row.GetInt64(0), SqliteWaveforms.Facts(row, 3)) { Received = row.GetInt32(1), Pieces = row.GetInt32(2) }
            : null;
    }

    private static WaveformFacts? Facts(SqliteCommand find, WaveformHead head)
    {
        SqliteStatements.Bind(find, [head.DeviceId, head.Sha256]);
        using var row = find.ExecuteReader();
        return row.Read() ? SqliteWaveforms.Facts(row, 0) : null;
    }

    /// <summary>The columns of facts and capture, in the order of the tables.</summary>
    private static object?[] Columns(WaveformHead head) =>
    [
        (long)head.Facts.Length, head.Facts.Axes, (long)head.Facts.RateMilliHertz, (long)head.Facts.NanoGPerCount,
        head.Capture.BootId, head.Capture.Capture, head.Capture.TakenAt?.UtcTicks, (long?)head.Capture.CoveragePermille,
        (long?)head.Capture.SaturatedCount, head.Capture.Overrun ? 1L : 0L,
    ];

    private static byte[] Bytes(ReadOnlyMemory<byte> data) =>
        MemoryMarshal.TryGetArray(data, out var segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length ? segment.Array : data.ToArray();

    private sealed class Upload(long id, WaveformFacts facts)
    {
        public long Id { get; } = id;

        public WaveformFacts Facts { get; } = facts;

        public int Received { get; set; }

        public int Pieces { get; set; }
    }
}
