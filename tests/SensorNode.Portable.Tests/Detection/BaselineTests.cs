using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Tests.SensorNode.Portable.Detection;

/// <summary>What a machine looks like when it is well: learned apart for each of its speeds, kept over a reboot, begun anew on request.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class BaselineTests
{
    private readonly DetectorSettings _settings = new() { BaselineWarmUpCaptures = 10 };
    private readonly Baseline _baseline = new();

    [Test]
    public void There_is_none_before_the_warm_up_is_over()
    {
        Learn(9);
        Judge(300, 700);
        Assert.That(_baseline.IsReady, Is.False);
        Assert.That(_baseline.ExcessMilliSigma(BaselineFeature.Acceleration), Is.EqualTo(Baseline.NotAvailable));

        Learn(1);
        Judge(300, 700);
        Assert.That(_baseline.IsReady, Is.True);
        Assert.That(_baseline.ExcessMilliSigma(BaselineFeature.Acceleration), Is.Zero);
    }

    [Test]
    public void A_level_stands_above_it_by_its_logarithm_and_a_score_by_its_difference()
    {
        Learn(10);
        Judge(300 * 1.5, 700 + 200);

        Assert.That(_baseline.ExcessMilliSigma(BaselineFeature.Acceleration), Is.EqualTo(Math.Log(1.5) * 1000 / Baseline.LeastLevelScale * 1000).Within(30));
        Assert.That(_baseline.ExcessMilliSigma(BaselineFeature.Outer), Is.EqualTo(200 * 1000 / Baseline.LeastScoreScale));
    }

    [Test]
    public void Below_it_is_no_excess()
    {
        Learn(10);
        Judge(150, 100);

        Assert.That(_baseline.ExcessMilliSigma(BaselineFeature.Acceleration), Is.Zero);
        Assert.That(_baseline.MilliSigma(BaselineFeature.Acceleration), Is.LessThan(-10000));
    }

    [Test]
    public void What_was_not_measured_is_neither_learned_nor_told()
    {
        Learn(10);
        Judge(300, 700);

        Assert.That(_baseline.ExcessMilliSigma(BaselineFeature.Velocity), Is.EqualTo(Baseline.NotAvailable));
        Assert.That(_baseline.Level(0, BaselineFeature.Velocity).Count, Is.Zero);
    }

    [Test]
    public void Judging_teaches_nothing()
    {
        Learn(10);
        for (int i = 0; i < 1000; i++)
        {
            Judge(600, 700);
        }

        Assert.That(_baseline.Captures, Is.EqualTo(10));
    }

    [Test]
    public void Each_speed_has_its_own()
    {
        _settings.ShaftSpeedMilliHertz = 25000;
        Learn(10, 300);
        _settings.ShaftSpeedMilliHertz = 50000;
        Judge(600, 700);
        Assert.That(_baseline.IsReady, Is.False, "never seen at this speed");
        Learn(10, 600);
        Judge(600, 700);
        Assert.That(_baseline.ExcessMilliSigma(BaselineFeature.Acceleration), Is.Zero);
        Assert.That(_baseline.State, Is.EqualTo(1));

        _settings.ShaftSpeedMilliHertz = 27000;
        Judge(600, 700);
        Assert.That(_baseline.State, Is.Zero, "within an eighth it is the same speed");
        Assert.That(_baseline.ExcessMilliSigma(BaselineFeature.Acceleration), Is.GreaterThan(13000));
    }

    [TestCase(499, -1, 0)]
    [TestCase(500, 1, 10)]
    public void An_estimated_speed_counts_where_it_is_sure(int confidence, int otherState, int captures)
    {
        Learn(10);
        DetectorResult result = Result(300, 700);
        result.ShaftEstimateMilliHertz = 30000;
        result.ShaftEstimateConfidencePermille = confidence;
        _baseline.Judge(result, _settings);

        Assert.That(_baseline.State, Is.EqualTo(otherState < 0 ? 0 : otherState));
        Assert.That(_baseline.IsReady, Is.EqualTo(captures == 0));
    }

    [Test]
    public void A_fifth_speed_takes_the_place_of_one_that_has_not_finished_else_of_none()
    {
        for (int i = 0; i < 4; i++)
        {
            _settings.ShaftSpeedMilliHertz = 10000 * (i + 1) * (i + 1);
            Learn(i == 2 ? 5 : 10);
        }

        _settings.ShaftSpeedMilliHertz = 250000;
        Learn(10);
        Assert.That(_baseline.State, Is.EqualTo(2));
        _settings.ShaftSpeedMilliHertz = 500000;
        Judge(300, 700);
        Assert.That(_baseline.State, Is.EqualTo(-1));
        Assert.That(_baseline.IsReady, Is.False);
        Assert.That(_baseline.States, Is.EqualTo(4));
    }

    [Test]
    public void Another_generation_starts_anew_and_the_first_one_does_not()
    {
        Assert.That(_baseline.Follow(7), Is.False);
        Learn(10);
        Assert.That(_baseline.Follow(7), Is.False);
        Assert.That(_baseline.States, Is.EqualTo(1));
        Assert.That(_baseline.Follow(8), Is.True);
        Assert.That(_baseline.States, Is.Zero);
    }

    [TestCase(0)]
    [TestCase(3)]
    [TestCase(10)]
    [TestCase(200)]
    public void It_outlives_a_reboot_and_goes_on_as_if_nothing_had_been(int captures)
    {
        _settings.ShaftSpeedMilliHertz = 25000;
        _baseline.Follow(3);
        Learn(captures);
        _settings.ShaftSpeedMilliHertz = 50000;
        Learn(captures / 2);
        byte[] bytes = _baseline.Encode();
        var restored = new Baseline();

        Assert.That(restored.Decode(bytes), Is.True);
        Assert.That(restored.Encode(), Is.EqualTo(bytes));
        Assert.That(restored.Follow(3), Is.False, "the generation is kept, too");
        var random = new Random(2);
        for (int i = 0; i < 50; i++)
        {
            DetectorResult result = Result(300 + random.Next(30), 700 + random.Next(50));
            foreach (Baseline one in new[] { _baseline, restored })
            {
                one.Judge(result, _settings);
                one.Learn(_settings);
            }
        }

        Assert.That(restored.Encode(), Is.EqualTo(_baseline.Encode()));
    }

    [Test]
    public void Bytes_cut_short_at_any_length_start_anew()
    {
        Learn(25);
        byte[] bytes = _baseline.Encode();
        for (int length = 0; length < bytes.Length; length++)
        {
            var restored = new Baseline();
            Learn(1);
            Assert.That(restored.Decode(bytes[..length]), Is.False, $"{length} of {bytes.Length} bytes");
            Assert.That(restored.States, Is.Zero);
        }
    }

    [Test]
    public void Any_damaged_bit_starts_anew()
    {
        Learn(5);
        byte[] bytes = _baseline.Encode();
        for (int bit = 0; bit < bytes.Length * 8; bit++)
        {
            byte[] damaged = [.. bytes];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.That(_baseline.Decode(damaged), Is.False, $"bit {bit}");
            Assert.That(_baseline.States, Is.Zero);
        }

        Assert.That(_baseline.Decode(null!), Is.False);
        Assert.That(_baseline.Decode(bytes), Is.True);
    }

    [TestCase(5, TestName = "Any bytes under a good checksum are refused or taken, and learning goes on: warming up")]
    [TestCase(25, TestName = "Any bytes under a good checksum are refused or taken, and learning goes on: learned")]
    public void Any_bytes_under_a_good_checksum_are_refused_or_taken_and_learning_goes_on(int learned)
    {
        Learn(learned);
        byte[] bytes = _baseline.Encode();
        var random = new Random(learned);
        int taken = 0;
        for (int run = 0; run < 500; run++)
        {
            byte[] other = bytes[..random.Next(16, bytes.Length + 1)];
            if (random.Next(2) == 0)
            {
                other = [.. bytes];
            }

            for (int i = random.Next(12); i >= 0; i--)
            {
                other[random.Next(8, other.Length)] = (byte)random.Next(256);
            }

            BitConverter.TryWriteBytes(other.AsSpan(other.Length - 4), Crc32.Of(other, other.Length - 4));
            taken += _baseline.Decode(other) ? 1 : 0;
            Assert.That(() => Learn(12), Throws.Nothing, Convert.ToHexString(other));
            Assert.That(new Baseline().Decode(_baseline.Encode()), Is.True);
        }

        Assert.That(taken, Is.GreaterThan(50));
    }

    [Test]
    public void Four_learned_states_take_644_bytes()
    {
        for (int i = 1; i <= 4; i++)
        {
            _settings.ShaftSpeedMilliHertz = 10000 * i * i;
            for (int j = 0; j < 10; j++)
            {
                DetectorResult result = Result(300, 700);
                result.VelocityUmPerSecond = 2000;
                result.BandMicroG[0] = result.BandMicroG[1] = result.BandMicroG[2] = 1000;
                result.InnerScoreMilli = result.BallScoreMilli = result.CageScoreMilli = 600;
                result.ImpulsivenessMilli = 690;
                _baseline.Judge(result, _settings);
                _baseline.Learn(_settings);
            }
        }

        Assert.That(_baseline.Encode(), Has.Length.EqualTo(644));
    }

    private void Learn(int captures, int milliG = 300)
    {
        for (int i = 0; i < captures; i++)
        {
            Judge(milliG, 700);
            _baseline.Learn(_settings);
        }
    }

    private void Judge(double milliG, int outer) => _baseline.Judge(Result(milliG, outer), _settings);

    private static DetectorResult Result(double milliG, int outer)
    {
        var result = new DetectorResult();
        result.Clear();
        result.AccelerationMilliG = (int)Math.Round(milliG);
        result.OuterScoreMilli = outer;
        return result;
    }
}
