using DeviceTwin.Twins;
using DeviceTwin.Twins.Conditions;
using DeviceTwin.Twins.Reconciliation;
using FsCheck;
using FsCheck.Fluent;
using static DeviceTwin.Tests.Twins.Properties.Generators;

namespace DeviceTwin.Tests.Twins.Properties;

/// <summary>What is looked up is what is asked, and what is explained is what is done.</summary>
public sealed class WinnerProperties
{
    private static readonly Gen<string> Term = Gen.Elements(
        "tags.a = 1", "1 = tags.a", "tags.a = 1.0", "tags.a = '1'", "tags.b = 'x'", "tags.a.b = true", "tags.a IN [1, 2, 'x']", "tags.b NIN [1]", "tags.c != 1", "tags.a > 0",
        "deviceId = 'd1'", "deviceId IN ['d2', 'd9']", "IS_DEFINED(tags.a)", "STARTSWITH(tags.b, 'x')", "NOT tags.a = 1", "tags.b = tags.a", "tags.a = 0.5");

    private static readonly Gen<string> Condition = Gen.OneOf(
        Term,
        Gen.Elements("*", ""),
        Term.SelectMany(left => Gen.Elements("AND", "OR").SelectMany(joint => Term.Select(right => $"{left} {joint} {right}"))),
        Term.SelectMany(left => Term.SelectMany(middle => Term.Select(right => $"({left} OR {middle}) AND {right}"))));

    [Test]
    public void Everybody_who_satisfies_a_condition_is_among_those_looked_up() => ForAll(
        Condition.SelectMany(text => Document.UpTo(8).SelectMany(tags => Document.UpTo(4).Select(later => (text, tags, later)))),
        given =>
        {
            var condition = TwinCondition.Parse(given.text, ConditionScope.Target);
            var index = new TagIndex();
            var twins = new Dictionary<string, TwinDocument>();
            for (var number = 0; number < given.tags.Count; number++)
            {
                Put($"d{number}", given.tags[number]);
            }

            for (var number = 0; number < given.later.Count && number < given.tags.Count; number++)
            {
                Put($"d{number}", given.later[number]);
            }

            if (twins.Remove("d3", out var gone))
            {
                index.Remove("d3", gone.Tags);
            }

            var candidates = index.Candidates(condition);
            Assert.That(twins.Values.Where(twin => condition.Matches(new ConditionSubject(twin))).Select(twin => twin.DeviceId), Is.SubsetOf(candidates), given.text);
            Assert.That(candidates, Is.SubsetOf(twins.Keys));
            Assert.That(index.Scans, Is.EqualTo(TagIndex.CanLookUp(condition) ? 0 : 1));

            void Put(string deviceId, string tags)
            {
                var before = twins.GetValueOrDefault(deviceId);
                twins[deviceId] = TwinDocument.Create(deviceId, Doc.Start) with { Tags = Parse(tags) };
                index.Put(deviceId, before?.Tags, twins[deviceId].Tags);
            }
        });

    [Test]
    public void Who_wins_in_the_explanation_wins_in_the_plan() => ForAll(
        Gen.Elements("""{"x":1}""", """{"x.y":1}""", """{"x":2,"z":1}""", """{"z.w":1,"x.y":2}""").SelectMany(content => Gen.Choose(0, 2).SelectMany(priority => Gen.Choose(0, 1).Select(age => (content, priority, age)))).UpTo(5),
        given =>
        {
            var configurations = given.Select((one, number) => Reconciliation.PlannerTests.Configuration($"c{number}", one.priority, one.content, createdAfterSeconds: one.age))
                .Order(PreparedConfiguration.ByPrecedence).ToArray();
            var subject = new ConditionSubject(Doc.Empty);
            var layers = Layers.Of(subject, configurations);
            var plan = ConfigurationPlanner.Plan(subject.Twin, layers);
            var winners = Winners.Explain(subject.Twin, layers);
            Assert.That(winners.Select(winner => (winner.Path, winner.Winner.Source)), Is.EqualTo(plan.Applied.Select(setting => (setting.Key, setting.Value.ConfigurationId))));
            Assert.That(
                winners.SelectMany(winner => winner.Lost.Select(lost => (lost.Contender.Source, lost.Contender.Path)).Append((winner.Winner.Source, winner.Path))).Distinct().Count(),
                Is.EqualTo(configurations.Sum(configuration => configuration.Settings.Count)),
                "everybody who wanted something is named");
        });

    [Test]
    public void Times_within_a_twin_never_go_back()
    {
        var twin = TwinUpdates.PatchDesired(Doc.Empty, Doc.Object("""{"a":1}"""), Doc.Start.AddSeconds(10)).Twin;
        twin = TwinUpdates.PatchReported(twin, Doc.Object("""{"a":1}"""), null, Doc.Start.AddSeconds(5)).Twin;
        Assert.That(NodeReconciliation.From(twin).State, Is.EqualTo(ConvergenceState.InSync), "reported after it was desired, whatever the clock says");
        twin = TwinUpdates.PatchDesired(twin, Doc.Object("""{"a":1}"""), Doc.Start).Twin;
        Assert.That(NodeReconciliation.From(twin).State, Is.EqualTo(ConvergenceState.Pending), "desired anew since");
    }
}
