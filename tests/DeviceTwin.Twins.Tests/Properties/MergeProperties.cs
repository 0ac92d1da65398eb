using System.Text.Json.Nodes;
using DeviceTwin.Twins;
using FsCheck.Fluent;
using static DeviceTwin.Tests.Twins.Properties.Generators;

namespace DeviceTwin.Tests.Twins.Properties;

/// <summary>What holds of merging whatever the documents.</summary>
public sealed class MergeProperties
{
    [Test]
    public void Merging_twice_is_merging_once() => ForAll(Document.Zip(Patch), pair =>
    {
        var once = TwinPatches.Apply(Parse(pair.Item1), Parse(pair.Item2));
        Assert.That(TwinPatches.Apply(once, Parse(pair.Item2)).Text(), Is.EqualTo(once.Text()));
    });

    [Test]
    public void The_difference_of_two_documents_leads_from_one_to_the_other() => ForAll(Document.Zip(Document), pair =>
    {
        var (from, to) = (Parse(pair.Item1), Parse(pair.Item2));
        var patch = TwinPatches.Between(from, to);
        Assert.That(Json.Same(TwinPatches.Apply(from, patch), to));
        Assert.That(patch.Count == 0, Is.EqualTo(Json.Same(from, to)), "empty exactly where nothing differs");
    });

    [Test]
    public void The_patch_of_a_replacement_leads_a_device_that_only_merges_to_the_new_document() => ForAll(Document.Zip(Document), pair =>
    {
        var (from, to) = (Parse(pair.Item1), Parse(pair.Item2));
        Assert.That(Json.Same(TwinPatches.Apply(from, TwinPatches.Replacement(from, to)), to));
    });

    [Test]
    public void A_device_that_merges_every_patch_has_what_the_hub_has() => ForAll(Patch.UpTo(12), patches =>
    {
        var twin = Doc.Empty;
        var device = new JsonObject();
        foreach (var patch in patches)
        {
            var change = TwinUpdates.PatchDesired(twin, Parse(patch), Doc.Start);
            twin = change.Twin;
            device = change.DesiredPatch is null ? device : TwinPatches.Apply(device, change.DesiredPatch);
        }

        Assert.That(device.Text(), Is.EqualTo(twin.Desired.Properties.Text()));
    });

    [Test]
    public void No_null_is_ever_stored() => ForAll(Document.Zip(Patch), pair =>
    {
        var twin = Doc.Empty.Report(pair.Item1).Report(pair.Item2);
        Assert.That(HasNull(twin.Reported.Properties), Is.False);
    });

    [Test]
    public void An_update_leaves_the_twin_it_began_with_untouched() => ForAll(Document.Zip(Patch), pair =>
    {
        var twin = Doc.Empty.Desire(pair.Item1);
        var before = twin.Desired.ToJson(true).Text();
        twin.Desire(pair.Item2);
        Assert.That(twin.Desired.ToJson(true).Text(), Is.EqualTo(before));
    });

    [Test]
    public void Versions_strictly_increase_with_every_update_that_says_something() => ForAll(Patch.UpTo(12), patches =>
    {
        var twin = Doc.Empty;
        foreach (var patch in patches)
        {
            var next = twin.Desire(patch);
            var says = patch != "{}";
            Assert.That(next.Desired.Version, Is.EqualTo(twin.Desired.Version + (says ? 1 : 0)));
            Assert.That(next.Version, Is.EqualTo(twin.Version + (says ? 1 : 0)));
            Assert.That(next.ETag, Is.EqualTo(says ? ETags.Next(twin.ETag) : twin.ETag));
            twin = next;
        }
    });

    [Test]
    public void Metadata_has_an_entry_for_every_property_and_none_besides() => ForAll(Document.Zip(Patch), pair =>
    {
        var desired = Doc.Empty.Desire(pair.Item1, 1).Desire(pair.Item2, 2).Desired;
        AssertMirrors(desired.Properties, desired.Metadata, desired.Version);
    });

    [Test]
    public void The_differences_of_a_patch_lead_from_before_to_after_and_back() => ForAll(Document.Zip(Patch), pair =>
    {
        var (before, patch) = (Parse(pair.Item1), Parse(pair.Item2));
        var after = TwinPatches.Apply(before, patch);
        var differences = TwinPatches.Differences(before, after, patch).ToList();
        Assert.That(differences.Count == 0, Is.EqualTo(Json.Same(before, after)));
        Assert.That(Json.Same(Rewritten(before, differences, difference => difference.To), after));
        Assert.That(Json.Same(Rewritten(after, differences, difference => difference.From), before));
    });

    private static JsonObject Rewritten(JsonObject document, List<TwinDifference> differences, Func<TwinDifference, JsonNode?> value)
    {
        var copy = (JsonObject)document.DeepClone();
        foreach (var difference in differences)
        {
            var names = difference.Path.Split('.');
            var parent = names[..^1].Aggregate(copy, (node, name) => (JsonObject)node[name]!);
            if (value(difference) is { } node)
            {
                parent[names[^1]] = node.DeepClone();
            }
            else
            {
                parent.Remove(names[^1]);
            }
        }

        return copy;
    }

    private static void AssertMirrors(JsonObject properties, JsonObject metadata, long newest)
    {
        Assert.That(metadata[TwinMetadata.LastUpdated]!.GetValue<string>(), Does.EndWith("Z"));
        Assert.That(Json.Integer(metadata[TwinMetadata.LastUpdatedVersion]), Is.InRange(1, newest));
        Assert.That(
            metadata.Select(entry => entry.Key).Where(key => key[0] != '$').Order(), Is.EqualTo(properties.Select(entry => entry.Key).Order()));
        foreach (var (key, value) in properties)
        {
            var entry = (JsonObject)metadata[key]!;
            if (value is JsonObject inner)
            {
                AssertMirrors(inner, entry, newest);
            }
            else
            {
                Assert.That(entry, Has.Count.EqualTo(2));
            }
        }
    }

    private static bool HasNull(JsonNode? node) => node switch
    {
        null => true,
        JsonObject members => members.Any(member => HasNull(member.Value)),
        JsonArray items => items.Any(HasNull),
        _ => false,
    };
}
