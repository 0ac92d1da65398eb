using DeviceTwin.SensorNode;
using DeviceTwin.SensorNode.Provisioning;
using DeviceTwin.SensorNode.Simulator.Board;
using DeviceTwin.SensorNode.Simulator.Machines;
using DeviceTwin.Tests.SensorNode.Simulator.Node;

namespace DeviceTwin.Tests.SensorNode.Simulator.Provisioning;

/// <summary>What a technician asks of the sensors is measured by their drivers, on a node without an identity and on one that runs.</summary>
public sealed class TechnicianSensorsTests
{
    [TestCase(false)]
    [TestCase(true)]
    public void ANodeWithoutIdentityMeasures(bool lowCost)
    {
        var scene = new BenchScene(lowCost ? new Ism330dhcxModelOptions() : new Iis3dwbModelOptions());

        Assert.That(scene.Measure(ProvisioningMeasurement.SensorCheck, 5000), Is.EqualTo(ProvisioningMeasurement.Done));
        SensorFindings check = scene.Sensors.Findings();
        Assert.That((check.AccelerometerFault, check.ThermometerFault, check.SelfTestPassed), Is.EqualTo(("none", "none", 1)));
        Assert.That(check.TemperatureCentiCelsius, Is.InRange(1000, 6000));

        Assert.That(scene.Measure(ProvisioningMeasurement.NoiseFloor, 5000), Is.EqualTo(ProvisioningMeasurement.Done));
        Assert.That(scene.Sensors.Findings().NoiseMicroG, Is.InRange(100, 50_000));

        Assert.That(scene.Measure(ProvisioningMeasurement.TapTest, 3000), Is.EqualTo(ProvisioningMeasurement.Done));
        Assert.That(scene.Sensors.Findings().Taps, Is.Zero, "nobody tapped");
        scene.TapAfterMs = 1000;
        Assert.That(scene.Measure(ProvisioningMeasurement.TapTest, 3000), Is.EqualTo(ProvisioningMeasurement.Done));
        SensorFindings tap = scene.Sensors.Findings();
        Assert.That((tap.Taps, tap.Percent), Is.EqualTo((1, 100)));
        Assert.That(tap.PeakMilliG, Is.GreaterThan(1000));
        Assert.That(tap.ResonanceHertz, Is.InRange(2000, 3000));
    }

    [TestCase(1000, 1)]
    [TestCase(5000, 4)]
    [TestCase(60_000, 4)]
    public void TheNoiseIsLookedAtForAsLongAsItWasAskedFor(int durationMs, int least)
    {
        var scene = new BenchScene(new Iis3dwbModelOptions());
        int before = scene.Captures;
        long startMs = scene.Board.Clock.UptimeMs();

        Assert.That(scene.Measure(ProvisioningMeasurement.NoiseFloor, durationMs), Is.EqualTo(ProvisioningMeasurement.Done));

        // One capture of 8192 samples takes 0.31 s; what is asked for is noticed within a second.
        Assert.That(scene.Board.Clock.UptimeMs() - startMs, Is.InRange(durationMs, Math.Max(durationMs + 20, 2000)));
        Assert.That(scene.Captures - before, Is.InRange(least, 4));
        Assert.That(scene.Sensors.Findings().NoiseMicroG, Is.InRange(100, 50_000));
    }

    [Test]
    public void ABlowThatOneOfItsCapturesSeesIsInTheNoise()
    {
        var scene = new BenchScene(new Iis3dwbModelOptions());
        Assert.That(scene.Measure(ProvisioningMeasurement.NoiseFloor, 20_000), Is.EqualTo(ProvisioningMeasurement.Done));
        SensorFindings quiet = scene.Sensors.Findings();

        // The third capture begins at half time, or up to a second later.
        scene.TapAfterMs = 10_000;
        scene.TapEveryMs = 100;
        Assert.That(scene.Measure(ProvisioningMeasurement.NoiseFloor, 20_000), Is.EqualTo(ProvisioningMeasurement.Done));

        SensorFindings struck = scene.Sensors.Findings();
        Assert.That(quiet.PeakMilliG, Is.LessThan(500));
        Assert.That(struck.PeakMilliG, Is.GreaterThan(1000));
        Assert.That(struck.NoiseMicroG, Is.GreaterThan(quiet.NoiseMicroG));
    }

