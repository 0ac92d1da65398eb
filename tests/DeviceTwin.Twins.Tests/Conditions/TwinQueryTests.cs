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
    [TestCase("SELECT * FROM devices WHERE conectionState = 'Connected'", 29, "conectionState is unknown", "did you mean connectionState?")]
    [TestCase("SELECT * FROM devices WHERE properties.reprted.a = 1", 29, "properties.reprted.a is unknown", "did you mean properties.reported.a?")]
    [TestCase("SELECT * FROM devices WHERE tags.a = Line1", 38, "Line1 is unknown", "put text in quotes")]
    [TestCase("SELECT * FROM devices WHERE configurations.[[a]] = 'Applied'", 29, "configurations.a is unknown", "configurations.[[id]].status")]
    [TestCase("SELECT * FROM devices WHERE tags.a = 1;", 39, "';' has no meaning here", "one statement")]
    [TestCase("SELECT FROM devices", 8, "FROM where * or a path is expected", "SELECT * FROM devices")]
    [TestCase("SELECT *, deviceId FROM devices", 9, ", where FROM is expected", "SELECT * FROM devices")]
    [TestCase("SELECT deviceId, FROM devices", 18, "FROM where * or a path is expected", "SELECT * FROM devices")]
    [TestCase("SELECT deviceId status FROM devices", 17, "status follows a column", "comma")]
    [TestCase("SELECT deviceId FORM devices", 17, "FORM where FROM is expected", "did you mean FROM?")]
    [TestCase("SELECT tags.line AS FROM devices", 21, "FROM where a name is expected", "AS line")]
    [TestCase("SELECT tags.a, tags.b.a FROM devices", 16, "a second column would be called a", "tags.b.a AS other")]
    [TestCase("SELECT tag.a FROM devices", 8, "tag.a is unknown", "did you mean tags.a?")]
    [TestCase("SELECT CONT() FROM devices", 8, "CONT is no function", "did you mean COUNT?")]
    [TestCase("SELECT COUNT(deviceId) FROM devices", 14, "deviceId where ) is expected", "write COUNT()")]
    [TestCase("SELECT SUM() FROM devices", 12, ") where a path is expected", "tags.line")]
    [TestCase("SELECT tags.a, COUNT() FROM devices", 8, "tags.a differs within a group", "GROUP BY tags.a")]
    [TestCase("SELECT tags.a, tags.b FROM devices GROUP BY tags.a", 16, "tags.b differs within a group", "GROUP BY tags.b")]
    [TestCase("SELECT * FROM devices GROUP BY tags.a", 8, "* is shown of single rows", "COUNT() AS devices")]
    [TestCase("SELECT COUNT() FROM devices GROUP tags.a", 35, "tags where BY is expected", "GROUP BY tags.line")]
    [TestCase("SELECT COUNT() FROM devices GROUP BY tags", 38, "tags is unknown", "tags.line")]
    [TestCase("SELECT COUNT() FROM devices GROUP BY tags.a WHERE tags.b = 1", 45, "WHERE follows a complete query", "comma")]
    [TestCase("SELECT COUNT() FROM devices WHERE GROUP BY tags.a", 35, "WHERE stands without a condition", "leave it out")]
    [TestCase("SELECT deviceId FROM devices.jobs", 8, "devices.jobs has no projections and aggregates", "SELECT * FROM devices.jobs")]
    [TestCase("SELECT COUNT() FROM devices.jobs", 8, "devices.jobs has no projections and aggregates", "SELECT * FROM devices.jobs")]
    [TestCase("SELECT * FROM devices.jobs GROUP BY status", 28, "GROUP BY goes with twins only", "devices.jobs")]
    [TestCase("SELECT * FROM devices.jobs WHERE tags.a = 1", 34, "tags.a is unknown", "devices.jobs has jobId")]
    [TestCase("SELECT * FROM devices.jobs WHERE statuss = 'failed'", 34, "statuss is unknown", "did you mean status?")]
    [TestCase("SELECT * FROM devices WHERE jobId = 'a'", 29, "jobId is unknown", "tags.line")]
    [TestCase("SELECT * FROM devices WHERE IS_NUMBR(tags.a)", 29, "IS_NUMBR is no function", "did you mean IS_NUMBER?")]
    [TestCase("SELECT * FROM devices WHERE IS_ARRAY('a')", 38, "the string 'a' where a path is expected", "tags.line")]
    [TestCase("SELECT * FROM devices WHERE ARRAY_CONTAINS(tags.a)", 50, ") where , is expected", "write ARRAY_CONTAINS(")]
    [TestCase("SELECT * FROM devices.module", 23, "module is no collection of devices", "did you mean devices.modules?")]
    [TestCase("SELECT * FROM devices WHERE tags.a = 1 ORDER BY deviceId", 40, "ORDER BY is not offered", "ordered by deviceId")]
    [TestCase("SELECT * FROM devices.twins", 23, "twins is no collection", "FROM devices")]
    [TestCase("SELECT TOP 0 * FROM devices", 12, "0 where a number of rows is expected", "TOP 10")]
    [TestCase("SELECT TOP * FROM devices", 12, "* where a number of rows is expected", "TOP 10")]
    [TestCase("DROP TABLE devices", 1, "DROP where SELECT is expected", "SELECT * FROM devices")]
    public void QL2_What_is_not_is_refused_with_its_column_and_a_hint(string text, int column, string problem, string hint)
    {
        var refusal = (ConditionException)Doc.Refusal(() => TwinQuery.Parse(text));
        Assert.That(refusal.Message, Does.StartWith($"Query, column {column}: {problem}").And.Contain("Hint: ").And.Contain(hint));
        Assert.That(refusal.Position, Is.EqualTo(column - 1));
    }

    [TestCase("SELECT DeviceId, LASTACTIVITYTIME FROM devices", "deviceId lastActivityTime")]
    [TestCase("SELECT tags.location.plant AS plant, properties.reported.$version FROM devices", "plant $version")]
    [TestCase("select devices.tags.a as x, tags, properties.desired as Want from devices", "x tags Want")]
    [TestCase("SELECT COUNT() FROM devices", "$1")]
    [TestCase("SELECT COUNT() AS n, AVG(tags.a), min(tags.a), MAX( tags.b ) AS top, Sum(version) FROM devices", "n $1 $2 top $3")]
    [TestCase("SELECT tags.group, COUNT() AS numberOfDevices FROM devices GROUP BY tags.group", "group numberOfDevices")]
    [TestCase("SELECT moduleId, deviceId FROM devices.modules", "moduleId deviceId")]
    public void QL4_Columns_have_the_names_that_clients_of_Azure_expect(string text, string names) =>
        Assert.That(string.Join(' ', TwinQuery.Parse(text).Columns!.Select(column => column.Name)), Is.EqualTo(names));

    [TestCase("SELECT * FROM devices", QuerySource.Devices, false)]
    [TestCase("SELECT * FROM devices.modules WHERE devices.modules.moduleId = 'm'", QuerySource.Modules, false)]
    [TestCase("SELECT * FROM DEVICES.JOBS WHERE devices.jobs.jobId = 'j' AND devices.jobs.createdTimeUtc > '2016-09-01'", QuerySource.Jobs, false)]
    [TestCase("SELECT tags.a FROM devices GROUP BY tags.a", QuerySource.Devices, true)]
    [TestCase("SELECT MAX(tags.a) AS m FROM devices.modules WHERE tags.b = 1 GROUP BY deviceId, tags.c", QuerySource.Modules, true)]
    public void QL4_What_it_runs_over(string text, QuerySource source, bool aggregates)
    {
        var query = TwinQuery.Parse(text);
        Assert.That((query.Source, query.Aggregates), Is.EqualTo((source, aggregates)));
    }

    [Test]
    public void A_query_has_at_most_8192_characters()
    {
        static string OfLength(int length) => "SELECT * FROM devices WHERE tags.a = '" + new string('x', length - 39) + "'";
        TwinQuery.Parse(OfLength(8192));
        Assert.That(Doc.Refusal(() => TwinQuery.Parse(OfLength(8193))).Message, Does.StartWith("The query has 8193 characters"));
    }
}
