using DeviceTwin.Tests.Twins.Reconciliation;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Reconciliation;
using FsCheck;
using FsCheck.Fluent;
using static DeviceTwin.Tests.Twins.Properties.Generators;

namespace DeviceTwin.Tests.Twins.Properties;

/// <summary>What holds of configurations whatever they set and in whatever order they come and go.</summary>
public sealed class ConfigurationProperties
{
    private static Gen<PreparedConfiguration> Configurations { get; } = Document.SelectMany(content => Gen.Choose(0, 3).SelectMany(priority =>
        Gen.Choose(0, 2).SelectMany(age => Gen.Elements("*", "tags.line = 'A'", "tags.line = 'B'").SelectMany(condition => Gen.Choose(0, 9).Select(id =>
            PlannerTests.Configuration($"c{id}", priority, content, condition, age))))));

    private static Gen<PreparedConfiguration[]> Sets { get; } = Configurations.UpTo(5)
        .Select(list => list.DistinctBy(configuration => configuration.Configuration.Id).ToArray());

    private static TwinDocument Twin => Doc.Empty.Tag("""{"line":"A"}""").Desire("""{"own":1}""");

    [Test]
    public void The_outcome_does_not_depend_on_the_order_in_which_configurations_come() =>
        ForAll(Sets.SelectMany(set => Gen.Shuffle(set).Select(shuffled => (set, shuffled))), pair =>
        {
            var together = PlannerTests.Apply(Twin, pair.set);
            var one = Twin;
            for (var count = 1; count <= pair.shuffled.Length; count++)
            {
                one = PlannerTests.Apply(one, pair.shuffled[..count]);
            }

            Assert.That(Json.Same(one.Desired.Properties, together.Desired.Properties), $"{one.Desired.Properties.Text()} {together.Desired.Properties.Text()}");
        });

    [Test]
    public void When_all_have_left_only_the_device_s_own_settings_are_there() => ForAll(Sets.Zip(Sets), pair =>
    {
        var twin = PlannerTests.Apply(PlannerTests.Apply(Twin, pair.Item1), pair.Item2);
        Assert.That(PlannerTests.Apply(twin).Desired.Properties.Text(), Is.EqualTo("""{"own":1}"""));
        Assert.That(PlannerTests.Apply(twin).Applied, Is.Empty);
    });

    [Test]
    public void The_second_application_changes_nothing() => ForAll(Sets, set =>
    {
        var twin = PlannerTests.Apply(Twin, set);
        var again = PlannerTests.Apply(twin, set);
        Assert.That((again.Desired.Version, ReferenceEquals(again.Desired, twin.Desired)), Is.EqualTo((twin.Desired.Version, true)));
    });

    [Test]
    public void Every_setting_is_that_of_a_configuration_that_targets_the_device_and_is_in_the_twin() => ForAll(Sets, set =>
    {
        var twin = PlannerTests.Apply(Twin, set);
        foreach (var (path, setting) in twin.Applied)
        {
            var configuration = set.Single(candidate => candidate.Configuration.Id == setting.ConfigurationId);
            Assert.That(configuration.Configuration.TargetCondition, Is.Not.EqualTo("tags.line = 'B'"));
            Assert.That(configuration.Settings.Any(candidate => candidate.Key == path && Json.Same(candidate.Value, setting.Value)));
            Assert.That(Json.Same(Json.At(twin.Desired.Properties, path), setting.Value));
        }
    });
}
