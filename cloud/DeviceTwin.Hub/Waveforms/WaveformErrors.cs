using DeviceTwin.Storage.Waveforms;

namespace DeviceTwin.Hub.Waveforms;

/// <summary>Rows of the error catalogue that waveforms need.</summary>
internal static class WaveformErrors
{
    public static readonly HubError Malformed = new(400580, "WaveformMalformed", 400);
    public static readonly HubError QuotaExceeded = new(403580, "WaveformQuotaExceeded", 403);
    public static readonly HubError NotFound = new(404580, "WaveformNotFound", 404);
    public static readonly HubError Conflict = new(409580, "WaveformConflict", 409);
    public static readonly HubError HashDiffers = new(422580, "WaveformHashDiffers", 422);
    public static readonly HubError TooManyUploads = new(429580, "WaveformTooManyUploads", 429);
    public static readonly HubError Damaged = new(500580, "WaveformDamaged", 500);

    /// <summary>The refusal of an upload that was thrown away.</summary>
    public static HubException Discarded(DiscardReason reason) => reason switch
    {
        DiscardReason.HashDiffers => new(HashDiffers, "The content does not have this SHA-256 and was thrown away. Hash the samples as 16 bit little-endian and send them again."),
        DiscardReason.ChunksDiffer => new(Conflict, "Two chunks overlap and differ there: all of the waveform was thrown away. Send it again from its first byte."),
        DiscardReason.FactsDiffer => new(Conflict, "The chunks disagree about length, axis, rate or scale. Send all of them with the same facts, from the first byte."),
        DiscardReason.TooManyChunks => new(Malformed, "The waveform came in too many pieces and was thrown away. Send larger chunks."),
        DiscardReason.TooManyUploads => new(TooManyUploads, "Too many waveforms are unfinished. Finish those that are begun, or let them expire, then send this one again."),
        DiscardReason.QuotaExceeded => new(QuotaExceeded, "The device's quota is full of waveforms that alarms keep. Raise the quota, or close alarms that are done with."),
        _ => new(Conflict, "Its missing chunks did not come in time: all of the waveform was thrown away. Send it again from its first byte."),
    };

    public static HubException Missing(string sha256) =>
        new(NotFound, $"There is no complete waveform {sha256}. It may be on its way, or retention has removed it: GET /api/v1/waveforms lists what is here.");
}
