using DeviceTwin.Twins;
using DeviceTwin.Twins.Conditions;

namespace DeviceTwin.Tests.Twins.Conditions;

/// <summary>Which devices a condition selects.</summary>
public sealed class ConditionTests
{
    private static readonly TwinDocument Twin = Doc.Empty
        .Tag("""{"line":"A","hall":2,"spare":false,"critical":true,"place":{"row":"R7"},"line-speed":1.5,"list":[1]}""")
        .Desire("""{"sampling":{"captureIntervalSeconds":60}}""")
        .Report("""{"firmwareVersion":"0.1.0","verdict":"outer"}""");

    private static readonly ConditionSubject Press = new(Twin with { Connected = true });

    [TestCase("*", true)]
    [TestCase("  *  ", true)]
    [TestCase("", false)]
    [TestCase("   ", false)]
    [TestCase("tags.line = 'A'", true)]
    [TestCase("tags.line='A'", true)]
    [TestCase("tags.line = \"A\"", true)]
    [TestCase("tags.line = 'a'", false, Description = "text compares case-sensitively")]
    [TestCase("'A' = tags.line", true)]
    [TestCase("deviceId = 'node-1'", true)]
    [TestCase("devices.deviceId = 'node-1'", true)]
    [TestCase("tags.line != 'B'", true)]
    [TestCase("tags.line <> 'A'", false)]
    [TestCase("tags.hall > 1", true)]
    [TestCase("tags.hall >= 2", true)]
    [TestCase("tags.hall < 2", false)]
    [TestCase("tags.hall <= 2", true)]
    [TestCase("tags.hall = 2.0", true)]
    [TestCase("tags.hall > -1", true)]
    [TestCase("tags.hall < 2e3", true)]
    [TestCase("tags.hall = 0x2", true)]
    [TestCase("tags.hall > -0x2", true)]
    [TestCase("tags.hall + 1 = 3", true)]
    [TestCase("tags.hall - 1=1", true)]
    [TestCase("tags.hall -1 = 1", true)]
    [TestCase("1 + tags.hall * 3 = 7", true, Description = "* binds stronger than +")]
    [TestCase("(1 + tags.hall) * 3 = 9", true)]
    [TestCase("7 - 2 - 1 = 4", true, Description = "from left to right")]
    [TestCase("-tags.hall = -2", true)]
    [TestCase("tags.hall / 4 = 0.5", true)]
    [TestCase("5.5 % tags.hall = 1.5", true)]
    [TestCase("tags.hall / 0 > 0", false, Description = "a division by zero is undefined")]
    [TestCase("tags.hall / 0 = tags.hall / 0", false)]
    [TestCase("tags.line + 1 = 1", false, Description = "text does not add")]
    [TestCase("tags.hall < tags.[[line-speed]] + 1", true)]
    [TestCase("(tags.spare) OR (tags.hall) = 2", true)]
    [TestCase("id = 'node-1'", true)]
    [TestCase("tags.line IN [null, undefined, 'A', -1, true]", true)]
    [TestCase("ENDSWITH(tags.line, '')", true)]
    [TestCase("tags.line >= 'A' AND tags.line < 'B'", true)]
    [TestCase("tags.critical = true", true)]
    [TestCase("tags.critical", true, Description = "a flag may stand alone")]
    [TestCase("tags.spare", false)]
    [TestCase("NOT tags.spare", true)]
    [TestCase("true", true)]
    [TestCase("tags.place.row = 'R7'", true)]
    [TestCase("tags.[[line-speed]] = 1.5", true)]
    [TestCase("tags.line IN ['A', 'B']", true)]
    [TestCase("tags.line IN ['C']", false)]
    [TestCase("tags.hall IN [1, 2, 3]", true)]
    [TestCase("tags.line NIN ['C']", true)]
    [TestCase("tags.line NOT IN ['A', 'B']", false)]
    [TestCase("tags.line NOT IN ['C']", true)]
    [TestCase("IS_DEFINED(tags.line)", true)]
    [TestCase("is_defined(tags.place)", true, Description = "functions in any case, and objects are defined")]
    [TestCase("IS_DEFINED(tags.nothing)", false)]
    [TestCase("not is_defined(tags.nothing)", true)]
    [TestCase("STARTSWITH(deviceId, 'node')", true)]
    [TestCase("STARTS_WITH(deviceId, 'press')", false)]
    [TestCase("ENDSWITH(deviceId, '-1')", true)]
    [TestCase("CONTAINS(tags.place.row, '7')", true)]
    [TestCase("CONTAINS(tags.nothing, '7')", false)]
    [TestCase("tags.line = 'A' OR tags.line = 'B' AND tags.hall = 9", true, Description = "AND binds stronger than OR")]
    [TestCase("(tags.line = 'A' OR tags.line = 'B') AND tags.hall = 9", false)]
    [TestCase("NOT tags.line = 'B' AND tags.hall = 2", true, Description = "NOT binds strongest")]
    [TestCase("tags.line = 'A' and not (tags.hall = 3 or tags.hall = 4)", true)]
    public void A_condition_over_tags_and_id(string text, bool selected) =>
        Assert.That(TwinCondition.Parse(text, ConditionScope.Target).Matches(Press), Is.EqualTo(selected));

