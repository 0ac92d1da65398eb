#nullable enable

using System;
using System.IO;
using DeviceTwin.SensorNode.Recordings;

namespace DeviceTwin.SensorNode.Simulator.Machines;

/// <summary>
/// A recording that the player refuses because it is shorter than a capture. It gives no sample, so the node bolted to it refuses to judge:
/// the recording is counted, not passed over in silence.
/// </summary>
public sealed class RefusedRecording : IMachine
{
    private readonly RecordingItem _item;

    /// <param name="item">A recording for which <see cref="RecordingMachine.IsLongEnough"/> is false.</param>
    public RefusedRecording(RecordingItem item)
    {
        _item = item;
        Reason = RecordingMachine.TooShort(item).Message;
    }

    /// <summary>Why it is not played, for people.</summary>
    public string Reason { get; }

    /// <inheritdoc/>
    public string Name => Path.GetFileNameWithoutExtension(_item.File);

    /// <inheritdoc/>
    public string Label => _item.Fault;

    /// <inheritdoc/>
    public int ShaftSpeedMilliHertz => _item.ShaftSpeedMilliHertz;

    /// <inheritdoc/>
    public BearingOrders Orders => _item.Orders;

    /// <inheritdoc/>
    public bool AmplitudeKnown => _item.UnitIsG;

    /// <inheritdoc/>
    public void BeginCapture(double atSeconds, double rateHertz)
    {
    }

    /// <inheritdoc/>
    public int Read(Span<float> accelerationG) => 0;

    /// <inheritdoc/>
    public double TemperatureCelsius(double atSeconds) => RecordingMachine.HousingCelsius;
}
