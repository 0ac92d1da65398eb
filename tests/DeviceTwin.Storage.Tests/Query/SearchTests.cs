using System.Text.Json.Nodes;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Query;
using DeviceTwin.Storage.Sqlite;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Conditions;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Tests.Storage.Query;

/// <summary>Twins are found by their contents: as the evaluator says, through the index, page by page.</summary>
public sealed class SearchTests
{
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(4)]
    public async Task The_database_answers_as_the_evaluator_does(int seed)
    {
        using var folder = new StoreFolder();
        using var store = folder.Open(Options(folder, "properties.reported.a", "properties.reported.a.b", "properties.desired.ab"));
        var devices = await Populate(store, seed);
        var selected = 0;
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1500).WithReplay((ulong)seed, 7), Prop.ForAll(RandomTwins.Condition.ToArbitrary(), text =>
        {
            var condition = TwinCondition.Parse(text, ConditionScope.Query);
            var expected = devices.Where(device => condition.Matches(device))
                .Select(device => device.Twin.DeviceId)
                .Order(StringComparer.Ordinal)
                .ToArray();
            selected += expected.Length > 0 ? 1 : 0;
            Assert.That(Ids(store.FindTwins(new TwinSearch(condition, null, 1000, PresenceOf(devices)))), Is.EqualTo(expected), text);
        }));
        Assert.That(selected, Is.GreaterThan(300), "conditions that nobody satisfies prove little");
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public async Task QL4_The_database_aggregates_as_the_evaluator_does(int seed)
    {
        using var folder = new StoreFolder();
        using var store = folder.Open(Options(folder, "properties.reported.a", "properties.desired.ab"));
        var devices = await Populate(store, seed);
        var several = 0;
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000).WithReplay((ulong)seed, 11), Prop.ForAll(RandomTwins.Aggregation.ToArbitrary(), text =>
        {
            var query = TwinQuery.Parse(text);
            var table = new QueryGroups(query);
            foreach (var device in devices.Where(device => query.Condition.Matches(device)))
            {
                table.Add(device);
            }

            var expected = table.Read().Select(group => group.ToJson(query).ToJsonString()).ToArray();
            several += expected.Length > 1 ? 1 : 0;
            Assert.That(store.FindGroups(query, PresenceOf(devices)).Select(group => group.ToJson(query).ToJsonString()), Is.EqualTo(expected), text);
        }));
        Assert.That(several, Is.GreaterThan(300), "one group proves little");
    }

    [TestCase(1)]
    [TestCase(2)]
    public async Task QL4_What_is_shown_does_not_depend_on_what_is_read(int seed)
    {
        using var folder = new StoreFolder();
        using var store = folder.Open(Options(folder));
        var devices = await Populate(store, seed);
        foreach (var (columns, parts) in new[]
        {
            ("deviceId, etag, version", TwinParts.None), ("tags.a, tags.b.a AS inner, tags", TwinParts.Tags), ("properties.reported.a, properties.reported", TwinParts.Reported),
            ("properties.desired.ab, properties.desired.$metadata.$lastUpdated", TwinParts.Desired), ("tags.ab, properties", TwinParts.All),
        })
        {
            var query = TwinQuery.Parse($"SELECT {columns} FROM devices");
            var found = store.FindTwins(new TwinSearch(TwinCondition.All, null, 1000, null) { Parts = parts });
            Assert.That(
                found.Select(twin => query.Project(new ConditionSubject(twin)).ToJsonString()),
                Is.EqualTo(devices.OrderBy(device => device.Twin.DeviceId, StringComparer.Ordinal).Select(device => query.Project(device).ToJsonString())),
                columns);
        }
    }

    [TestCase(1)]
    [TestCase(2)]
    public async Task QL4_The_database_projects_as_the_evaluator_does(int seed)
    {
        using var folder = new StoreFolder();
        using var store = folder.Open(Options(folder));
        var devices = (await Populate(store, seed)).OrderBy(device => device.Twin.DeviceId, StringComparer.Ordinal).ToArray();
        var shown = 0;
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300).WithReplay((ulong)seed, 13), Prop.ForAll(RandomTwins.Projection.ToArbitrary(), text =>
        {
            var query = TwinQuery.Parse(text);
            var found = store.FindValues(new TwinSearch(query.Condition, null, 1000, PresenceOf(devices)), [.. query.Columns!.Select(column => column.Path!)])!;
            var expected = devices.Select(device => query.Project(device).ToJsonString()).ToArray();
            shown += expected.Count(row => row != "{}");
            Assert.That(found.Select(twin => query.Row(twin.Values).ToJsonString()), Is.EqualTo(expected), text);
        }));
        Assert.That(shown, Is.GreaterThan(3000), "empty rows prove little");
    }

    [Test]
    public async Task QL4_Counts_over_all_devices_by_an_indexed_path_come_from_the_index()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        foreach (var (id, tags) in new[] { ("a", """{"line":"A"}"""), ("b", """{"line":"B"}"""), ("c", """{"line":"A"}"""), ("d", "{}"), ("e", """{"line":7.0}"""), ("f", """{"line":7}""") })
        {
            await Put(store, id, tags);
        }

        string Counted(string text)
        {
            var query = TwinQuery.Parse(text);
            return string.Join(' ', store.FindGroups(query, null).Select(group => group.ToJson(query).ToJsonString()));
        }

        const string Query = "SELECT tags.line, COUNT() AS n FROM devices GROUP BY tags.line";
        const string Counts = """{"n":1} {"line":7,"n":2} {"line":"A","n":2} {"line":"B","n":1}""";
        Assert.That(Counted(Query), Is.EqualTo(Counts));
        Assert.That(Counted(Query.Replace("GROUP", "WHERE version > 0 GROUP")), Is.EqualTo(Counts), "the same from the table");
        await Put(store, "g", """{"line":{"of":"A"}}""");
        Assert.That(Counted(Query), Is.EqualTo(Counts + """ {"line":{"of":"A"},"n":1}"""));
    }

    private static Func<string, PresenceFact?> PresenceOf(IReadOnlyList<ConditionSubject> devices)
    {
        var known = devices.ToDictionary(device => device.Twin.DeviceId, device => new PresenceFact(device.Twin.Connected, device.Twin.LastActivityAt)
        {
            QueuedMessages = device.Twin.CloudToDeviceMessageCount,
            ConfigurationStatus = device.ConfigurationStatus,
        });
        return deviceId => known.GetValueOrDefault(deviceId);
    }

    /// <summary>Devices of which random conditions are true and false, each written twice.</summary>
    private static async Task<IReadOnlyList<ConditionSubject>> Populate(IStoreWriter store, int seed)
    {
        const int Devices = 40;
        var sections = RandomTwins.Section.Sample(Devices * 5, new Rnd((ulong)seed, 7), 50);
        var devices = new List<ConditionSubject>();
        for (var number = 0; number < Devices; number++)
        {
            var twin = Twin(RandomTwins.DeviceId(number), sections[number * 5], sections[(number * 5) + 1], sections[(number * 5) + 2]);
            var before = Twin(twin.DeviceId, sections[(number * 5) + 3], sections[(number * 5) + 4], "{}");
            twin = twin with { ModelId = number % 3 == 0 ? "model;1" : null, Version = number };
            var identity = StoreFolder.Identity(twin.DeviceId) with
            {
                Enabled = number % 4 > 0,
                Authentication = (AuthenticationType)(number % 4),
                PrimaryThumbprint = number % 4 == 1 ? "AB12" : "",
                StatusReason = number % 5 == 0 ? null : "ab",
                StatusUpdatedAt = number % 6 == 0 ? null : StoreFolder.Start.AddSeconds(number % 3),
            };
            await store.Write([new StoreChange.PutTwin(before), new StoreChange.PutIdentity(identity)]);
            await store.Write([new StoreChange.PutTwin(twin)]);
            var (connected, at) = (number % 2 == 0, number % 5 == 0 ? default(DateTimeOffset?) : StoreFolder.Start.AddSeconds(number % 3));
            var status = number % 3 == 0 ? "Applied" : "Targeted";
            devices.Add(new ConditionSubject(twin with { Connected = connected, LastActivityAt = at, CloudToDeviceMessageCount = number % 7 }, identity.Enabled)
            {
                DeviceETag = identity.ETag,
                AuthenticationType = identity.Authentication.Word(),
                PrimaryThumbprint = identity.PrimaryThumbprint,
                StatusReason = identity.StatusReason,
                StatusUpdatedAt = identity.StatusUpdatedAt,
                ConfigurationStatus = id => id == "cfg" ? status : null,
            });
        }

        return devices;
    }

    [Test]
    public async Task A_twin_comes_back_whole()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        var twin = Twin("a", """{"line":"A"}""", """{"x":[1,2.0,{"y":"ä"}]}""", """{"z":1.50}""") with { ModelId = "m" };
        await store.Write([new StoreChange.PutIdentity(StoreFolder.Identity("a")), new StoreChange.PutTwin(twin)]);
        var found = store.FindTwins(new TwinSearch(TwinCondition.All, null, 10, _ => new PresenceFact(true, StoreFolder.Start))).Single();
        Assert.That((found.Connected, found.LastActivityAt, found.ModelId, found.Version, found.ETag), Is.EqualTo((true, StoreFolder.Start, "m", twin.Version, twin.ETag)));
        Assert.That(found.Desired.ToJson(true).ToJsonString(), Is.EqualTo(twin.Desired.ToJson(true).ToJsonString()));
        Assert.That(found.Reported.ToJson(true).ToJsonString(), Is.EqualTo(twin.Reported.ToJson(true).ToJsonString()));
    }

    [TestCase("tags.line = 'A'", "path=? AND kind=? AND value=?")]
    [TestCase("tags.line != 'A'", "path=? AND kind=?")]
    [TestCase("'A' < tags.line", "path=? AND kind=? AND value>?")]
    [TestCase("tags.hall >= 2", "path=? AND kind=? AND value>?")]
    [TestCase("tags.a.b IN ['A', 'B', 3]", "path=? AND kind=? AND value=?")]
    [TestCase("tags.line NIN ['A']", "path=? AND kind>?")]
    [TestCase("STARTSWITH(tags.line, 'press')", "path=? AND kind=? AND value>? AND value<?")]
    [TestCase("CONTAINS(tags.line, 'press')", "path=? AND kind=?")]
    [TestCase("IS_DEFINED(tags.line)", "path=?")]
    [TestCase("properties.reported.firmwareVersion = '1.0'", "path=? AND kind=? AND value=?")]
    [TestCase("tags.line = 'A' AND properties.reported.board = 'x'", "path=? AND kind=? AND value=?")]
    [TestCase("tags.line = 'A' AND properties.reported.temperature > 50", "path=? AND kind=? AND value=?")]
    public void A_predicate_over_indexed_paths_searches_the_index(string condition, string by)
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        var plan = store.Explain(new TwinSearch(TwinCondition.Parse(condition, ConditionScope.Query), null, 100, null));
        Assert.That(plan, Has.Some.Contains($"SEARCH twin_leaves USING PRIMARY KEY ({by})"), string.Join('\n', plan));
        Assert.That(plan, Has.None.Contains("SCAN twin_leaves"));
    }

    [TestCase("tags.line = 'A'")]
    [TestCase("tags.line = 'A' AND properties.reported.temperature > 50")]
    public void Devices_are_looked_up_and_not_gone_through_where_the_index_names_them(string condition)
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        var plan = store.Explain(new TwinSearch(TwinCondition.Parse(condition, ConditionScope.Query), "device-5", 100, null));
        Assert.That(plan, Has.Some.StartsWith("SEARCH t "), string.Join('\n', plan));
        Assert.That(plan, Has.None.StartsWith("SCAN"), string.Join('\n', plan));
    }

    [Test]
    public void Whatever_a_caller_writes_is_bound_and_never_part_of_the_statement()
    {
        const string Hostile = "x'); DROP TABLE twins; --";
        var text = $"tags.[[{Hostile}]] = \"{Hostile}\" AND properties.reported.[[{Hostile}]] IN [\"{Hostile}\"] AND CONTAINS(properties.desired.x, \"{Hostile}\") AND tags.n = 98765";
        var sql = TwinSearchSql.Of(new TwinSearch(TwinCondition.Parse(text, ConditionScope.Query), Hostile, 100, null), new IndexedPaths([]));
        Assert.That(sql.ToString(), Does.Not.Contain("DROP").And.Not.Contain("98765"));
        Assert.That(sql.Parameters, Has.Some.EqualTo(Hostile).And.Some.EqualTo(98765L));
    }

    [Test]
    public async Task Pages_follow_each_other_by_device_id_and_survive_what_comes_and_goes()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        foreach (var id in "bdfhj")
        {
            await Put(store, id.ToString(), """{"line":"A"}""");
        }

        var condition = TwinCondition.Parse("tags.line = 'A'", ConditionScope.Query);
        Assert.That(Ids(store.FindTwins(new TwinSearch(condition, null, 2, null))), Is.EqualTo(new[] { "b", "d" }));
        await Put(store, "a", """{"line":"A"}""");
        await Put(store, "g", """{"line":"A"}""");
        await store.Write([new StoreChange.DeleteDevice("d")]);
        Assert.That(Ids(store.FindTwins(new TwinSearch(condition, "d", 2, null))), Is.EqualTo(new[] { "f", "g" }));
        Assert.That(Ids(store.FindTwins(new TwinSearch(condition, "g", 2, null))), Is.EqualTo(new[] { "h", "j" }));
    }

    [Test]
    public async Task A_long_and_a_deep_condition_are_answered()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        await Put(store, "a", """{"n":7}""");
        var chain = string.Join(" OR ", Enumerable.Range(0, 580).Select(number => $"tags.n={number}"));
        var deep = string.Concat(Enumerable.Repeat("NOT (", 31)) + "tags.n = 7" + new string(')', 31);
        var sum = string.Concat(Enumerable.Repeat("1+", 60)) + "tags.n = 67";
        foreach (var (text, count) in new[] { (chain, 1), (deep, 0), ($"NOT {deep}", 1), (sum, 1) })
        {
            Assert.That(store.FindTwins(new TwinSearch(TwinCondition.Parse(text, ConditionScope.Query), null, 10, null)), Has.Count.EqualTo(count), text);
        }
    }

    [Test]
    public async Task A_patch_that_changes_no_indexed_leaf_writes_no_row_of_the_index()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        var twin = Twin("a", """{"line":"A","place":{"row":7}}""", """{"firmwareVersion":"1.0","temperature":40}""", "{}");
        await store.Write([new StoreChange.PutIdentity(StoreFolder.Identity("a")), new StoreChange.PutTwin(twin)]);
        var before = Rows(folder);
        Assert.That(before, Is.EqualTo(new[] { "properties.reported.firmwareVersion 3 1.0", "tags.line 3 A", "tags.place 0 ", "tags.place.row 2 7" }));

        // A trigger counts what is written: a row that is written as it was would not be seen in the table.
        Execute(folder, "CREATE TABLE written(n); CREATE TRIGGER i AFTER INSERT ON twin_leaves BEGIN INSERT INTO written VALUES(1); END; "
            + "CREATE TRIGGER d AFTER DELETE ON twin_leaves BEGIN INSERT INTO written VALUES(1); END;");
        twin = Reported(twin, """{"temperature":41,"firmwareVersion":"1.0"}""");
        await store.Write([new StoreChange.PutTwin(twin)]);
        Assert.That(Query(folder, "SELECT count(*) FROM written"), Is.EqualTo(new[] { "0" }));

        twin = Reported(twin, """{"firmwareVersion":"1.1"}""");
        await store.Write([new StoreChange.PutTwin(twin)]);
        Assert.That(Query(folder, "SELECT count(*) FROM written"), Is.EqualTo(new[] { "2" }), "the old value's row and the new one's");
        await store.Write([new StoreChange.PutTwin(TwinUpdates.Patch(twin, Json.ParseObject("""{"tags":{"place":null}}"""), StoreFolder.Start).Twin)]);
        Assert.That(Rows(folder), Is.EqualTo(new[] { "properties.reported.firmwareVersion 3 1.1", "tags.line 3 A" }));
        await store.Write([new StoreChange.DeleteDevice("a")]);
        Assert.That(Rows(folder), Is.Empty);
    }

    [Test]
    public async Task The_index_is_made_anew_where_other_paths_are_listed_and_follows_after_a_restart()
    {
        using var folder = new StoreFolder();
        using (var store = folder.Open(Options(folder)))
        {
            await Put(store, "a", """{"line":"A\u0000B"}""", """{"x":1,"y":2}""");
        }

        Assert.That(Query(folder, "SELECT path FROM twin_leaves ORDER BY path"), Is.EqualTo(new[] { "tags.line" }));
        using (var store = folder.Open(Options(folder, "properties.reported.x")))
        {
            Assert.That(Query(folder, "SELECT path FROM twin_leaves ORDER BY path"), Is.EqualTo(new[] { "properties.reported.x", "tags.line" }));
            var found = store.FindTwins(new TwinSearch(TwinCondition.Parse("properties.reported.x = 1.0", ConditionScope.Query), null, 10, null)).Single();
            await store.Write([new StoreChange.PutTwin(TwinUpdates.Patch(found, Json.ParseObject("""{"tags":{"line":"C"}}"""), StoreFolder.Start).Twin)]);
            Assert.That(Rows(folder), Is.EqualTo(new[] { "properties.reported.x 2 1", "tags.line 3 C" }));
        }
    }

    [Test]
    public void Only_properties_are_listed() =>
        Assert.That(() => new IndexedPaths(["tags.line"]), Throws.ArgumentException.With.Message.Contains("tags are always indexed"));

    [TestCase("a", "b")]
    [TestCase("x\uD7FF", "x\uE000")]
    [TestCase("x\U0010FFFF", "y")]
    [TestCase("\U0010FFFF", null)]
    [TestCase("", null)]
    public void What_follows_everything_with_a_prefix(string prefix, string? after) =>
        Assert.That(ConditionSql.AfterAllWith(prefix), Is.EqualTo(after));

    private static SqliteStoreOptions Options(StoreFolder folder, params string[] paths) => new() { Path = folder.DatabasePath, IndexedPaths = paths };

    private static TwinDocument Twin(string deviceId, string tags, string reported, string desired)
    {
        var patch = new JsonObject { ["tags"] = Json.Parse(tags), ["properties"] = new JsonObject { ["desired"] = Json.Parse(desired) } };
        return Reported(TwinUpdates.Patch(StoreFolder.Twin(deviceId), patch, StoreFolder.Start.AddSeconds(1)).Twin, reported);
    }

    private static TwinDocument Reported(TwinDocument twin, string patch) =>
        TwinUpdates.PatchReported(twin, Json.ParseObject(patch), null, StoreFolder.Start.AddSeconds(2)).Twin;

    private static Task Put(IStoreWriter store, string deviceId, string tags, string reported = "{}") =>
        store.Write([new StoreChange.PutIdentity(StoreFolder.Identity(deviceId)), new StoreChange.PutTwin(Twin(deviceId, tags, reported, "{}"))]);

    private static IEnumerable<string> Ids(IEnumerable<TwinDocument> twins) => twins.Select(twin => twin.DeviceId);

    private static string[] Rows(StoreFolder folder) => Query(folder, "SELECT path || ' ' || kind || ' ' || value FROM twin_leaves ORDER BY path");

    private static string[] Query(StoreFolder folder, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={folder.DatabasePath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
        {
            rows.Add(reader.GetString(0));
        }

        return [.. rows];
    }

    private static void Execute(StoreFolder folder, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={folder.DatabasePath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