    [TestCase("tags.nothing = 'A'")]
    [TestCase("tags.nothing != 'A'")]
    [TestCase("tags.nothing > 0")]
    [TestCase("tags.nothing NOT IN ['A']")]
    [TestCase("tags.nothing = tags.nothing")]
    [TestCase("tags.hall = '2'")]
    [TestCase("tags.hall != '2'")]
    [TestCase("tags.line > 0")]
    [TestCase("tags.critical = 'true'")]
    [TestCase("tags.place = 'R7'")]
    [TestCase("tags.list = 1")]
    [TestCase("tags.line = null")]
    [TestCase("tags.line != null")]
    public void A_comparison_with_something_absent_or_of_another_kind_is_false(string text) =>
        Assert.That(TwinCondition.Parse(text, ConditionScope.Target).Matches(Press), Is.False);

    [TestCase("tags.line = 'A' AND properties.reported.verdict = 'outer'", true)]
    [TestCase("properties.desired.sampling.captureIntervalSeconds > 30", true)]
    [TestCase("properties.desired.$version > 1", true)]
    [TestCase("properties.desired.$version > 3", false)]
    [TestCase("properties.reported.$metadata.verdict.$lastUpdated > '2026-11-22T08:00:00Z'", true)]
    [TestCase("connectionState = 'Connected'", true)]
    [TestCase("status = 'disabled'", false)]
    [TestCase("lastActivityTime = '0001-01-01T00:00:00Z'", true, Description = "never")]
    [TestCase("IS_DEFINED(modelId)", false)]
    [TestCase("version >= 1 AND etag != ''", true)]
    [TestCase("IS_DEFINED(properties.reported.firmwareVersion)", true)]
    public void A_query_may_also_ask_for_properties_and_facts(string text, bool selected)
    {
        Assert.That(TwinCondition.Parse(text, ConditionScope.Query).Matches(Press), Is.EqualTo(selected));
        Doc.Refusal(() => TwinCondition.Parse(text, ConditionScope.Target));
    }

    [TestCase("", false)]
    [TestCase("FROM devices.modules", true)]
    [TestCase(" from Devices.Modules where tags.line = 'A'", true)]
    [TestCase("FROM devices.modules WHERE moduleId = 'camera' AND deviceId = 'node-1'", true)]
    [TestCase("FROM devices.modules WHERE devices.modules.moduleId = 'camera'", true)]
    [TestCase("FROM devices.modules WHERE tags.line = 'B' OR moduleId != 'camera'", false)]
    public void Modules_are_selected_by_a_query_without_its_columns(string text, bool selected)
    {
        var condition = TwinCondition.ParseModules(text);
        Assert.That((condition.Text, condition.Matches(new ConditionSubject(Twin with { ModuleId = "camera" }))), Is.EqualTo((text, selected)));
    }

    [TestCase("*", "1")]
    [TestCase("tags.line = 'A'", "1")]
    [TestCase("FROM devices WHERE tags.line = 'A'", "6")]
    [TestCase("FROM devices.jobs", "6")]
    [TestCase("FROM devices.modules WHERE", "27")]
    [TestCase("FROM devices.modules WHERE status = 'enabled'", "28")]
    [TestCase("FROM devices.modules WHERE tags.a = 1 GROUP BY tags.a", "39")]
    [TestCase("FROM devices.modules tags.a = 1", "22")]
    public void What_does_not_select_modules_is_refused_where_it_goes_wrong(string text, string column) =>
        Assert.That(() => TwinCondition.ParseModules(text), Throws.InstanceOf<TwinException>().With.Message.Match($@"\b{column}\b"));

    [TestCase("tags.line = 'it''s'", "it's")]
    [TestCase("tags.line = \"say \"\"x\"\"\"", "say \"x\"")]
    [TestCase("tags.line = '\"'", "\"")]
    [TestCase("tags.line = 'a)b AND c'", "a)b AND c")]
    public void A_quote_inside_text_is_doubled(string text, string value) => Assert.That(
        TwinCondition.Parse(text, ConditionScope.Target).Matches(new ConditionSubject(
            TwinUpdates.Patch(Doc.Empty, new() { ["tags"] = new System.Text.Json.Nodes.JsonObject { ["line"] = value } }, Doc.Start).Twin)));

    [TestCase("9007199254740993", "9007199254740992.0", 1)]
    [TestCase("9223372036854775807", "9223372036854775808.0", -1)]
    [TestCase("-9223372036854775808", "-9223372036854775808.0", 0)]
    [TestCase("1", "1.0", 0)]
    [TestCase("0", "-0.0", 0)]
    [TestCase("2", "1.5", 1)]
    [TestCase("-1", "-1.5", 1)]
    [TestCase("1e300", "1", 1)]
    [TestCase("false", "true", -1)]
    [TestCase("'a'", "'B'", 1)]
    [TestCase("'\uE000'", "'😀'", -1, Description = "by code point, where UTF-16 orders the other way")]
    public void Values_compare_exactly(string left, string right, int order)
    {
        static bool Holds(string text) => TwinCondition.Parse(text, ConditionScope.Target).Matches(Press);
        Assert.That(
            (Holds($"{left} < {right}"), Holds($"{left} = {right}"), Holds($"{left} > {right}"), Holds($"{right} < {left}")),
            Is.EqualTo((order < 0, order == 0, order > 0, order > 0)));
    }
}
