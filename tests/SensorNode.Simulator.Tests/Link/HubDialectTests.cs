using DeviceTwin.SensorNode.Link;

namespace DeviceTwin.Tests.SensorNode.Simulator.Link;

public sealed class HubDialectTests
{
    [TestCase("$iothub/twin/res/204/?$rid=7&$version=12", 204, 7, 12)]
    [TestCase("$iothub/twin/res/200/?$rid=7", 200, 7, -1)]
    [TestCase("$iothub/twin/res/429/?$version=3&$rid=9", 429, 9, 3)]
    [TestCase("$iothub/twin/res/204/?$rid=abc", 204, -1, -1)]
    [TestCase("$iothub/twin/res/204/?x$rid=7", 204, -1, -1)]
    [TestCase("$iothub/twin/res/204/?$rid=99999999999", 204, -1, -1)]
    [TestCase("$iothub/twin/res/204/", 204, -1, -1)]
    [TestCase("$iothub/twin/res/204", -1, -1, -1)]
    [TestCase("$iothub/twin/res/x/?$rid=1", -1, 1, -1)]
    public void ReadsAnswers(string topic, int status, int requestId, int version)
    {
        Assert.That(HubDialect.IsAnswer(topic), Is.True);
        Assert.That(HubDialect.Status(topic), Is.EqualTo(status));
        Assert.That(HubDialect.Parameter(topic, "$rid"), Is.EqualTo(requestId));
        Assert.That(HubDialect.Parameter(topic, "$version"), Is.EqualTo(version));
    }

    [Test]
    public void TellsDesiredPatchesFromItsOwnReports()
    {
        Assert.That(HubDialect.IsDesired("$iothub/twin/PATCH/properties/desired/?$version=2"), Is.True);
        Assert.That(HubDialect.IsDesired("$iothub/twin/PATCH/properties/reported/?$rid=2"), Is.False);
    }

    [Test]
    public void IsNotTakenForTheNanoFrameworkClientWithItsWeaknesses() =>
        Assert.That(HubDialect.ClientType, Does.Not.StartWith("nano;"));
}
