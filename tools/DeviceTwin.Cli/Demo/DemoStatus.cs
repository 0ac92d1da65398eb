namespace DeviceTwin.Cli.Demo;

/// <summary>The fleet at one moment of a demo.</summary>
internal sealed record DemoStatus(IReadOnlyList<DemoReportNode> Nodes, DemoReportChange? DesiredChange, DemoReportTotals Totals)
{
    /// <summary>For how many captures in a row a verdict must stay the same.</summary>
    public const int SettledRun = 3;

    /// <summary>Whether every node has given the same verdict often enough.</summary>
    public bool VerdictsSettled => Nodes.All(node => node.SameVerdictRun >= SettledRun);

    /// <summary>Whether every node has taken over every desired property, the demo's own change among them.</summary>
    public bool InSync => Nodes.All(node => node.InSync) && DesiredChange is { Acknowledged: true };

    public bool Settled => VerdictsSettled && InSync;
}
