using DeviceTwin.Twins;
using DeviceTwin.Twins.Conditions;

namespace DeviceTwin.Tests.Twins.Conditions;

/// <summary>The query around a condition.</summary>
public sealed class TwinQueryTests
{
    [TestCase("SELECT * FROM devices", null, "*")]
    [TestCase("  select\t*\nfrom DEVICES  ", null, "*")]
    [TestCase("SELECT TOP 3 * FROM devices", 3, "*")]
    [TestCase("SELECT * FROM devices WHERE tags.line = 'A'", null, "tags.line = 'A'")]
    [TestCase("SELECT * FROM devices WHERE(tags.line = 'A')", null, "(tags.line = 'A')")]
    [TestCase("SELECT TOP 10 * FROM devices WHERE devices.tags.a > 0x10", 10, "devices.tags.a > 0x10")]
    public void QL1_What_is_offered(string text, int? top, string condition)
    {
        var query = TwinQuery.Parse(text);
        Assert.That((query.Text, query.Top, query.Condition.Text), Is.EqualTo((text, top, condition)));
    }

    [TestCase("", 1, "the end where SELECT is expected", "SELECT * FROM devices")]
    [TestCase("SELCT * FROM devices", 1, "SELCT where SELECT is expected", "did you mean SELECT?")]
    [TestCase("SELECT * FORM devices", 10, "FORM where FROM is expected", "did you mean FROM?")]
    [TestCase("SELECT * FROM device", 15, "device where devices is expected", "did you mean devices?")]
    [TestCase("SELECT * FROM devices WERE tags.a = 1", 23, "WERE where WHERE is expected", "did you mean WHERE?")]
    [TestCase("SELECT * FROM devices WHERE", 28, "WHERE stands without a condition", "leave it out")]
    [TestCase("SELECT * FROM devicesWHERE tags.a = 1", 15, "devicesWHERE where devices is expected", "SELECT * FROM devices")]
    [TestCase("SELECT * FROM devices WHERE tags.a = ", 38, "the end where a value or path is expected", "quotes")]
    [TestCase("SELECT * FROM devices WHERE connectionstate = 'Connected'", 29, "connectionstate is unknown", "did you mean connectionState?")]
    [TestCase("SELECT * FROM devices WHERE properties.reprted.a = 1", 29, "properties.reprted.a is unknown", "did you mean properties.reported.a?")]
    [TestCase("SELECT * FROM devices WHERE tags.a = Line1", 38, "Line1 is unknown", "put text in quotes")]
    [TestCase("SELECT * FROM devices WHERE configurations.[[a]].status = 'Applied'", 29, "configurations cannot be asked for yet", "tags")]
    [TestCase("SELECT * FROM devices WHERE tags.a = 1;", 39, "';' has no meaning here", "one statement")]
    [TestCase("SELECT deviceId FROM devices", 8, "deviceId is a projection, and projections and aggregates are not offered yet", "SELECT *")]
    [TestCase("SELECT COUNT() FROM devices", 8, "COUNT is a projection", "SELECT *")]
    [TestCase("SELECT * FROM devices GROUP BY tags.a", 23, "GROUP BY is not offered yet", "leave it out")]
    [TestCase("SELECT * FROM devices WHERE tags.a = 1 ORDER BY deviceId", 40, "ORDER BY is not offered", "ordered by deviceId")]
    [TestCase("SELECT * FROM devices.modules", 23, "devices.modules is not offered yet", "query devices")]
    [TestCase("SELECT * FROM devices.jobs", 23, "devices.jobs is not offered yet", "query devices")]
    [TestCase("SELECT * FROM devices.twins", 23, "twins is no collection", "FROM devices")]
    [TestCase("SELECT TOP 0 * FROM devices", 12, "0 where a number of devices is expected", "TOP 10")]
    [TestCase("SELECT TOP * FROM devices", 12, "* where a number of devices is expected", "TOP 10")]
    [TestCase("DROP TABLE devices", 1, "DROP where SELECT is expected", "SELECT * FROM devices")]
    public void QL2_What_is_not_is_refused_with_its_column_and_a_hint(string text, int column, string problem, string hint)
    {
        var refusal = (ConditionException)Doc.Refusal(() => TwinQuery.Parse(text));
        Assert.That(refusal.Message, Does.StartWith($"Query, column {column}: {problem}").And.Contain("Hint: ").And.Contain(hint));
        Assert.That(refusal.Position, Is.EqualTo(column - 1));
    }

    [Test]
    public void A_query_has_at_most_8192_characters()
    {
        static string OfLength(int length) => "SELECT * FROM devices WHERE tags.a = '" + new string('x', length - 39) + "'";
        TwinQuery.Parse(OfLength(8192));
        Assert.That(Doc.Refusal(() => TwinQuery.Parse(OfLength(8193))).Message, Does.StartWith("The query has 8193 characters"));
    }
}
