using DeviceTwin.Twins;

namespace DeviceTwin.Tests.Twins;

/// <summary>Devices and modules have addresses of one form.</summary>
public sealed class TwinAddressTests
{
    [TestCase("press-1", "press-1", null)]
    [TestCase("press-1/camera", "press-1", "camera")]
    [TestCase("a/", "a", "")]
    [TestCase("a/b/c", "a", "b/c")]
    public void An_address_is_read_as_it_was_written(string text, string deviceId, string? moduleId)
    {
        var address = TwinAddress.Parse(text);
        Assert.That((address.DeviceId, address.ModuleId, address.ToString(), TwinAddress.IsModule(text)), Is.EqualTo((deviceId, moduleId, text, moduleId is not null)));
    }

    [Test]
    public void A_twin_says_whose_it_is()
    {
        Assert.That(TwinDocument.Create("a", default).Address, Is.EqualTo("a"));
        Assert.That(TwinDocument.Create("a", default, "m").Address, Is.EqualTo("a/m"));
    }
}
