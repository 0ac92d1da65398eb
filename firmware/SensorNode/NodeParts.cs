using System.Device.I2c;
using System.Device.Spi;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Link;
using DeviceTwin.SensorNode.Provisioning;
using nanoFramework.Device.OneWire;

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

    /// <summary>The board's accelerometer, one of <see cref="SensorName"/>.</summary>
    public string Accelerometer = SensorName.Iis3dwb;

    /// <summary>The board's thermometer, one of <see cref="SensorName"/>.</summary>
    public string TemperatureSensor = SensorName.Mcp9808;

    /// <summary>Bus to the accelerometer.</summary>
    public SpiDevice AccelerometerBus;

    /// <summary>Bus to the thermometer, where it has I2C.</summary>
    public I2cDevice TemperatureBus;

    /// <summary>Line to the thermometer, where it has 1-Wire.</summary>
    public OneWireHost TemperatureLine;

    public NodeIdentity Identity;

    /// <summary>Kind of board, reported as it is.</summary>
    public string BoardName;

    /// <summary>Samples of the longest capture the board has memory for; at most <c>CapturePlan.MaximumSamples</c>.</summary>
    public int CaptureCapacity = Detection.CapturePlan.MaximumSamples;

    /// <summary>Samples of the detector's window: its memory goes with it (see <see cref="Detection.Detector"/>).</summary>
    public int DetectorWindow = Detection.Detector.LongestWindow;

    /// <summary>Whether there is memory for settings on trial.</summary>
    public bool HasTrial = true;

    /// <summary>Whether there is memory for a forest.</summary>
    public bool HasForest = true;

    /// <summary>Bytes of messages that wait in memory for the hub or for the files.</summary>
    public int OutboxQueueBytes = 65536;

    /// <summary>Bytes of files that messages may take; less than 8192: none.</summary>
    public int OutboxFileBytes = Boards.BoardDescription.SmallFileSystemBytes - Boards.BoardDescription.ReservedFileBytes;

    /// <summary>Samples of the copy from which a waveform is sent; 0: it is sent from the capture's own buffer, and given up where the next capture needs that.</summary>
    public int WaveformCapacity = Detection.CapturePlan.MaximumSamples;

    /// <summary>Seed of every random wait of the node; nodes of a fleet should differ.</summary>
    public int Seed;
}
