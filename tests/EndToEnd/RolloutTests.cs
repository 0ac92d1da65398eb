using DeviceTwin.Tests.EndToEnd.World;

namespace DeviceTwin.Tests.EndToEnd;

/// <summary>On a small plant, with windows of a second.</summary>
public sealed class RolloutTests : RolloutProof
{
    private protected override PlantSize Size { get; } = new(Nodes: 24, Pumps: 6, Away: 1, Speed: 15, CaptureSeconds: 30);

    private protected override Faults Faults { get; } = new(TimeSpan.FromSeconds(20), 0.1, TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(2));

    private protected override string Plan =>
        """{"windowSeconds":1,"minimumCaptures":8,"canary":{"devices":8},"waves":[666,1000],"control":300,"longestStageWindows":366,"gates":{"harmlessAlarmWindows":500,"otherRatioTolerated":10000}}""";
}

/// <summary>On a plant of 200 nodes. By hand with <c>-- NUnit.ExplicitMode=Relaxed</c>.</summary>
[Explicit("minutes on 200 nodes")]
public sealed class RolloutsOfTwoHundredTests : RolloutProof
{
    private protected override PlantSize Size { get; } = new(Nodes: 200, Pumps: 40, Away: 5, Speed: 15, CaptureSeconds: 120);

    private protected override Faults Faults { get; } = new(TimeSpan.FromMinutes(1), 0.1, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(8));

    private protected override string Plan =>
        """{"windowSeconds":10,"minimumCaptures":100,"canary":{"permille":200},"waves":[500,1000],"control":300,"longestStageWindows":366,"gates":{"harmlessAlarmWindows":100,"otherRatioTolerated":3000}}""";
}
