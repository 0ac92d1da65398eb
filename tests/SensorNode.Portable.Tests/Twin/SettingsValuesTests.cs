using DeviceTwin.SensorNode.Forms;
using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.Tests.SensorNode.Portable.Twin;

/// <summary>Settings with overrides, and what they come to.</summary>
public sealed class SettingsValuesTests
{
    [Test]
    public void OverridesThatAreSetReplaceWhatTheyWereDerivedFromAndOthersLeaveItAlone()
    {
        var values = new SettingsValues();
        values.Numbers[TwinModel.DetectionVelocityLimitUmPerSecond] = 4500;
        values.Numbers[TwinModel.DetectionBearingScoreLimitMilli] = 2000;
        values.Numbers[TwinModel.ShadowVelocityLimitUmPerSecond] = 0;
        values.Numbers[TwinModel.ShadowForest] = 3;
        values.Texts[TwinModel.TextOf(TwinModel.ShadowForest)] = "abc";
        var before = new SettingsValues();
        before.CopyFrom(values);

        values.ApplyOverrides();

        int[] changed = Enumerable.Range(0, TwinModel.Count).Where(index => values.Numbers[index] != before.Numbers[index]).ToArray();
        Assert.That(changed, Is.EqualTo(new[] { TwinModel.DetectionVelocityLimitUmPerSecond, TwinModel.DetectionForest }));
        Assert.That(values.Numbers[TwinModel.DetectionVelocityLimitUmPerSecond], Is.EqualTo(0), "0 is a value, too");
        Assert.That(values.Texts[TwinModel.TextOf(TwinModel.DetectionForest)], Is.EqualTo("abc"));
    }

    [Test]
    public void EveryPropertyThatMayBeAbsentIsLikeOneThatMayNot()
    {
        int[] derived = Enumerable.Range(0, TwinModel.Count).Where(index => TwinModel.Like(index) >= 0).ToArray();
        Assert.That(
            derived.Select(index => TwinModel.Name(index)),
            Is.EqualTo(TwinForms.Paths.Where(path => path.StartsWith("detection.", StringComparison.Ordinal)).Select(path => path["detection.".Length..])));
        foreach (int index in derived)
        {
            int like = TwinModel.Like(index);
            Assert.That(TwinModel.Default(index), Is.EqualTo(TwinModel.NotSet));
            Assert.That(TwinModel.Default(like), Is.Not.EqualTo(TwinModel.NotSet));
            Assert.That(
                (TwinModel.Name(index), TwinModel.Minimum(index), TwinModel.Maximum(index), TwinModel.TypeOf(index), TwinModel.Below(index) < 0),
                Is.EqualTo((TwinModel.Name(like), TwinModel.Minimum(like), TwinModel.Maximum(like), TwinModel.TypeOf(like), TwinModel.Below(like) < 0)));
        }
    }
}
