using System.Text;
using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.Bench.Il;

/// <summary>The codec of the twin.</summary>
internal static class TwinOperations
{
    private static readonly byte[] Patch = Encoding.UTF8.GetBytes("""
        {"machine":{"shaftSpeedMilliHertz":29950,"bpfoMilliOrders":3585,"bpfiMilliOrders":5415,"bsfMilliOrders":2357,"ftfMilliOrders":398},
        "detection":{"velocityLimitUmPerSecond":4500,"bearingScoreLimitMilli":2600},"$version":17}
        """);

    public static readonly IReadOnlyList<Operation> Table =
    [
        new("twin.patch.look", 11_800, () =>
        {
            var document = new TwinDocument();
            return () => document.LookAtPatch(Patch);
        }),
        new("twin.patch.apply", 46_500, () =>
        {
            var document = new TwinDocument();
            var book = new PropertyBook(new SettingsValues(), new AnyText());
            return () =>
            {
                document.LookAtPatch(Patch);
                book.Apply(document.Enter(Patch), isWhole: false, document.DesiredVersion, isRepeat: false);
            };
        }),
    ];

    private sealed class AnyText : TextRule
    {
        public override string? Fault(int index, string text) => null;
    }
}
