using System.Text.Json.Nodes;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Conditions;
using DeviceTwin.Twins.Reconciliation;

namespace DeviceTwin.Tests.Twins.Reconciliation;

/// <summary>What configurations make of a device's desired properties.</summary>
public sealed class PlannerTests
{
    /// <summary>A configuration of all devices; the age decides ties.</summary>
    internal static PreparedConfiguration Configuration(
        string id, int priority, string content, string condition = "*", int createdAfterSeconds = 0) => PreparedConfiguration.Prepare(new Configuration(
            id,
            condition,
            priority,
            Doc.Object(content).ToDictionary(entry => "properties.desired." + entry.Key, entry => entry.Value),
            new Dictionary<string, string>(),
            ETags.First,
            Doc.Start.AddSeconds(createdAfterSeconds),
            Doc.Start));

    private static Dictionary<string, JsonNode?> Content(string json) =>
        Doc.Object(json).ToDictionary(entry => entry.Key, entry => entry.Value);

    internal static ConfigurationPlan Plan(TwinDocument twin, params PreparedConfiguration[] configurations)
    {
        Array.Sort(configurations, PreparedConfiguration.ByPrecedence);
        return ConfigurationPlanner.Plan(new ConditionSubject(twin), configurations);
    }

    internal static TwinDocument Apply(TwinDocument twin, params PreparedConfiguration[] configurations)
    {
        var plan = Plan(twin, configurations);
        var after = plan.Patch.Count == 0 ? twin : TwinUpdates.PatchDesired(twin, plan.Patch, Doc.Start).Twin;
        return after with { Applied = plan.Applied };
    }

    [Test]
    public void A_configuration_sets_its_content()
    {
        var twin = Apply(Doc.Empty.Desire("""{"x":1}"""), Configuration("c", 1, """{"a.b":5,"a.c":{"d":true}}"""));
        Assert.That(twin.Desired.Properties.Text(), Is.EqualTo("""{"x":1,"a":{"b":5,"c":{"d":true}}}"""));
    }

    [Test]
    public void Nothing_to_change_makes_no_patch()
    {
        var configuration = Configuration("c", 1, """{"a.b":5}""");
        var twin = Apply(Doc.Empty, configuration);
        var plan = Plan(twin, configuration);
        Assert.That((plan.Patch.Count, ReferenceEquals(plan.Applied, twin.Applied)), Is.EqualTo((0, true)));
    }

    [Test]
    public void A_value_that_is_there_already_makes_no_patch() =>
        Assert.That(Plan(Doc.Empty.Desire("""{"a":{"b":5.0}}"""), Configuration("c", 1, """{"a.b":5}""")).Patch.Text(), Is.EqualTo("{}"));

    [Test]
    public void The_highest_priority_wins_path_by_path()
    {
        var twin = Apply(Doc.Empty, Configuration("low", 1, """{"a":1,"b":1}"""), Configuration("high", 2, """{"a":2,"c":2}"""));
        Assert.That(twin.Desired.Properties.Text(), Is.EqualTo("""{"a":2,"b":1,"c":2}"""));
        Assert.That(twin.Applied.Select(setting => $"{setting.Key} by {setting.Value.ConfigurationId}"), Is.EqualTo(new[] { "a by high", "b by low", "c by high" }));
    }

    [Test]
    public void A_tie_goes_to_the_more_recently_created()
    {
        var twin = Apply(Doc.Empty, Configuration("z-old", 1, """{"a":1}"""), Configuration("a-new", 1, """{"a":2}""", createdAfterSeconds: 1));
        Assert.That(twin.Desired.Properties.Text(), Is.EqualTo("""{"a":2}"""));
    }

    [Test]
    public void A_tie_of_the_same_instant_goes_by_id()
    {
        var twin = Apply(Doc.Empty, Configuration("b", 1, """{"a":1}"""), Configuration("a", 1, """{"a":2}"""));
        Assert.That(twin.Desired.Properties.Text(), Is.EqualTo("""{"a":2}"""));
    }

    [Test]
    public void On_leaving_its_settings_go_and_the_next_configuration_takes_over()
    {
        var low = Configuration("low", 1, """{"a":1}""");
        var high = Configuration("high", 2, """{"a":2,"b.c":2}""");
        var twin = Apply(Apply(Doc.Empty.Desire("""{"x":1}"""), low, high), low);
        Assert.That(twin.Desired.Properties.Text(), Is.EqualTo("""{"x":1,"a":1}"""), "b goes with the last of its settings");
        Assert.That(Apply(twin).Desired.Properties.Text(), Is.EqualTo("""{"x":1}"""));
    }

