using DeviceTwin.SensorNode.Acquisition;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.SensorNode;

/// <summary>The sensors of a node without an identity: it judges nothing, and measures what a technician asks for.</summary>
public sealed class SensorBench
{
    // What a technician asks for comes beside the plan, but without one nothing is captured: one capture a day.
    private const int PlanSeconds = 86400;
    private const int RangeG = 16;
    private const int Samples = 8192;

    private readonly IClock _clock;
    private readonly VibrationAcquisition _vibration;
    private readonly TemperatureAcquisition _temperature;

    /// <param name="parts">Its buses, its sensors' names, its clock and the capture's capacity count.</param>
    public SensorBench(NodeParts parts)
    {
        _clock = parts.Clock;
        int samples = parts.CaptureCapacity < Samples ? parts.CaptureCapacity : Samples;
        _vibration = new VibrationAcquisition(SensorCatalogue.Accelerometer(parts.Accelerometer, parts.AccelerometerBus), samples);
        _temperature = new TemperatureAcquisition(
            SensorCatalogue.Thermometer(parts.TemperatureSensor, parts.TemperatureBus, parts.TemperatureLine));
        _vibration.Plan(PlanSeconds, RangeG, samples);
        Sensors = new SensorDesk(_vibration, _temperature);
    }

    /// <summary>What a technician asks of them.</summary>
    public SensorDesk Sensors { get; }

    /// <summary>Does what is due.</summary>
    /// <param name="nowMs">Monotonic time in milliseconds.</param>
    /// <returns>When it next wants to run.</returns>
    public long Step(long nowMs)
    {
        long next = _vibration.Step(nowMs, _clock.UtcMs());
        Capture capture = _vibration.Finished();
        if (capture != null)
        {
            Sensors.Note(capture, _vibration.Fault());
            _vibration.HandBack();
        }

        Sensors.Step();
        long nextTemperature = _vibration.Capturing() ? next : _temperature.Step(nowMs);
        return nextTemperature < next ? nextTemperature : next;
    }
}
