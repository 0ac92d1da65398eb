using DeviceTwin.SensorNode.Recordings;
using DeviceTwin.SensorNode.Simulator.Machines;
using MathNet.Numerics.Statistics;

namespace DeviceTwin.Tests.SensorNode.Simulator.Machines;

/// <summary>Line frequencies and levels of the signal models, seen by MathNet.</summary>
public class MachineSpectraTests
{
    private const double Shaft = 29.5;
    private const int Length = 65536;

    [Test]
    public void A_healthy_machine_runs_at_about_1_mm_per_second_with_small_lines_of_the_shaft([Range(1, 3)] int seed)
    {
        Spectrum spectrum = Of(MachineKind.Healthy, (ulong)seed);
        Assert.That(spectrum.VelocityMmPerSecond(), Is.InRange(0.6, 1.2));
        Assert.That(spectrum.Strongest(10, 45), Is.EqualTo(Shaft).Within(0.05));
        Assert.That(VelocityOf(spectrum, 1), Is.EqualTo(0.7).Within(5).Percent);
        Assert.That(VelocityOf(spectrum, 2), Is.EqualTo(0.3).Within(5).Percent);
        Assert.That(VelocityOf(spectrum, 3), Is.EqualTo(0.15).Within(5).Percent);
    }

    [Test]
    public void Unbalance_is_one_line_at_the_shaft_speed_clearly_over_the_limit()
    {
        Spectrum spectrum = Of(MachineKind.Unbalance);
        Assert.That(spectrum.Strongest(10, 1000), Is.EqualTo(Shaft).Within(0.05));
        Assert.That(spectrum.VelocityMmPerSecond(), Is.InRange(9, 13));
        Assert.That(spectrum.At(2 * Shaft) / spectrum.At(Shaft), Is.LessThan(0.1));
    }

    [Test]
    public void Unbalance_acceleration_grows_with_the_square_of_the_speed()
    {
        double slow = UnbalanceG(20);
        double fast = UnbalanceG(40);
        Assert.That(fast / slow, Is.EqualTo(4).Within(15).Percent, "but for the small residual line at the same frequency");
    }

    [Test]
    public void Misalignment_shows_1x_2x_3x_with_2x_the_strongest()
    {
        Spectrum spectrum = Of(MachineKind.Misalignment);
        Assert.That(VelocityOf(spectrum, 1), Is.EqualTo(3.2).Within(5).Percent);
        Assert.That(VelocityOf(spectrum, 2), Is.EqualTo(7.6).Within(5).Percent);
        Assert.That(VelocityOf(spectrum, 3), Is.EqualTo(2.6).Within(5).Percent);
        Assert.That(spectrum.VelocityMmPerSecond(), Is.InRange(8, 9.5));
    }

    [Test]
    public void Looseness_shows_many_harmonics_and_halves()
    {
        Spectrum spectrum = Of(MachineKind.Looseness);
        double floor = spectrum.Floor(400, 900);
        foreach (double order in new[] { 0.5, 1, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9, 10 })
        {
            Assert.That(spectrum.At(order * Shaft), Is.GreaterThan(10 * floor), $"{order}x");
        }

        Assert.That(spectrum.At(3.75 * Shaft), Is.LessThan(10 * floor), "nothing in between");
        Assert.That(spectrum.VelocityMmPerSecond(), Is.InRange(8, 12));
    }

    [TestCase(MachineKind.OuterRace, 3.572)]
    [TestCase(MachineKind.InnerRace, 5.428)]
    [TestCase(MachineKind.Ball, 4.644)]
    public void A_bearing_defect_strikes_at_its_rate_and_stays_below_the_velocity_limit(MachineKind kind, double order)
    {
        for (ulong seed = 1; seed <= 3; seed++)
        {
            double[] capture = Spectrum.Capture(Machine(kind, seed), Length);
            Spectrum envelope = Spectrum.OfEnvelope(capture, 2000, 5000);
            Assert.That(envelope.Strongest(80, 200), Is.EqualTo(order * Shaft).Within(1.0).Percent, $"seed {seed}");
            Assert.That(envelope.At(order * Shaft, 6) / envelope.Floor(50, 600), Is.GreaterThan(8), $"seed {seed}");
            Assert.That(envelope.At(2 * order * Shaft, 12) / envelope.Floor(50, 600), Is.GreaterThan(4), $"second harmonic, seed {seed}");
            Assert.That(Spectrum.Of(capture).VelocityMmPerSecond(), Is.LessThan(3), $"seed {seed}");
            Assert.That(capture.Max(Math.Abs), Is.LessThan(12), "fits the 16 g range");
        }
    }

    [Test]
    public void An_inner_race_defect_is_modulated_by_the_shaft_and_an_outer_one_is_not()
    {
        Spectrum inner = Spectrum.OfEnvelope(Spectrum.Capture(Machine(MachineKind.InnerRace), Length), 2000, 5000);
        Spectrum outer = Spectrum.OfEnvelope(Spectrum.Capture(Machine(MachineKind.OuterRace), Length), 2000, 5000);
        Assert.That(inner.At(Shaft) / inner.Floor(50, 600), Is.GreaterThan(8), "shaft line of the envelope");
        Assert.That(inner.At((5.428 - 1) * Shaft, 6) / inner.Floor(50, 600), Is.GreaterThan(5), "lower sideband");
        Assert.That(inner.At((5.428 + 1) * Shaft, 6) / inner.Floor(50, 600), Is.GreaterThan(5), "upper sideband");
        Assert.That(outer.At(Shaft) / outer.At(3.572 * Shaft, 6), Is.LessThan(0.2));
    }