    [Test]
    public void An_object_with_other_settings_stays_on_leaving()
    {
        var twin = Apply(Doc.Empty.Desire("""{"a":{"own":1}}"""), Configuration("c", 1, """{"a.b":2}"""));
        Assert.That(Apply(twin).Desired.Properties.Text(), Is.EqualTo("""{"a":{"own":1}}"""));
    }

    [Test]
    public void Only_targeted_devices_are_concerned()
    {
        var configuration = Configuration("c", 1, """{"a":1}""", "tags.line = 'A'");
        Assert.That(Plan(Doc.Empty.Tag("""{"line":"B"}"""), configuration).Patch.Text(), Is.EqualTo("{}"));
        var twin = Apply(Doc.Empty.Tag("""{"line":"A"}"""), configuration);
        Assert.That(twin.Desired.Properties.Text(), Is.EqualTo("""{"a":1}"""));
        Assert.That(Apply(twin.Tag("""{"line":"B"}"""), configuration).Desired.Properties.Text(), Is.EqualTo("{}"));
    }

    [Test]
    public void What_an_operator_overwrote_stays_until_the_configurations_say_something_new()
    {
        var configuration = Configuration("c", 1, """{"a":1}""");
        var twin = Apply(Doc.Empty, configuration).Desire("""{"a":7}""");
        Assert.That(Plan(twin, configuration).Patch.Text(), Is.EqualTo("{}"), "an override stands");
        Assert.That(Plan(twin).Patch.Text(), Is.EqualTo("{}"), "and is not the configuration's to remove");
        Assert.That(Plan(twin, Configuration("c", 1, """{"a":2}""")).Patch.Text(), Is.EqualTo("""{"a":2}"""), "a new value wins");
        Assert.That(Plan(twin, configuration, Configuration("d", 2, """{"a":3}""")).Patch.Text(), Is.EqualTo("""{"a":3}"""), "so does another winner");
    }

    [Test]
    public void A_value_and_an_object_at_one_path_go_by_precedence()
    {
        var value = Configuration("value", 1, """{"a":1}""");
        var inner = Configuration("inner", 2, """{"a.b":2}""");
        Assert.That(Apply(Doc.Empty, value, inner).Desired.Properties.Text(), Is.EqualTo("""{"a":{"b":2}}"""));
        Assert.That(
            Apply(Doc.Empty, Configuration("value", 3, """{"a":1}"""), inner).Desired.Properties.Text(), Is.EqualTo("""{"a":1}"""));
        Assert.That(Apply(Apply(Doc.Empty, value), inner).Desired.Properties.Text(), Is.EqualTo("""{"a":{"b":2}}"""));
        Assert.That(Apply(Apply(Doc.Empty, inner), value).Desired.Properties.Text(), Is.EqualTo("""{"a":1}"""));
    }

    [TestCase("""{"properties.desired.a":null}""", "is null")]
    [TestCase("""{"properties.desired.a":{"b":null}}""", "is null")]
    [TestCase("""{"properties.desired":5}""", "must be an object")]
    [TestCase("""{"a.b":5}""", "is no path of a desired property")]
    [TestCase("""{"properties.reported.b":5}""", "is no path of a desired property")]
    [TestCase("""{"properties.desired.a..b":5}""", "is no path of a desired property")]
    [TestCase("""{"properties.desired.a":5,"properties.desired.a.b":1}""", "lies below another path")]
    [TestCase("""{"properties.desired.a":{"b":2},"properties.desired.a.b":1}""", "is set twice")]
    [TestCase("""{"properties.desired.a b":1}""", "Keys must not contain ' '")]
    public void Content_that_cannot_be_applied_is_refused(string content, string problem)
    {
        var configuration = Configuration("c", 1, "{}").Configuration with { DeviceContent = Content(content) };
        Assert.That(Doc.Refusal(() => PreparedConfiguration.Prepare(configuration)).Message, Does.Contain(problem));
    }

    [Test]
    public void Content_may_be_given_as_one_document_or_in_parts_that_fit_together()
    {
        var content = Content("""{"properties.desired":{"a":{"b":1}},"properties.desired.a.c":2,"properties.desired.a":{"d":3}}""");
        var prepared = PreparedConfiguration.Prepare(Configuration("c", 1, "{}").Configuration with { DeviceContent = content });
        Assert.That(prepared.Settings.Select(setting => $"{setting.Key}={setting.Value.Text()}"), Is.EqualTo(new[] { "a.b=1", "a.c=2", "a.d=3" }));
    }

    [TestCase("")]
    [TestCase("Upper")]
    [TestCase("with space")]
    public void Ids_are_lower_case(string id) => Doc.Refusal(() => Configuration(id, 1, "{}"));

    [Test]
    public void A_negative_priority_is_refused() => Doc.Refusal(() => Configuration("c", -1, "{}"));
}
