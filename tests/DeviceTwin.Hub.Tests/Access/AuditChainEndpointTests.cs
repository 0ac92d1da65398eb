using System.Net;
using System.Text.Json.Nodes;
using DeviceTwin.Storage.Audit;
using DeviceTwin.Tests.Hub.Rest;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Tests.Hub.Access;

/// <summary>The proof of the audit log over REST.</summary>
public sealed class AuditChainEndpointTests : RestTests
{
    [Test]
    public async Task What_happens_is_proven_as_it_happens_and_an_export_proves_itself()
    {
        for (var number = 0; number < 5; number++)
        {
            await Hub.Register($"d{number}");
        }

        var head = await Hub.Get("/api/v1/audit/head");
        var proof = await Hub.Get("/api/v1/audit/verify");
        Assert.That(((bool?)proof["intact"], (long?)proof["rows"], proof["flaw"]), Is.EqualTo(((bool?)true, (long?)head["id"], default(JsonNode))));
        Assert.That(proof["head"]!.ToJsonString(), Is.EqualTo(head.ToJsonString()));
        await Hub.Register("another");
        Assert.That((bool?)(await Hub.Get($"/api/v1/audit/verify?id={head["id"]}&hash={head["hash"]}"))["intact"], Is.True, "the log grew on it");
        proof = await Hub.Get($"/api/v1/audit/verify?id={head["id"]}&hash={new string('0', 64)}");
        Assert.That(((bool?)proof["intact"], (string?)proof["flaw"]!["kind"]), Is.EqualTo(((bool?)false, "headDiffers")));

        var lines = (await Hub.Http.GetStringAsync("/api/v1/audit/export")).TrimEnd().Split('\n');
        Assert.That(AuditChain.Verify(AuditHead.Beginning, lines.Select(AuditEntry.FromLine)).Flaw, Is.Null);
        var row = ((JsonArray)await Hub.Get("/api/v1/audit?limit=1"))[0]!;
        Assert.That((string?)row["hash"], Is.EqualTo(AuditEntry.FromLine(lines[^1]).Hash));
    }

    [TestCase("?id=1")]
    [TestCase("?hash=00")]
    [TestCase("?id=1&hash=xyz")]
    public async Task Half_a_head_is_refused(string query) =>
        AssertRefused(await Hub.Send(HttpMethod.Get, "/api/v1/audit/verify" + query), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004, "64 hexadecimal digits");

    [Test]
    public async Task A_log_that_was_written_to_by_another_program_says_where()
    {
        await using var own = await HubFixture.Start();
        for (var number = 0; number < 3; number++)
        {
            await own.Register($"d{number}");
        }

        using (var connection = new SqliteConnection($"Data Source={Path.Combine(own.Folder, "hub.db")};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "DROP TRIGGER audit_is_not_changed; UPDATE audit SET author = 'nobody' WHERE id = 2";
            command.ExecuteNonQuery();
        }

        var proof = await own.Get("/api/v1/audit/verify");
        Assert.That(((string?)proof["flaw"]!["kind"], (long?)proof["flaw"]!["id"], (long?)proof["rows"]), Is.EqualTo(("changed", (long?)2, (long?)1)));
    }
}