    [Test]
    public void A_ball_defect_is_modulated_by_the_cage()
    {
        Spectrum ball = Spectrum.OfEnvelope(Spectrum.Capture(Machine(MachineKind.Ball), Length), 2000, 5000);
        double cage = 0.3969 * Shaft;
        Assert.That(ball.At(cage) / ball.Floor(50, 600), Is.GreaterThan(8));
        Assert.That(ball.At((4.644 * Shaft) - cage, 6) / ball.Floor(50, 600), Is.GreaterThan(5));
    }

    [Test]
    public void Impacts_ring_at_the_resonance()
    {
        Spectrum spectrum = Of(MachineKind.OuterRace);
        Assert.That(spectrum.Strongest(2000, 6000), Is.InRange(2900, 3500));
        Assert.That(spectrum.Floor(3000, 3400) / spectrum.Floor(8000, 12000), Is.GreaterThan(5));
    }

    [Test]
    public void Without_slip_the_impacts_are_periodic_and_each_rings_down_as_its_formula_says()
    {
        ImpactTrain train = new(new ImpactTrainOptions { RateHertz = 50, PeakG = 2, Slip = 0, ResonanceHertz = 3000, Damping = 0.05 });
        train.Begin(0, Spectrum.Rate, 1);
        float[] signal = new float[40000];
        train.Add(signal);
        double[] values = Array.ConvertAll(signal, value => (double)value);
        double decay = 0.05 * 2 * Math.PI * 3000;
        // Energy of A exp(-d t) sin(w t) is A² / (4 d) up to the damping squared; strengths scatter by 10 %.
        double meanSquare = 50 * 4 / (4 * decay) * (1 + (0.1 * 0.1));
        Assert.That(values.RootMeanSquare(), Is.EqualTo(Math.Sqrt(meanSquare)).Within(4).Percent);
        Assert.That(Spectrum.OfEnvelope(values, 1500, 5000).Strongest(20, 80), Is.EqualTo(50).Within(0.1).Percent);
    }

    [Test]
    public void A_degrading_bearing_grows_from_unheard_to_plain()
    {
        IMachine machine = MachineFactory.Create(new MachineOptions { Kind = MachineKind.Degrading, DegradesWithinSeconds = 300 });
        double[] prominence = new double[4];
        for (int i = 0; i < 4; i++)
        {
            Spectrum envelope = Spectrum.OfEnvelope(Spectrum.Capture(machine, Length, 100 * i), 2000, 5000);
            prominence[i] = envelope.At(3.572 * Shaft, 6) / envelope.Floor(50, 600);
        }

        Assert.That(prominence[0], Is.LessThan(4));
        Assert.That(prominence[3], Is.GreaterThan(12));
    }

    [Test]
    public void The_same_seed_gives_the_same_samples_whatever_was_captured_before([Values] MachineKind kind)
    {
        IMachine one = Machine(kind, 7);
        IMachine other = Machine(kind, 7);
        Spectrum.Capture(one, 1000, 3);
        double[] first = Spectrum.Capture(one, 4000, 60);
        Assert.That(Spectrum.Capture(other, 4000, 60), Is.EqualTo(first));
        Assert.That(Spectrum.Capture(Machine(kind, 8), 4000, 60), Is.Not.EqualTo(first));
    }

    [Test]
    public void Successive_captures_see_one_running_machine()
    {
        // Lines keep their phase over absolute time: a capture that starts one turn later looks the same but for the hiss.
        IMachine machine = Machine(MachineKind.Unbalance);
        double[] first = Spectrum.Capture(machine, 2000, 10);
        double[] later = Spectrum.Capture(machine, 2000, 10 + (590 / Shaft));
        double difference = first.Zip(later, (a, b) => a - b).RootMeanSquare();
        Assert.That(difference, Is.LessThan(0.02).And.LessThan(first.RootMeanSquare() / 10));
    }

    [Test]
    public void A_machine_without_data_keeps_its_speed_and_bearing_to_itself()
    {
        IMachine machine = MachineFactory.Create(new MachineOptions { Kind = MachineKind.Ball, DataKnown = false });
        Assert.That((machine.ShaftSpeedMilliHertz, machine.Orders, machine.Label), Is.EqualTo((0, BearingOrders.None, "ball")));
        Assert.That(Machine(MachineKind.Ball).ShaftSpeedMilliHertz, Is.EqualTo(29500));
    }

    private static IMachine Machine(MachineKind kind, ulong seed = 1) => MachineFactory.Create(kind, seed);

    private static Spectrum Of(MachineKind kind, ulong seed = 1) => Spectrum.Of(Spectrum.Capture(Machine(kind, seed), Length));

    private static double UnbalanceG(double shaftHertz) => Spectrum
        .Of(Spectrum.Capture(MachineFactory.Create(new MachineOptions { Kind = MachineKind.Unbalance, ShaftHertz = shaftHertz }), Length))
        .RmsOfLine(shaftHertz);

    private static double VelocityOf(Spectrum spectrum, double order) =>
        spectrum.RmsOfLine(order * Shaft) * 9806.65 / (2 * Math.PI * order * Shaft);
}
