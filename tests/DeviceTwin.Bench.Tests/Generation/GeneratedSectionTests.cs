using DeviceTwin.Bench.Generation;

namespace DeviceTwin.Tests.Bench.Generation;

/// <summary>A section is replaced between its markers, and nothing beside it.</summary>
public sealed class GeneratedSectionTests
{
    [Test]
    public void TextBetweenTheMarkersIsReplaced()
    {
        const string Page = "a\n<!-- begin x -->\nold\nolder\n<!-- end x -->\nb\n<!-- begin y -->\n<!-- end y -->\n";

        Assert.That(
            GeneratedSection.Replace(Page, "x", "new\r\nnewer\n"),
            Is.EqualTo("a\n<!-- begin x -->\nnew\nnewer\n<!-- end x -->\nb\n<!-- begin y -->\n<!-- end y -->\n"));
    }

    [TestCase("<!-- begin x -->", "'<!-- end x -->' is missing")]
    [TestCase("<!-- end x -->", "'<!-- begin x -->' is missing")]
    [TestCase("<!-- end x --><!-- begin x -->", "'<!-- end x -->' stands before '<!-- begin x -->'")]
    [TestCase("<!-- begin x --><!-- begin x --><!-- end x -->", "'<!-- begin x -->' is there twice")]
    public void APageWithBrokenMarkersIsRefused(string page, string message)
    {
        Assert.That(() => GeneratedSection.Replace(page, "x", ""), Throws.TypeOf<ModelException>().With.Message.EqualTo(message));
    }
}
