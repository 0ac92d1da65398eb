using System.Device.I2c;
using System.Device.Spi;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Link;
using DeviceTwin.SensorNode.Provisioning;

namespace DeviceTwin.SensorNode;

/// <summary>What a node is built from: the six interfaces, its buses, its identity.</summary>
public sealed class NodeParts
{
    public IClock Clock;
    public IFiles Files;
    public IRadio Radio;
    public IMqttSession Session;
    public IPower Power;

    /// <summary>The board's lamp, or null where it has none: then <c>identify</c> is not fitted.</summary>
    public IIndicator Indicator;

    /// <summary>Bus to the IIS3DWB.</summary>
    public SpiDevice AccelerometerBus;

    /// <summary>Bus to the MCP9808.</summary>
    public I2cDevice TemperatureBus;

    public NodeIdentity Identity;

    /// <summary>Kind of board, reported as it is.</summary>
    public string BoardName;

    /// <summary>Samples of the longest capture the board has memory for; at most <c>CapturePlan.MaximumSamples</c>.</summary>
    public int CaptureCapacity = Detection.CapturePlan.MaximumSamples;

    /// <summary>Samples of the detector's window: its memory goes with it (see <see cref="Detection.Detector"/>).</summary>
    public int DetectorWindow = Detection.Detector.LongestWindow;

    /// <summary>Seed of every random wait of the node; nodes of a fleet should differ.</summary>
    public int Seed;
}