    [Test]
    public void ADeadSensorIsBlamed()
    {
        var scene = new BenchScene(new Iis3dwbModelOptions());
        scene.Parts.AccelerometerBus = SimulatedBus.Spi(new DeadBus());
        scene.Start();

        Assert.That(scene.Measure(ProvisioningMeasurement.SensorCheck, 5000), Is.EqualTo(ProvisioningMeasurement.Failed));
        Assert.That(scene.Sensors.Findings().AccelerometerFault, Is.Not.EqualTo("none"));
        Assert.That(scene.Sensors.Findings().SelfTestPassed, Is.Zero);
        Assert.That(scene.Measure(ProvisioningMeasurement.NoiseFloor, 5000), Is.EqualTo(ProvisioningMeasurement.Failed));
        Assert.That(scene.Sensors.Findings().NoiseMicroG, Is.EqualTo(SensorFindings.NotMeasured));
    }

    [Test]
    public void ANodeThatRunsMeasuresBesideItsPlan()
    {
        NodeScene scene = new NodeScene(MachineKind.Standing).RunTo(10_000);
        var sensors = new TechnicianSensors(scene.Node.Sensors);
        Assert.That(sensors.Begin(ProvisioningMeasurement.SensorCheck, 5000, scene.Board.Clock.UptimeMs()), Is.True);
        int state = ProvisioningMeasurement.Running;
        while (state == ProvisioningMeasurement.Running && scene.Board.Clock.UptimeMs() < 20_000)
        {
            scene.RunTo(scene.Board.Clock.UptimeMs() + 20);
            state = sensors.Step(scene.Board.Clock.UptimeMs());
        }

        Assert.That((state, sensors.Findings().SelfTestPassed), Is.EqualTo((ProvisioningMeasurement.Done, 1)));
    }

    /// <summary>Nothing is on the line.</summary>
    private sealed class DeadBus : ISpiPeripheral
    {
        public void Transfer(ReadOnlySpan<byte> sent, Span<byte> received) => received.Clear();
    }

    private sealed class BenchScene
    {
        private SensorBench _bench = null!;

        public BenchScene(AccelerometerModelOptions options)
        {
            Board = new SimulatedBoard(MachineFactory.Create(MachineKind.Standing), new SimulatedClock(1_750_000_000_000), options, new MemoryFiles());
            Parts = Board.Parts();
            Parts.CaptureCapacity = 8192;
            Start();
        }

        public SimulatedBoard Board { get; }

        public NodeParts Parts { get; }

        public TechnicianSensors Sensors { get; private set; } = null!;

        public long TapAfterMs { get; set; } = -1;

        /// <summary>Milliseconds from tap to tap; 0 = there is one.</summary>
        public long TapEveryMs { get; set; }

        public int Captures => _bench.Sensors.Captures();

        public void Start()
        {
            _bench = new SensorBench(Parts);
            Sensors = new TechnicianSensors(_bench.Sensors);
            Run(3000);
        }

        public int Measure(int measurement, int durationMs)
        {
            long startMs = Board.Clock.UptimeMs();
            Assert.That(Sensors.Begin(measurement, durationMs, startMs), Is.True);
            int state = ProvisioningMeasurement.Running;
            long tapMs = TapAfterMs < 0 ? long.MaxValue : startMs + TapAfterMs;
            while (state == ProvisioningMeasurement.Running && Board.Clock.UptimeMs() < startMs + durationMs + 5000)
            {
                if (Board.Clock.UptimeMs() >= tapMs)
                {
                    tapMs = TapEveryMs > 0 ? tapMs + TapEveryMs : long.MaxValue;
                    Board.Accelerometer.Tap(2, 10, 2500, 0.002);
                }

                Run(20);
                state = Sensors.Step(Board.Clock.UptimeMs());
            }

            return state;
        }

        private void Run(long milliseconds)
        {
            long untilMs = Board.Clock.UptimeMs() + milliseconds;
            while (Board.Clock.UptimeMs() < untilMs)
            {
                long next = _bench.Step(Board.Clock.UptimeMs());
                Board.Clock.AdvanceToMs(Math.Max(Board.Clock.UptimeMs() + 1, Math.Min(next, untilMs)));
            }
        }
    }
}
