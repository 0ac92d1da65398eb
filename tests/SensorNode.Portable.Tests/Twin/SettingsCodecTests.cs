using System.Text;
using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.Tests.SensorNode.Portable.Twin;

/// <summary>Settings survive a restart, and a damaged file never gets into force.</summary>
public sealed class SettingsCodecTests
{
    [Test]
    public void WhatIsWrittenIsReadBack()
    {
        int[] values = SettingsCodec.Defaults();
        values[TwinModel.SamplingCaptureIntervalSeconds] = 7;
        values[TwinModel.DetectionTemperatureLimitCentiCelsius] = -4000;
        values[TwinModel.MaintenanceAlarmsInhibited] = 1;
        Assert.That(SettingsCodec.Read(SettingsCodec.Write(values)), Is.EqualTo(values));
    }

    [Test]
    public void NamesOfAnotherVersionArePassedOverAndMissingOnesAreDefaults()
    {
        int[]? values = Read("""{"sampling":{"captureIntervalSeconds":7,"newer":{"x":[1]}},"later":{"captureIntervalSeconds":9},"flag":true}""");
        Assert.That(values, Is.Not.Null);
        Assert.That(values![TwinModel.SamplingCaptureIntervalSeconds], Is.EqualTo(7));
        Assert.That(values[TwinModel.SamplingTemperatureIntervalSeconds], Is.EqualTo(30));
    }

    [TestCase("")]
    [TestCase("[]")]
    [TestCase("""{"sampling":{"captureIntervalSeconds":7}""", TestName = "CutShort")]
    [TestCase("""{"sampling":{"captureIntervalSeconds":0}}""", TestName = "OutOfRange")]
    [TestCase("""{"sampling":{"captureIntervalSeconds":"7"}}""", TestName = "OfWrongType")]
    [TestCase("""{"detection":{"envelopeBandLowHertz":6000}}""", TestName = "NotGoingTogether")]
    public void DamagedContentIsRefusedAsAWhole(string content) => Assert.That(Read(content), Is.Null);

    private static int[]? Read(string content) => SettingsCodec.Read(Encoding.UTF8.GetBytes(content));
}
