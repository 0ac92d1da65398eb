using System.Text.Json.Nodes;
using DeviceTwin.Twins;
using DeviceTwin.Twins.DigitalTwins;
using FsCheck;
using FsCheck.Fluent;
using static DeviceTwin.Tests.Twins.Properties.Generators;

namespace DeviceTwin.Tests.Twins.Properties;

/// <summary>What holds of digital twins whatever the operations.</summary>
public sealed class DigitalTwinProperties
{
    private static readonly Gen<string> Name = Gen.Elements("a", "b", "a/b", "~", "~1", "Ä", "a~0/");

    private static readonly Gen<string> Value = Gen.OneOf(Gen.Elements("1", "0.5", "\"x\"", "true", "[1,[2]]", "{}", "{\"p\":{\"q\":1}}"), Document);

    /// <summary>An operation on a property of the root or of component <c>c</c>, which is made first.</summary>
    private static readonly Gen<Step> Steps = Gen.Elements("add", "add", "remove").SelectMany(op => Gen.Elements(true, false).SelectMany(inside => Name.Zip(Value).Select(pair =>
        new Step(op, inside, pair.Item1, pair.Item2))));

    private static JsonObject Property(TwinDocument twin, Step step)
    {
        var document = DigitalTwin.Read(twin);
        return (JsonObject)(step.Inside ? document["c"]! : document)["$metadata"]!;
    }

    [Test]
    public void PN3_What_is_patched_is_read_back_and_the_rest_stays() => ForAll(Steps.UpTo(8), steps =>
    {
        var twin = Start();
        foreach (var step in steps)
        {
            var before = Property(twin, step);
            if (step.Op == "remove" && !before.ContainsKey(step.Name))
            {
                Assert.That(Doc.Refusal(() => Apply(twin, step)).Message, Does.Contain("nothing at"));
                continue;
            }

            twin = Apply(twin, step);
            var after = Property(twin, step);
            Assert.That(
                step.Op == "remove" ? after[step.Name] is null : Json.Same(after[step.Name]!["desiredValue"], Json.Parse(step.Value)) && (long)after[step.Name]!["desiredVersion"]! == twin.Desired.Version,
                $"{step} {after.Text()}");
            before.Remove(step.Name);
            after.Remove(step.Name);
            Assert.That(after.Text(), Is.EqualTo(before.Text()));
        }
    });

    [Test]
    public void One_patch_of_many_operations_is_many_patches_of_one() => ForAll(Steps.UpTo(8), steps =>
    {
        var one = Start();
        var kept = new List<Step>();
        foreach (var step in steps.Where(step => step.Op != "remove" || Property(one, step).ContainsKey(step.Name)))
        {
            one = Apply(one, step);
            kept.Add(step);
        }

        var change = DigitalTwinPatch.Apply(Start(), Operations([.. kept]), Doc.Start);
        Assert.That(Json.Same(change.Twin.Desired.Properties, one.Desired.Properties), $"{change.Twin.Desired.Properties.Text()} {one.Desired.Properties.Text()}");
        Assert.That(Json.Same(TwinPatches.Apply(Start().Desired.Properties, change.DesiredPatch ?? []), one.Desired.Properties), "a device that merges has it too");
    });

    [Test]
    public void Every_twin_can_be_read_and_what_is_desired_and_reported_is_in_it() => ForAll(Document.Zip(Document), pair =>
    {
        var twin = Doc.Empty.Desire(pair.Item1).Report(pair.Item2);
        var document = DigitalTwin.Read(twin);
        var names = twin.Desired.Properties.Concat(twin.Reported.Properties).Select(member => member.Key).Distinct();
        Assert.That(((JsonObject)document["$metadata"]!).Select(member => member.Key).Where(name => name != "$model"), Is.EquivalentTo(names));
        Assert.That(twin.Reported.Properties.All(member => Json.Same(document[member.Key], member.Value)));
    });

    /// <summary>A property that stays keeps the component there.</summary>
    private static TwinDocument Start() => Doc.Empty.Desire("""{"c":{"__t":"c","stays":1},"stays":2}""");

    private static TwinDocument Apply(TwinDocument twin, Step step) => DigitalTwinPatch.Apply(twin, Operations(step), Doc.Start).Twin;

    private static JsonArray Operations(params Step[] steps) => [.. steps.Select(step => (JsonNode)new JsonObject
    {
        ["op"] = step.Op,
        ["path"] = (step.Inside ? "/c/" : "/") + step.Name.Replace("~", "~0").Replace("/", "~1"),
        ["value"] = Json.Parse(step.Value),
    })];

    private sealed record Step(string Op, bool Inside, string Name, string Value);
}
