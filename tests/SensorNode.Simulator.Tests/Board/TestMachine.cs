using DeviceTwin.SensorNode.Recordings;
using DeviceTwin.SensorNode.Simulator.Machines;

namespace DeviceTwin.Tests.SensorNode.Simulator.Board;

/// <summary>A machine whose every sample a test decides, by its number in the capture and the rate.</summary>
internal sealed class TestMachine(Func<long, double, double> accelerationG) : IMachine
{
    private long _sample;
    private double _rate;

    public List<double> Captures { get; } = [];

    public double Celsius { get; set; } = 20;

    public long Last { get; init; } = long.MaxValue;

    public string Name => "test";

    public string Label => "test";

    public int ShaftSpeedMilliHertz => 0;

    public BearingOrders Orders => BearingOrders.None;

    public bool AmplitudeKnown => true;

    public static TestMachine Still(double g = 0) => new((_, _) => g);

    public void BeginCapture(double atSeconds, double rateHertz)
    {
        Captures.Add(atSeconds);
        _sample = 0;
        _rate = rateHertz;
    }

    public int Read(Span<float> accelerationG1)
    {
        int count = (int)Math.Min(accelerationG1.Length, Last - _sample);
        for (int i = 0; i < count; i++)
        {
            accelerationG1[i] = (float)accelerationG(_sample++, _rate);
        }

        return count;
    }

    public double TemperatureCelsius(double atSeconds) => Celsius;
}
