using DeviceTwin.Hub.Waveforms;
using DeviceTwin.Storage.Alarms;

namespace DeviceTwin.Hub.Alarms;

/// <summary>What waveforms the alarms of a device keep: those they name, and those around the time of one that names none.</summary>
internal sealed class AlarmWaveforms(IAlarms alarms) : IAlarmWaveforms
{
    private const int PageSize = 500;

    /// <inheritdoc/>
    public IReadOnlyList<AlarmWaveform> Of(string deviceId)
    {
        var kept = new List<AlarmWaveform>();
        var query = new AlarmQuery(PageSize) { DeviceId = deviceId };
        while (true)
        {
            var page = alarms.Read(query);
            foreach (var alarm in page)
            {
                kept.AddRange(alarm.Waveforms.Count == 0
                    ? [new AlarmWaveform(deviceId, alarm.RaisedAt, null)]
                    : alarm.Waveforms.Select(sha256 => new AlarmWaveform(deviceId, alarm.RaisedAt, sha256)));
            }

            if (page.Count < PageSize)
            {
                return kept;
            }

            query = query with { Before = page[^1].Number };
        }
    }
}
