using System.Collections.Immutable;
using System.Text.Json.Nodes;
using DeviceTwin.Twins;

namespace DeviceTwin.Tests.Twins.Documents;

/// <summary>What a device that was away must be told to forget.</summary>
public sealed class RemovedPathTests
{
    [TestCase("""{"a":1,"b":2}""", """{"a":1}""", "b")]
    [TestCase("""{"a":{"x":1,"y":{"z":2}}}""", """{"a":{}}""", "a.x,a.y.z")]
    [TestCase("""{"a":{"x":1}}""", """{"a":5}""", "a.x", Description = "a value took the object's place")]
    [TestCase("""{"a":5}""", """{"a":{"x":1}}""", "")]
    [TestCase("""{"a":[1,2]}""", """{"a":[3]}""", "", Description = "arrays are replaced whole")]
    [TestCase("""{"a":{}}""", """{}""", "a")]
    public void What_was_there_and_is_not_is_remembered(string before, string after, string removed) =>
        Assert.That(string.Join(",", After(RemovedPaths.None, before, after, 7).Keys), Is.EqualTo(removed));

    [TestCase("""{"a":1}""", "b", """{"a":1,"b":null}""")]
    [TestCase("""{"a":{"w":1}}""", "a.x,a.y.z", """{"a":{"w":1,"x":null,"y":null}}""")]
    [TestCase("""{}""", "a.x,a.y.z", """{"a":null}""", Description = "with the object goes what was in it")]
    [TestCase("""{"a":5}""", "a.x", """{"a":5}""", Description = "the value replaces it")]
    public void It_goes_with_the_document_as_null(string document, string removed, string expected) =>
        Assert.That(RemovedPaths.Complete(Parse(document), removed.Split(',')).ToJsonString(), Is.EqualTo(expected));

    [Test]
    public void What_comes_back_is_forgotten()
    {
        var removed = After(RemovedPaths.None, """{"a":1,"b":2}""", "{}", 2);
        Assert.That(After(removed, "{}", """{"b":3}""", 3).Keys, Is.EqualTo(new[] { "a" }));
        Assert.That(After(removed, "{}", """{"c":3}""", 3), Is.SameAs(removed));
    }

    [Test]
    public void The_oldest_give_way_when_there_are_too_many()
    {
        var removed = RemovedPaths.None;
        for (var version = 1; version <= RemovedPaths.Most + 5; version++)
        {
            removed = After(removed, $$"""{"k{{version}}":1}""", "{}", version);
        }

        Assert.That(removed, Has.Count.EqualTo(RemovedPaths.Most));
        Assert.That(removed.Values.Min(), Is.EqualTo(6));
    }

    /// <summary>Whatever happened while it was away: after the merge a device has what the twin has.</summary>
    [Test]
    public void A_device_that_merges_the_completed_document_has_the_twins()
    {
        var random = new Random(4);
        for (var round = 0; round < 2000; round++)
        {
            var document = Any(random, 3);
            var device = (JsonObject)document.DeepClone();
            var removed = RemovedPaths.None;
            for (var version = 2; version < 6; version++)
            {
                var next = Any(random, 3);
                removed = RemovedPaths.After(removed, document, next, version);
                document = next;
            }

            Merge(device, RemovedPaths.Complete(document, removed.Keys));
            Assert.That(JsonNode.DeepEquals(device, document), Is.True, $"round {round}: {device.ToJsonString()} is not {document.ToJsonString()}");
        }
    }

    private static JsonObject Any(Random random, int depth)
    {
        var members = new JsonObject();
        foreach (var key in (string[])["a", "b", "c"])
        {
            switch (random.Next(depth > 0 ? 3 : 2))
            {
                case 1:
                    members[key] = random.Next(3);
                    break;
                case 2:
                    members[key] = Any(random, depth - 1);
                    break;
            }
        }

        return members;
    }

    /// <summary>As clients do it (RFC 7386).</summary>
    private static void Merge(JsonObject into, JsonObject patch)
    {
        foreach (var (key, value) in patch)
        {
            if (value is null)
            {
                into.Remove(key);
            }
            else if (value is JsonObject inner)
            {
                if (into[key] is not JsonObject existing)
                {
                    into[key] = existing = [];
                }

                Merge(existing, inner);
            }
            else
            {
                into[key] = value.DeepClone();
            }
        }
    }

    private static ImmutableSortedDictionary<string, long> After(ImmutableSortedDictionary<string, long> removed, string before, string after, long version) =>
        RemovedPaths.After(removed, Parse(before), Parse(after), version);

    private static JsonObject Parse(string text) => (JsonObject)JsonNode.Parse(text)!;
}
