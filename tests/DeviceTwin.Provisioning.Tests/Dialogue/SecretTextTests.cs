using DeviceTwin.Provisioning.Dialogue;
using DeviceTwin.SensorNode.Provisioning;

namespace DeviceTwin.Tests.Provisioning.Dialogue;

/// <summary>Secrets do not show in what is printed.</summary>
public sealed class SecretTextTests
{
    [Test]
    public void ASecretIsNotShown() => Assert.That($"{new SecretText("pass word")}", Is.EqualTo("(secret)"));

    [TestCase(StagedField.Key)]
    [TestCase(StagedField.NetworkPassword)]
    [TestCase(StagedField.CertificateKey)]
    [TestCase(StagedField.Secret)]
    public void AStagedSecretIsNotShown(int field) =>
        Assert.That($"{new StagedText(field, "pass word")}", Is.EqualTo($"{StagedField.Name(field)}=(secret)"));

    [Test]
    public void OtherTextsAreShown() => Assert.That($"{new StagedText(StagedField.DeviceId, "pump-7")}", Is.EqualTo("deviceId=pump-7"));
}
