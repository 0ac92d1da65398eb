using System.Text.Json.Nodes;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Reconciliation;
using FsCheck;
using FsCheck.Fluent;
using static DeviceTwin.Tests.Twins.Properties.Generators;

namespace DeviceTwin.Tests.Twins.Properties;

/// <summary>What holds of convergence whatever the order of writes, acknowledgements and losses.</summary>
public sealed class ConvergenceProperties
{
    private static readonly string[] Paths = ["a", "b", "c.d", "c.e"];

    /// <summary>Something happens: an operator writes, or the node reports; versions and values are right, old, wrong or missing.</summary>
    private static Gen<Step> Steps { get; } = Gen.Elements(Paths).SelectMany(path => Gen.Choose(0, 3).SelectMany(value => Gen.Frequency(
        (4, Gen.Constant(new Step(Kind.Desire, path, value, 0, 0))),
        (1, Gen.Constant(new Step(Kind.TakeBack, path, value, 0, 0))),
        (6, Gen.Elements(200, 200, 200, 202, 203, 400).SelectMany(code =>
            Gen.Choose(-2, 1).Select(version => new Step(Kind.Acknowledge, path, value, code, version)))),
        (2, Gen.Constant(new Step(Kind.Report, path, value, 0, 0))),
        (1, Gen.Constant(new Step(Kind.Forget, path, value, 0, 0))))));

    [Test]
    public void Never_in_sync_while_different_or_not_acknowledged() => ForAll(Steps.UpTo(20), steps =>
    {
        var (twin, node) = Run(steps, (after, reconciliation) => AssertHonest(after, reconciliation.Describe(after)));
        AssertHonest(twin, node.Describe(twin));
        AssertHonest(twin, NodeReconciliation.From(twin).Describe(twin));
    });

    [Test]
    public void For_a_node_that_acknowledges_a_restart_of_the_hub_changes_nothing() =>
        ForAll(Steps.Where(step => step.Kind != Kind.Report && step.Version <= 0).UpTo(20), steps => Run(steps, (twin, node) =>
            Assert.That(
                NodeReconciliation.From(twin).Describe(twin).Paths.Select(path => (path.Path, path.State)),
                Is.EqualTo(node.Describe(twin).Paths.Select(path => (path.Path, path.State))))));

    [Test]
    public void Once_every_path_is_acknowledged_as_desired_the_node_is_in_sync() => ForAll(Steps.UpTo(20), steps =>
    {
        var (twin, node) = Run(steps, (_, _) => { });
        foreach (var path in node.Describe(twin).Paths)
        {
            (twin, node) = Report(twin, node, path.Path, Acknowledgement(path.Desired!, 200, twin.Desired.Version));
        }

        Assert.That(node.State, Is.EqualTo(ConvergenceState.InSync));
    });

    private static void AssertHonest(TwinDocument twin, NodeConvergence node)
    {
        foreach (var path in node.Paths.Where(path => path.State == ConvergenceState.InSync))
        {
            Assert.That(Json.Same(path.Desired, path.Reported), $"{path.Path} is in sync");
            Assert.That(path.AcknowledgementCode is null or < 400);
            Assert.That(path.AcknowledgementCode is null || path.AcknowledgedVersion >= path.DesiredVersion);
            Assert.That(Json.Same(Json.At(twin.Desired.Properties, path.Path), path.Desired));
        }

        Assert.That(node.State, Is.EqualTo(node.Paths.Select(path => path.State).DefaultIfEmpty(ConvergenceState.InSync).Min()));
    }

    private static (TwinDocument Twin, NodeReconciliation Node) Run(IEnumerable<Step> steps, Action<TwinDocument, NodeReconciliation> check)
    {
        var twin = Doc.Empty;
        var node = NodeReconciliation.From(twin);
        foreach (var step in steps)
        {
            (twin, node) = step.Kind switch
            {
                Kind.Desire => Desire(twin, node, step.Path, JsonValue.Create(step.Value)),
                Kind.TakeBack => Desire(twin, node, step.Path, null),
                Kind.Acknowledge => Report(
                    twin, node, step.Path, Acknowledgement(JsonValue.Create(step.Value), step.Code, twin.Desired.Version + step.Version)),
                Kind.Report => Report(twin, node, step.Path, JsonValue.Create(step.Value)),
                _ => Report(twin, node, step.Path, null),
            };
            check(twin, node);
        }

        return (twin, node);
    }

    private static JsonObject Acknowledgement(JsonNode value, int code, long version) =>
        new() { ["value"] = value.DeepClone(), ["ac"] = code, ["av"] = version };

    private static (TwinDocument, NodeReconciliation) Desire(TwinDocument twin, NodeReconciliation node, string path, JsonNode? value)
    {
        var after = TwinUpdates.PatchDesired(twin, At(path, value), Doc.Start.AddSeconds(twin.Version)).Twin;
        return (after, node.DesiredWritten(after).Next);
    }

    private static (TwinDocument, NodeReconciliation) Report(TwinDocument twin, NodeReconciliation node, string path, JsonNode? value)
    {
        var patch = At(path, value);
        var after = TwinUpdates.PatchReported(twin, patch, null, Doc.Start.AddSeconds(twin.Version)).Twin;
        return (after, node.Reported(after, [.. TwinPatches.Paths(patch)]).Next);
    }

    private static JsonObject At(string path, JsonNode? value)
    {
        var keys = path.Split('.');
        return keys.Length == 1 ? new JsonObject { [path] = value } : new JsonObject { [keys[0]] = new JsonObject { [keys[1]] = value } };
    }

    internal enum Kind
    {
        Desire,
        TakeBack,
        Acknowledge,
        Report,
        Forget,
    }

    /// <param name="Version">Relative to the desired version of the moment.</param>
    internal sealed record Step(Kind Kind, string Path, int Value, int Code, int Version);
}
