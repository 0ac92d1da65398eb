using System.Text;
using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.Tests.SensorNode.Portable.Twin;

/// <summary>Settings survive a restart, and a damaged file never gets into force.</summary>
public sealed class SettingsCodecTests
{
    [Test]
    public void WhatIsWrittenIsReadBack()
    {
        var values = new SettingsValues();
        values.Numbers[TwinModel.SamplingCaptureIntervalSeconds] = 7;
        values.Numbers[TwinModel.DetectionTemperatureLimitCentiCelsius] = -4000;
        values.Numbers[TwinModel.MaintenanceAlarmsInhibited] = 1;
        values.Numbers[TwinModel.ShadowVelocityLimitUmPerSecond] = 0;
        Set(values, TwinModel.DetectionForest, new string('f', TwinModel.Maximum(TwinModel.DetectionForest)));
        Set(values, TwinModel.ShadowForest, "");

        SettingsValues? read = SettingsCodec.Read(SettingsCodec.Write(values), new PlainTextRule());

        Assert.That(read, Is.Not.Null);
        Assert.That(read!.Numbers, Is.EqualTo(values.Numbers));
        Assert.That(read.Texts, Is.EqualTo(values.Texts));
    }

    [Test]
    public void TheLargestSettingsFit()
    {
        var values = new SettingsValues();
        for (int index = 0; index < TwinModel.Count; index++)
        {
            values.Numbers[index] = TwinModel.Below(index) >= 0 ? TwinModel.Minimum(index) : TwinModel.Maximum(index);
            if (TwinModel.TextOf(index) >= 0)
            {
                Set(values, index, new string('f', TwinModel.Maximum(index)));
            }
        }

        Assert.That(SettingsCodec.Read(SettingsCodec.Write(values), new PlainTextRule())?.Numbers, Is.EqualTo(values.Numbers));
    }

    [Test]
    public void NamesOfAnotherVersionArePassedOverAndMissingOnesAreDefaults()
    {
        SettingsValues? values = Read("""{"sampling":{"captureIntervalSeconds":7,"newer":{"x":[1]}},"later":{"captureIntervalSeconds":9},"flag":true}""");
        Assert.That(values, Is.Not.Null);
        Assert.That(values!.Numbers[TwinModel.SamplingCaptureIntervalSeconds], Is.EqualTo(7));
        Assert.That(values.Numbers[TwinModel.SamplingTemperatureIntervalSeconds], Is.EqualTo(30));
    }

    [TestCase("")]
    [TestCase("[]")]
    [TestCase("""{"sampling":{"captureIntervalSeconds":7}""", TestName = "CutShort")]
    [TestCase("""{"sampling":{"captureIntervalSeconds":0}}""", TestName = "OutOfRange")]
    [TestCase("""{"sampling":{"captureIntervalSeconds":"7"}}""", TestName = "OfWrongType")]
    [TestCase("""{"detection":{"envelopeBandLowHertz":6000}}""", TestName = "NotGoingTogether")]
    [TestCase("""{"detection":{"forest":5}}""", TestName = "TextOfWrongType")]
    [TestCase("""{"detection":{"forest":"a b"}}""", TestName = "TextOfAnotherForm")]
    [TestCase("""{"detection":{"forest":"a\u0000"}}""", TestName = "TextThatCannotBeKept")]
    [TestCase("""{"shadow":{"forest":null}}""", TestName = "TextThatIsNull")]
    public void DamagedContentIsRefusedAsAWhole(string content) => Assert.That(Read(content), Is.Null);

    private static void Set(SettingsValues values, int index, string text)
    {
        values.Numbers[index] = text.Length;
        values.Texts[TwinModel.TextOf(index)] = text;
    }

    private static SettingsValues? Read(string content) => SettingsCodec.Read(Encoding.UTF8.GetBytes(content), new PlainTextRule());
}
