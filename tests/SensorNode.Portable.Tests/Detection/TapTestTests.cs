using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.Tests.SensorNode.Portable.Detection;

/// <summary>The verdict on a mounting from the record of a tap.</summary>
public class TapTestTests
{
    private const int Iis3dwbRate = 26_667_000;

    [Test]
    public void Frequency_and_decay_are_found_over_the_band([Values(1200, 2500, 3333, 4700, 6100, 9000)] int hertz, [Values(1.0, 2.5, 5.0)] double decayMs)
    {
        TapResult result = new TapTest().Judge(Record(2, 4000, hertz, decayMs));
        Assert.That(result.ResonanceMilliHertz, Is.EqualTo(hertz * 1000).Within(hertz * 15));
        Assert.That(result.DecayMicroseconds, Is.EqualTo(decayMs * 1000).Within(decayMs * 150));
        Assert.That(result.Findings, Is.EqualTo(hertz < 3000 ? TapFinding.ResonanceLow : 0));
        Assert.That(result.PeakMilliG, Is.EqualTo(4000 * 0.488).Within(600));
    }

    [TestCase(2900, TapFinding.ResonanceLow)]
    [TestCase(3100, 0)]
    public void A_third_of_the_resonance_covers_the_velocity_band(int hertz, int findings)
    {
        Assert.That(new TapTest().Judge(Record(2, 4000, hertz, 4)).Findings, Is.EqualTo(findings));
    }

    [TestCase(0, 0, -1, TapFinding.WrongAxis)]
    [TestCase(1, 1, 1, TapFinding.WrongAxis)]
    [TestCase(2, 2, -1, 0)]
    public void The_axis_and_the_direction_are_those_of_the_tap(int axis, int expectedAxis, int sign, int findings)
    {
        TapResult result = new TapTest().Judge(Record(axis, 4000 * sign, 4000, 2));
        Assert.That((result.Axis, result.Sign, result.Findings), Is.EqualTo((expectedAxis, sign, findings)));
        Assert.That(result.SharePermille, Is.EqualTo(1000));
    }

    [Test]
    public void Gravity_along_any_axis_is_no_tap()
    {
        TapRecord record = Record(2, 4000, 4000, 2);
        for (int i = 0; i < record.Count; i++)
        {
            record.Samples[i] += 2049;
            record.Samples[TapRecord.MaximumSamples + i] -= 2049;
        }

        TapResult result = new TapTest().Judge(record);
        Assert.That((result.Axis, result.SharePermille, result.Findings), Is.EqualTo((2, 1000, 0)));
        Assert.That(result.RestMilliG, Is.EqualTo(new[] { 1000, -1000, 0 }));
    }

    [Test]
    public void A_tap_across_the_axes_is_unclear()
    {
        TapRecord record = Record(2, 4000, 4000, 2);
        Array.Copy(record.Samples, 2 * TapRecord.MaximumSamples, record.Samples, 0, TapRecord.MaximumSamples);
        TapResult result = new TapTest().Judge(record);
        Assert.That((result.SharePermille, result.Findings), Is.EqualTo((500, TapFinding.AxisUnclear)));
    }

    [TestCase(287, TapFinding.TooShort)]
    [TestCase(288, 0)]
    public void A_record_needs_rest_and_256_samples(int count, int findings)
    {
        TapRecord record = Record(2, 4000, 4000, 2);
        Array.Copy(record.Samples, (2 * TapRecord.MaximumSamples) + 60, record.Samples, 2 * TapRecord.MaximumSamples, 400);
        record.Count = count;
        Assert.That(new TapTest().Judge(record).Findings, Is.EqualTo(findings));
    }

    [TestCase(4, 0)]
    [TestCase(5, TapFinding.Saturated)]
    public void Full_scale_spoils_it(int saturated, int findings)
    {
        TapRecord record = Record(2, 4000, 4000, 2);
        record.SaturatedCount = saturated;
        Assert.That(new TapTest().Judge(record).Findings, Is.EqualTo(findings));
    }

    [Test]
    public void A_weak_tap_is_said()
    {
        TapResult result = new TapTest().Judge(Record(2, 900, 4000, 2));
        Assert.That(result.Findings & TapFinding.TooWeak, Is.EqualTo(TapFinding.TooWeak));
    }

    [Test]
    public void A_blow_without_ringing_has_no_resonance()
    {
        TapRecord record = Empty();
        for (int i = 0; i < 8; i++)
        {
            record.Samples[(2 * TapRecord.MaximumSamples) + 100 + i] = (short)(4000 * Math.Sin(Math.PI * (i + 1) / 9));
        }

        TapResult result = new TapTest().Judge(record);
        Assert.That((result.Findings, result.ResonanceMilliHertz, result.DecayMicroseconds), Is.EqualTo((TapFinding.ResonanceNotSeen, 0, 0)));
    }

    [Test]
    public void Silence_noise_and_extremes_give_an_answer()
    {
        Random random = new(5);
        foreach (Func<int, short> sample in new Func<int, short>[]
        {
            _ => 0, _ => short.MinValue, _ => short.MaxValue, i => i % 2 == 0 ? short.MinValue : short.MaxValue,
            _ => (short)random.Next(short.MinValue, short.MaxValue + 1),
        })
        {
            TapRecord record = Empty();
            for (int i = 0; i < record.Samples.Length; i++)
            {
                record.Samples[i] = sample(i);
            }

            TapResult result = new TapTest().Judge(record);
            Assert.That(result.Findings, Is.Not.Zero);
            Assert.That(new[] { result.ResonanceMilliHertz, result.DecayMicroseconds, result.SharePermille }, Is.All.GreaterThanOrEqualTo(0));
        }
    }

    [Test]
    public void Words_are_stable_and_of_their_flags()
    {
        Assert.That(Enumerable.Range(0, TapFinding.Count).Select(TapFinding.Word), Is.EqualTo(new[]
        {
            "noTap", "tooShort", "saturated", "tooWeak", "axisUnclear", "wrongAxis", "resonanceNotSeen", "resonanceLow", "sensorFault",
        }));
        Assert.That((TapFinding.Flag(0), TapFinding.Flag(5), TapFinding.Flag(8)),
            Is.EqualTo((TapFinding.NoTap, TapFinding.WrongAxis, TapFinding.SensorFault)));
        Assert.That((TapFinding.Word(-1), TapFinding.Word(TapFinding.Count)), Is.EqualTo(("unknown", "unknown")));
    }

    private static TapRecord Empty() => new()
    {
        Samples = new short[3 * TapRecord.MaximumSamples],
        Count = TapRecord.MaximumSamples,
        SampleRateMilliHertz = Iis3dwbRate,
        NanoGPerCount = 488000,
        IsTapped = true,
    };

    private static TapRecord Record(int axis, int counts, double hertz, double decayMs)
    {
        TapRecord record = Empty();
        double rate = Iis3dwbRate / 1000.0;
        for (int i = 100; i < record.Count; i++)
        {
            double t = (i - 100) / rate;
            record.Samples[(axis * TapRecord.MaximumSamples) + i] =
                (short)Math.Round(counts * Math.Exp(-t / (decayMs / 1000)) * Math.Sin(2 * Math.PI * hertz * t));
        }

        return record;
    }
}
