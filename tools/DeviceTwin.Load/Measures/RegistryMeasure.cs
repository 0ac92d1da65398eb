using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.Load.Servers;

namespace DeviceTwin.Load.Measures;

/// <summary>
/// A large registry over HTTP beside SQL over the same rows: what a program would wait for that asked the database itself and did nothing else.
/// </summary>
internal static class RegistryMeasure
{
    private const int BulkSize = 100;
    private const int BulkRequestsAtOnce = 4;
    private const int PageSize = 1000;
    private const int Repeats = 5;
    private const int Lines = 1000;

    public static async Task<IReadOnlyList<Row>> Run(string folder, int devices, TextWriter notes, CancellationToken cancellation)
    {
        var (data, key) = (Path.Combine(folder, "hub"), Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        var rows = new List<Row>();
        await using (var hub = await HubServer.Start(data, key, cancellation))
        {
            var commits = await hub.Commits(cancellation);
            var begin = Stopwatch.GetTimestamp();
            await Parallel.ForEachAsync(
                Enumerable.Range(0, devices).Chunk(BulkSize),
                new ParallelOptions { MaxDegreeOfParallelism = BulkRequestsAtOnce, CancellationToken = cancellation },
                async (numbers, token) => await Import(hub, numbers, token));
            var ours = devices / Stopwatch.GetElapsedTime(begin).TotalSeconds;
            commits = await hub.Commits(cancellation) - commits;
            notes.WriteLine($"imported {devices} devices in {commits} commits, {ours:0}/s");
            var plain = PlainRegistry.Import(hub.DatabaseFile, Path.Combine(folder, "plain.db"), devices, (int)commits, cancellation);
            rows.Add(Row.More($"bulk import (`POST /devices`, {BulkSize} at a time, {BulkRequestsAtOnce} requests at once)", "1/s", ours, plain, "plain SQL"));
        }

        // Reports come over MQTT, a device at a time: they are put where the hub would have put them.
        var database = Path.Combine(data, "hub.db");
        PlainRegistry.Report(database);
        await using var filled = await HubServer.Start(data, key, cancellation, TimeSpan.FromMinutes(10));
        using var sql = new PlainRegistry(database);

        rows.Add(await Compare(
            $"list of all (`GET /devices`, {PageSize} a page)",
            async () => await List(filled, cancellation),
            () => sql.Pages("SELECT * FROM identities WHERE device_id > $0 ORDER BY device_id LIMIT 1000", PageSize)));
        rows.Add(await Compare(
            "`SELECT * FROM devices`, all pages",
            async () => await Query(filled, "SELECT * FROM devices", cancellation),
            () => sql.Pages("SELECT * FROM twins WHERE device_id > $0 ORDER BY device_id LIMIT 1000", PageSize)));
        rows.Add(await Compare(
            "`SELECT deviceId, tags.hall FROM devices`, all pages",
            async () => await Query(filled, "SELECT deviceId, tags.hall FROM devices", cancellation),
            () => sql.Pages("SELECT device_id, json_extract(tags, '$.hall') FROM twins WHERE device_id > $0 ORDER BY device_id LIMIT 1000", PageSize)));
        rows.Add(await Compare(
            "`SELECT * … WHERE tags.line = 'L0042'` (indexed)",
            async () => await Query(filled, "SELECT * FROM devices WHERE tags.line = 'L0042'", cancellation),
            () => sql.Rows("SELECT t.* FROM twin_leaves l JOIN twins t ON t.device_id = l.device_id WHERE l.path = 'tags.line' AND l.kind = 3 AND l.value = 'L0042' ORDER BY t.device_id LIMIT 1000")));
        rows.Add(await Compare(
            "`SELECT deviceId … WHERE properties.reported.temperature > 99.4` (not indexed)",
            async () => await Query(filled, "SELECT deviceId FROM devices WHERE properties.reported.temperature > 99.4", cancellation),
            () => sql.Rows("SELECT device_id FROM twins WHERE json_extract(reported, '$.temperature') > 99.4 ORDER BY device_id LIMIT 1000")));
        rows.Add(await Compare(
            "`SELECT tags.line, COUNT() … GROUP BY tags.line` (indexed)",
            async () => await Query(filled, "SELECT tags.line, COUNT() AS n FROM devices GROUP BY tags.line", cancellation),
            () => sql.Rows("SELECT json_extract(tags, '$.line'), count(*) FROM twins GROUP BY 1 ORDER BY 1")));
        rows.Add(await Compare(
            "`SELECT properties.reported.state, COUNT(), AVG(properties.reported.temperature) … GROUP BY properties.reported.state`",
            async () => await Query(filled, "SELECT properties.reported.state, COUNT() AS n, AVG(properties.reported.temperature) AS mean FROM devices GROUP BY properties.reported.state", cancellation),
            () => sql.Rows("SELECT json_extract(reported, '$.state'), count(*), avg(json_extract(reported, '$.temperature')) FROM twins GROUP BY 1 ORDER BY 1")));
        return rows;

        async Task<Row> Compare(string measure, Func<Task<int>> ours, Func<int> plain)
        {
            // Once for what is compiled and cached, then in turns.
            var (found, expected) = (await ours(), plain());
            if (found != expected || found == 0)
            {
                throw new LoadException("answersDiffer", $"{measure}: the hub answers with {found} rows, plain SQL with {expected}.");
            }

            var (mine, theirs) = (new List<double>(), new List<double>());
            for (var repeat = 0; repeat < Repeats; repeat++)
            {
                var begin = Stopwatch.GetTimestamp();
                await ours();
                mine.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
                begin = Stopwatch.GetTimestamp();
                plain();
                theirs.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
            }

            var row = Row.Less(measure, "ms", Plan.Median(mine), Plan.Median(theirs), "plain SQL");
            notes.WriteLine($"{row.Ours:0.0} : {row.Peer:0.0} ms {measure}, {found} rows");
            return row;
        }
    }

    private static async Task Import(HubServer hub, int[] numbers, CancellationToken cancellation)
    {
        var items = new JsonArray([.. numbers.Select(number => (JsonNode)new JsonObject
        {
            ["id"] = HubServer.DeviceId(number),
            ["importMode"] = "create",
            ["status"] = "enabled",
            ["tags"] = new JsonObject { ["line"] = $"L{number % Lines:D4}", ["hall"] = number % 10, ["place"] = new JsonObject { ["row"] = number % 77, ["machine"] = $"press {number}" } },
            ["properties"] = new JsonObject { ["desired"] = new JsonObject { ["sampling"] = new JsonObject { ["everyS"] = 60, ["axes"] = "xyz" }, ["velocityLimitUmPerSecond"] = 4500 } },
        })]);
        using var content = new StringContent(items.ToJsonString(), Encoding.UTF8, "application/json");
        using var answer = await hub.Http.PostAsync("devices?api-version=2021-04-12", content, cancellation);
        if (!answer.IsSuccessStatusCode)
        {
            throw new LoadException("notImported", $"The hub did not import {items.Count} devices: {await answer.Content.ReadAsStringAsync(cancellation)}");
        }
    }

    private static Task<int> List(HubServer hub, CancellationToken cancellation) =>
        Pages(hub, () => new HttpRequestMessage(HttpMethod.Get, $"devices?api-version=2021-04-12&top={PageSize}"), cancellation);

    private static Task<int> Query(HubServer hub, string query, CancellationToken cancellation) => Pages(
        hub,
        () => new HttpRequestMessage(HttpMethod.Post, "devices/query?api-version=2021-04-12")
        {
            Content = new StringContent(new JsonObject { ["query"] = query }.ToJsonString(), Encoding.UTF8, "application/json"),
            Headers = { { "x-ms-max-item-count", PageSize.ToString(System.Globalization.CultureInfo.InvariantCulture) } },
        },
        cancellation);

    /// <summary>Reads pages to the last; returns how many rows there were.</summary>
    private static async Task<int> Pages(HubServer hub, Func<HttpRequestMessage> ask, CancellationToken cancellation)
    {
        const string Continuation = "x-ms-continuation";
        var (rows, continuation) = (0, "");
        do
        {
            using var request = ask();
            request.Headers.TryAddWithoutValidation(Continuation, continuation);
            using var answer = await hub.Http.SendAsync(request, cancellation);
            var body = await answer.Content.ReadAsByteArrayAsync(cancellation);
            if (!answer.IsSuccessStatusCode)
            {
                throw new LoadException("notAnswered", $"The hub did not answer {request.RequestUri}: {Encoding.UTF8.GetString(body)}");
            }

            rows += Count(body);
            continuation = answer.Headers.TryGetValues(Continuation, out var values) ? values.First() : "";
        }
        while (continuation.Length > 0);
        return rows;
    }

    /// <summary>Members of an array, without making objects of them.</summary>
    private static int Count(byte[] json)
    {
        var reader = new Utf8JsonReader(json);
        var rows = 0;
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            rows++;
            reader.Skip();
        }

        return rows;
    }
}
