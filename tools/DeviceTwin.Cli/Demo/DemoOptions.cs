namespace DeviceTwin.Cli.Demo;

/// <summary>What a demo was asked to do.</summary>
/// <param name="DataFolder">Where the hub keeps its data; null = a temporary folder that is removed at the end.</param>
/// <param name="Until">When to stop; null = at Ctrl-C.</param>
internal sealed record DemoOptions(
    IReadOnlyList<DemoNode> Nodes,
    DirectoryInfo? DataFolder,
    int MqttPort,
    int HttpPort,
    double Speed,
    int Seed,
    Until? Until);
