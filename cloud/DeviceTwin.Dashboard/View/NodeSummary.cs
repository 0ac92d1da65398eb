using DeviceTwin.Twins;

namespace DeviceTwin.Dashboard.View;

/// <summary>One row of the fleet table.</summary>
/// <param name="Machine">Tag <c>machine</c>; null where the node has none.</param>
/// <param name="Line">Tag <c>line</c>.</param>
/// <param name="Kind">Tag <c>kind</c>: what sort of machine it is.</param>
/// <param name="Verdict">The word of the last features message, e.g. <c>outer</c>; null before the first.</param>
/// <param name="Zone">ISO 20816 zone of the last features message, or <c>refused</c>.</param>
/// <param name="Alarms">Every active alarm, worst first; the verdict is the first of them.</param>
/// <param name="VelocityUmPerSecond">Velocity RMS 10 to 1000 Hz; null where it was refused.</param>
/// <param name="State">That of the worst desired path.</param>
/// <param name="LastTelemetryAt">When the hub received the last message, in UTC.</param>
public sealed record NodeSummary(
    string DeviceId,
    string? Machine,
    string? Line,
    string? Kind,
    string? Verdict,
    string? Zone,
    IReadOnlyList<string> Alarms,
    int? VelocityUmPerSecond,
    int? TemperatureCentiCelsius,
    ConvergenceState State,
    bool Connected,
    long DesiredVersion,
    long ReportedVersion,
    DateTimeOffset? LastTelemetryAt);
