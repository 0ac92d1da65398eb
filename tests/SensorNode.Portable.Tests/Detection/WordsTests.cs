using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Tests.SensorNode.Portable.Detection;

/// <summary>The words others store and compare: changing one breaks them.</summary>
public sealed class WordsTests
{
    [Test]
    public void Verdicts_have_stable_words()
    {
        string[] words = Enumerable.Range(0, Verdict.Count).Select(Verdict.Word).ToArray();

        Assert.That(words, Is.EqualTo(new[] {
            "normal", "high", "outer", "inner", "ball", "cage", "unbalance", "misalignment", "looseness", "hot", "notRunning", "refused",
        }));
    }

    [TestCase(-1)]
    [TestCase(Verdict.Count)]
    [TestCase(int.MaxValue)]
    public void What_is_no_verdict_is_refused(int verdict) => Assert.That(Verdict.Word(verdict), Is.EqualTo("refused"));

    [Test]
    public void Refusals_have_stable_words_in_the_order_of_their_flags()
    {
        string[] words = Enumerable.Range(0, Refusal.Count).Select(Refusal.Word).ToArray();

        Assert.That(words, Is.EqualTo(new[]
        {
            "shaftSpeedUnknown", "captureTooShort", "overrun", "saturated", "bandNotCovered",
            "orderCoincidesWithShaft", "shaftTooSlow", "orderNotCovered", "scaleUnknown", "noSignal",
            "nothingAsked", "temperatureUnknown", "unitUnknown", "clipped", "machineGroupUnknown",
            "machineTooSmall", "machineSizeContradicts", "mountingUnsuitable", "velocityBandNotCovered", "notRunning",
            "baselineWarmingUp", "belowNoiseFloor",
        }));
        Assert.That(words[(int)Math.Log2(Refusal.NoSignal)], Is.EqualTo("noSignal"));
        Assert.That(words[(int)Math.Log2(Refusal.NothingAsked)], Is.EqualTo("nothingAsked"));
        Assert.That(words[(int)Math.Log2(Refusal.TemperatureUnknown)], Is.EqualTo("temperatureUnknown"));
        Assert.That(words[(int)Math.Log2(Refusal.BelowNoiseFloor)], Is.EqualTo("belowNoiseFloor"));
        Assert.That(words[(int)Math.Log2(Refusal.OrderCoincidesWithShaft)], Is.EqualTo("orderCoincidesWithShaft"));
    }
}
