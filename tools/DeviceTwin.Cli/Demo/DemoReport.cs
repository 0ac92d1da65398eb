namespace DeviceTwin.Cli.Demo;

/// <summary>What <c>dtwin demo --headless --json</c> prints. Additive only; a breaking change raises the schema version.</summary>
/// <param name="Settled">Every node gave the same verdict on three captures in a row and every path was InSync.</param>
internal sealed record DemoReport(
    int SchemaVersion,
    bool Settled,
    IReadOnlyList<DemoReportNode> Nodes,
    DemoReportChange? DesiredChange,
    DemoReportTotals Totals,
    double WallSeconds,
    double Speed,
    int Seed)
{
    public const int CurrentSchemaVersion = 1;
}

/// <param name="Machine">The machine's name.</param>
/// <param name="Label">The machine's kind, or the recording's <c>fault</c> from its index: what the verdict should find.</param>
/// <param name="Recording">The recording's file, or null for a simulated machine.</param>
/// <param name="DesiredVersion">Version of the desired section at the hub.</param>
/// <param name="ReportedVersion">Version of the reported section at the hub.</param>
/// <param name="State">Convergence of the node: InSync, Pending, Rejected, Drifted or Unknown.</param>
/// <param name="Alarms">Active alarms, by the word of their verdict.</param>
/// <param name="SameVerdictRun">For how many captures in a row the verdict has been the same.</param>
internal sealed record DemoReportNode(
    string Id,
    string Machine,
    string Label,
    string? Recording,
    string Verdict,
    string Zone,
    long DesiredVersion,
    long ReportedVersion,
    string State,
    bool InSync,
    bool Connected,
    IReadOnlyList<string> Alarms,
    int Captures,
    int SameVerdictRun);

/// <summary>The one desired change the run makes.</summary>
internal sealed record DemoReportChange(string Node, string Path, long Version, bool Acknowledged);

internal sealed record DemoReportTotals(long Telemetry, long ReportedPatches, long DesiredPatches);
