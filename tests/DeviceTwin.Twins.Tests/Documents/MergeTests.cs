using DeviceTwin.Twins;

namespace DeviceTwin.Tests.Twins.Documents;

/// <summary>How a patch changes a document: objects merge, anything else replaces, null deletes, arrays replace whole.</summary>
public sealed class MergeTests
{
    [TestCase("""{"a":1}""", """{"b":2}""", """{"a":1,"b":2}""", TestName = "A new key is added")]
    [TestCase("""{"a":1}""", """{"a":2}""", """{"a":2}""", TestName = "A value is replaced")]
    [TestCase("""{"a":{"b":1}}""", """{"a":{"c":2}}""", """{"a":{"b":1,"c":2}}""", TestName = "Objects merge")]
    [TestCase("""{"a":{"b":{"c":1,"d":2}}}""", """{"a":{"b":{"d":3}}}""", """{"a":{"b":{"c":1,"d":3}}}""", TestName = "Objects merge at any depth")]
    [TestCase("""{"a":{"b":1}}""", """{"a":5}""", """{"a":5}""", TestName = "A value replaces an object")]
    [TestCase("""{"a":5}""", """{"a":{"b":1}}""", """{"a":{"b":1}}""", TestName = "An object replaces a value")]
    [TestCase("""{"a":1,"b":2}""", """{"a":null}""", """{"b":2}""", TestName = "Null deletes")]
    [TestCase("""{"a":{"b":1}}""", """{"a":null}""", """{}""", TestName = "Null deletes an object whole")]
    [TestCase("""{"a":{"b":1}}""", """{"a":{"b":null}}""", """{"a":{}}""", TestName = "Null deletes inside; the object stays")]
    [TestCase("""{"b":2}""", """{"a":null}""", """{"b":2}""", TestName = "Deleting what is not there does nothing")]
    [TestCase("""{}""", """{"a":{"b":null}}""", """{"a":{}}""", TestName = "A null in a new object leaves no trace")]
    [TestCase("""{"a":5}""", """{"a":{"b":null,"c":1}}""", """{"a":{"c":1}}""", TestName = "A null in an object over a value leaves no trace")]
    [TestCase("""{"a":[1,2,3]}""", """{"a":[9]}""", """{"a":[9]}""", TestName = "Arrays are replaced whole")]
    [TestCase("""{"a":[{"b":1}]}""", """{"a":[{"c":2}]}""", """{"a":[{"c":2}]}""", TestName = "Objects in arrays do not merge")]
    [TestCase("""{"a":[1]}""", """{"a":{"b":1}}""", """{"a":{"b":1}}""", TestName = "An object replaces an array")]
    [TestCase("""{"a":1}""", """{"A":2}""", """{"a":1,"A":2}""", TestName = "Keys are case-sensitive")]
    [TestCase("""{"a":1}""", """{"a":1}""", """{"a":1}""", TestName = "The same value again")]
    [TestCase("""{"a":20}""", """{"a":20.0}""", """{"a":20.0}""", TestName = "A number keeps the form in which it was written")]
    public void A_patch_merges_into_a_document(string document, string patch, string expected)
    {
        var twin = Doc.Empty.Desire(document, 1).Desire(patch, 2);
        Assert.That(twin.Desired.Properties.Text(), Is.EqualTo(expected));
        Assert.That(TwinPatches.Apply(Doc.Object(document), Doc.Object(patch)).Text(), Is.EqualTo(expected));
    }

    [Test]
    public void Deleting_again_and_again_never_leaves_a_null()
    {
        var twin = Doc.Empty.Desire("""{"a":1}""");
        for (var time = 0; time < 4; time++)
        {
            twin = twin.Desire("""{"a":null}""");
            Assert.That(twin.Desired.Properties.Text(), Is.EqualTo("{}"));
        }
    }

    [Test]
    public void A_null_inside_an_array_is_refused_because_it_could_only_be_stored()
    {
        foreach (var patch in new[] { """{"a":[1,null]}""", """{"a":[{"b":null}]}""", """{"a":[[{"b":{"c":null}}]]}""" })
        {
            var refusal = Doc.Refusal(() => Doc.Empty.Desire(patch));
            Assert.That((refusal.Error, refusal.Message), Is.EqualTo((TwinError.ArgumentInvalid, refusal.Message)));
            Assert.That(refusal.Message, Does.StartWith("properties.desired.a[").And.Contain("cannot stand in an array"));
        }
    }

    [TestCase("""{"a":1}""", """{"a":1}""", "{}")]
    [TestCase("""{"a":1}""", """{"a":1.0}""", "{}")]
    [TestCase("""{"a":1}""", """{"a":2}""", """{"a":2}""")]
    [TestCase("""{"a":{"b":1,"c":2}}""", """{"a":{"b":1}}""", """{"a":{"c":null}}""")]
    [TestCase("""{"a":{"b":1}}""", """{"a":{}}""", """{"a":{"b":null}}""")]
    [TestCase("""{"a":{"b":1}}""", "{}", """{"a":null}""")]
    [TestCase("""{"a":[1,2]}""", """{"a":[1]}""", """{"a":[1]}""")]
    [TestCase("{}", """{"a":{}}""", """{"a":{}}""")]
    public void The_difference_of_two_documents_is_the_smallest_patch(string from, string to, string expected) =>
        Assert.That(TwinPatches.Between(Doc.Object(from), Doc.Object(to)).Text(), Is.EqualTo(expected));

    [Test]
    public void The_paths_of_a_patch_are_its_leaves() => Assert.That(
        TwinPatches.Paths(Doc.Object("""{"a":{"b":1,"c":{"d":null}},"e":[{"f":1}],"g":{}}""")),
        Is.EqualTo(new[] { "a.b", "a.c.d", "e", "g" }));
}
