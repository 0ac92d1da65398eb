#nullable enable

using System;
using System.IO;
using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.SensorNode.Recordings;

/// <summary>One waveform of an index: what it is, and where its samples are.</summary>
public sealed class RecordingItem
{
    internal RecordingItem(string folder)
    {
        Folder = folder;
    }

    /// <summary>Folder of the index.</summary>
    public string Folder { get; }

    /// <summary>File relative to the folder, as the index writes it.</summary>
    public string File { get; init; } = "";

    /// <summary>Number of samples.</summary>
    public int Samples { get; init; }

    /// <summary>Sampling rate in hertz.</summary>
    public double RateHertz { get; init; }

    /// <summary>Weight of one count.</summary>
    public double Scale { get; init; }

    /// <summary>Unit of the scaled values as the index has it, or "".</summary>
    public string Unit { get; init; } = "";

    /// <summary>The index's fault, or "unknown".</summary>
    public string Fault { get; init; } = "";

    /// <summary>Data set, or "".</summary>
    public string Dataset { get; init; } = "";

    /// <summary>Shaft speed in millihertz; 0 = not known.</summary>
    public int ShaftSpeedMilliHertz { get; init; }

    /// <summary>Bearing orders; 0 where not known.</summary>
    public BearingOrders Orders { get; init; }

    /// <summary>Whether the scaled values are g. The index writes "g", perhaps with a remark behind it.</summary>
    public bool UnitIsG => Unit == "g" || Unit.StartsWith("g ", StringComparison.Ordinal);

    /// <summary>Duration in seconds.</summary>
    public double Seconds => Samples / RateHertz;

    /// <summary>Size of the defect as the index has it, or "".</summary>
    public string FaultSize { get; init; } = "";

    /// <summary>Where on the outer race the defect is, as the index has it, or "".</summary>
    public string FaultPosition { get; init; } = "";

    /// <summary>Type of the bearing as the index has it, or "".</summary>
    public string Bearing { get; init; } = "";

    /// <summary>Name of the one physical bearing, as the index has it, or "".</summary>
    public string PhysicalId { get; init; } = "";

    /// <summary>Sampling rate in millihertz.</summary>
    public int RateMilliHertz => (int)Math.Round(RateHertz * 1000);

    /// <summary>Weight of a count in nano-g; 0 where the unit is not g.</summary>
    public int NanoGPerCount => UnitIsG ? Waveform.NanoG(Scale) : 0;

    /// <summary>The one default setting for every machine; only what the index knows of the machine itself differs.</summary>
    public DetectorSettings Settings()
    {
        var settings = new DetectorSettings { ShaftSpeedMilliHertz = ShaftSpeedMilliHertz };
        Orders.Apply(settings);
        return settings;
    }

    /// <summary>Reads the samples as the recorder's counts.</summary>
    /// <exception cref="RecordingException">The file is missing or has another length.</exception>
    public Waveform Load()
    {
        byte[] bytes = WaveformFile.Bytes(Path.Combine(Folder, File), $"The index of {Folder} names '{File}', but there is no such file.");
        if (bytes.Length != Samples * 2L)
        {
            throw new RecordingException(
                RecordingException.FileLength,
                $"'{File}' in {Folder} has {bytes.Length} bytes; {Samples} samples of 16 bits would be {Samples * 2L}.");
        }

        return new Waveform(WaveformFile.Counts(bytes), RateMilliHertz, NanoGPerCount);
    }
}
