using DeviceTwin.SensorNode.Acquisition;
using DeviceTwin.SensorNode.Signal;
using DeviceTwin.SensorNode.Simulator.Board;
using DeviceTwin.Tests.SensorNode.Simulator.Board;

namespace DeviceTwin.Tests.SensorNode.Simulator.Acquisition;

/// <summary>One of the two accelerometers on its bus, and the room that takes captures from it, in virtual time.</summary>
internal sealed class AcquisitionScene
{
    public const string Fast = "IIS3DWB";
    public const string Slow = "ISM330DHCX";

    private readonly HostModel? _host;

    public AcquisitionScene(
        string part,
        TestMachine? machine = null,
        AccelerometerModelOptions? options = null,
        int capacity = 32768,
        HostTiming? timing = null,
        HostModel? host = null)
    {
        _host = host;
        Machine = machine ?? TestMachine.Still();
        options ??= Quiet(part);
        Model = options is Ism330dhcxModelOptions slow
            ? new Ism330dhcxModel(Clock, Machine, slow)
            : new Iis3dwbModel(Clock, Machine, (Iis3dwbModelOptions)options);
        Bus = new TimedSpi(Model, Clock, timing ?? new HostTiming { CallMicroseconds = 0, SpiHertz = int.MaxValue });
        Sensor = part == Slow ? new Ism330dhcx(SimulatedBus.Spi(Bus)) : new Iis3dwb(SimulatedBus.Spi(Bus));
        Room = new VibrationAcquisition(Sensor, capacity);
    }

    public SimulatedClock Clock { get; } = new(1_750_000_000_000);

    public TestMachine Machine { get; }

    public StAccelerometerModel Model { get; }

    public TimedSpi Bus { get; }

    public IAccelerometer Sensor { get; }

    public VibrationAcquisition Room { get; }

    /// <summary>Extra lateness of the next steps, in milliseconds, by the number of the step in a capture.</summary>
    public Func<int, int>? LateMs { get; init; }

    /// <summary>The longest a step took by itself.</summary>
    public long LongestStepMicroseconds { get; private set; }

    private int BurstNumber { get; set; }

    public static AccelerometerModelOptions Quiet(string part) => part == Slow
        ? new Ism330dhcxModelOptions { NoiseMicroGPerRootHertz = 0, ZeroOffsetG = 0 }
        : new Iis3dwbModelOptions { NoiseMicroGPerRootHertz = 0, ZeroOffsetG = 0 };

    public Capture RunToCapture()
    {
        Capture? capture = null;
        RunUntil(() => (capture = Room.Finished()) != null);
        return capture!;
    }

    public SelfTestResult RunToSelfTest()
    {
        int before = Room.SelfTest()?.Sequence ?? 0;
        RunUntil(() => Room.SelfTest()?.Sequence > before);
        return Room.SelfTest();
    }

    public TapRecord RunToTap()
    {
        RunUntil(() => Room.Tap() != null);
        return Room.Tap();
    }

    public void Run(long milliseconds)
    {
        long until = Clock.UptimeMs() + milliseconds;
        RunUntil(() => Clock.UptimeMs() >= until);
    }

    public void RunUntil(Func<bool> isDone)
    {
        for (int step = 0; !isDone(); step++)
        {
            if (step > 2_000_000)
            {
                throw new InvalidOperationException("It does not come.");
            }

            StepOnce();
        }
    }

    public void StepOnce()
    {
        long now = Clock.UptimeMs();
        bool captures = Room.Capturing();
        BurstNumber = captures ? BurstNumber + 1 : 0;
        long before = Clock.NowMicroseconds;
        long next = Room.Step(now, Clock.UtcMs());
        LongestStepMicroseconds = Math.Max(LongestStepMicroseconds, Clock.NowMicroseconds - before);
        long due = Math.Max(next * 1000, Clock.NowMicroseconds);
        due += captures ? (_host?.Pause() ?? 0) + ((LateMs?.Invoke(BurstNumber) ?? 0) * 1000L) : 0;
        Clock.AdvanceToMicroseconds(due);
    }
}
