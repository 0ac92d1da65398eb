using DeviceTwin.Provisioning.Identities;

namespace DeviceTwin.Tests.Provisioning.Tray;

public sealed class HubRefusalTests
{
    [TestCase("ErrorCode:ArgumentInvalid;Say which.", "400 ArgumentInvalid: Say which.")]
    [TestCase("ErrorCode:DeviceNotFound; It has none; make it.", "400 DeviceNotFound: It has none; make it.")]
    [TestCase("ErrorCode:NoEnd", "400: ErrorCode:NoEnd")]
    [TestCase("what answers is no DeviceTwin hub", "400: what answers is no DeviceTwin hub")]
    public void A_refusal_is_read_as_a_sentence_with_its_name(string message, string sentence) => Assert.That(HubRefusal.Parse(message).Sentence(400), Is.EqualTo(sentence));
}
