using DeviceTwin.Provisioning.Labels;

namespace DeviceTwin.Tests.Provisioning.Labels;

/// <summary>A label tells a node, and whether it was read rightly.</summary>
public sealed class NodeLabelTests
{
    [Test]
    public void NameAndCheckCodeAreInTheCode() =>
        Assert.That(new NodeLabel("pump-7", "02d7b0a2d001").Content, Is.EqualTo($"DT1:pump-7:{new NodeLabel("pump-7", "02d7b0a2d001").CheckCode}"));

    [Test]
    public void AnotherNameOrChipHasAnotherCheckCode()
    {
        var code = new NodeLabel("pump-7", "02d7b0a2d001").CheckCode;
        Assert.That(code, Does.Match("^[0-9A-HJKMNP-TV-Z]{4}$"));
        Assert.That(new NodeLabel("pump-1", "02d7b0a2d001").CheckCode, Is.Not.EqualTo(code));
        Assert.That(new NodeLabel("pump-7", "02d7b0a2d002").CheckCode, Is.Not.EqualTo(code));
    }

    [Test]
    public void ThePngIsOne()
    {
        var png = new NodeLabel("pump-7", "02d7b0a2d001").ToPng();
        Assert.That(png.AsSpan(0, 8).ToArray(), Is.EqualTo(new byte[] { 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a }));
    }

    [Test]
    public void TheSvgIsXmlWithTheNameEscaped()
    {
        var svg = System.Xml.Linq.XDocument.Parse(new NodeLabel("a'b(,)", "02d7b0a2d001").ToSvg());
        Assert.That(svg.Descendants().Where(element => element.Name.LocalName == "text").Select(element => element.Value).First(), Is.EqualTo("a'b(,)"));
    }
}
