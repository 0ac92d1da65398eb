using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Waveforms;
using DeviceTwin.SensorNode.Evidence;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Evidence;
using DeviceTwin.Storage.Waveforms;

namespace DeviceTwin.Hub.Alarms;

/// <summary>Gives out evidence that is whole, and computes it anew.</summary>
internal sealed class EvidenceService(IHubStore store, WaveformKeeper waveforms, ILogger<EvidenceService> logger)
{
    /// <summary>A version of an alarm's evidence; its hash was compared.</summary>
    /// <param name="version">Null = the last one.</param>
    /// <exception cref="HubException">There is no such alarm or version, or it is damaged.</exception>
    public (SealedEvidence Sealed, EvidenceDocument Document) Find(string alarmId, int? version = null)
    {
        try
        {
            _ = store.FindAlarm(alarmId) ?? throw AlarmErrors.NoAlarm(alarmId);
            var found = store.FindEvidence(alarmId, version) ?? throw AlarmErrors.NoEvidence(alarmId, version);
            return (found, Checked(found));
        }
        catch (StorageException failure)
        {
            throw FleetErrors.Translate(failure);
        }
    }

    /// <summary>Computes the evidence of an alarm anew, after comparing it with the versions before.</summary>
    public async Task<EvidenceResult> Verify(string alarmId, int? version, string author)
    {
        var (_, document) = Find(alarmId, version);
        for (var later = document; later.Version > 1;)
        {
            var (sealedBefore, before) = Find(alarmId, later.Version - 1);
            if (sealedBefore.Sha256 != later.Previous)
            {
                throw Damaged(alarmId, $"Version {later.Version} follows {later.Previous}, but version {before.Version} is {sealedBefore.Sha256}.");
            }

            later = before;
        }

        var samples = new Dictionary<string, byte[]?>(StringComparer.Ordinal);
        foreach (var sha256 in document.Captures.SelectMany(capture => capture.Waveforms).Select(waveform => waveform.Sha256).Where(WaveformFiles.IsHash))
        {
            samples[sha256] = store.FindWaveforms(sha256).FirstOrDefault() is { } stored ? await waveforms.Read(stored) : null;
        }

        var result = EvidenceCheck.Run(document, sha256 => samples.GetValueOrDefault(sha256));
        AlarmLog.EvidenceVerified(logger, alarmId, author, result.Sentence());
        return result;
    }

    private EvidenceDocument Checked(SealedEvidence found)
    {
        var hash = EvidenceDocument.HashOf(found.Content.Span);
        if (hash != found.Sha256)
        {
            throw Damaged(found.AlarmId, $"Version {found.Version} was sealed as {found.Sha256} and is {hash} now.");
        }

        try
        {
            var document = EvidenceDocument.Parse(found.Content.Span);
            return document.AlarmId == found.AlarmId && document.Version == found.Version ? document
                : throw Damaged(found.AlarmId, $"In its place is version {document.Version} of {document.AlarmId}.");
        }
        catch (FormatException problem)
        {
            throw Damaged(found.AlarmId, problem.Message);
        }
    }

    private HubException Damaged(string alarmId, string problem)
    {
        AlarmLog.EvidenceDamaged(logger, alarmId, problem);
        return AlarmErrors.DamagedEvidence(alarmId, problem);
    }
}
