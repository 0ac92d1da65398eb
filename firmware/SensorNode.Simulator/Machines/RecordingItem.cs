#nullable enable

using System;
using System.Buffers.Binary;
using System.IO;

namespace DeviceTwin.SensorNode.Simulator.Machines;

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
    public required string File { get; init; }

    /// <summary>Number of samples.</summary>
    public required int Samples { get; init; }

    /// <summary>Sampling rate in hertz.</summary>
    public required double RateHertz { get; init; }

    /// <summary>Weight of one count.</summary>
    public required double Scale { get; init; }

    /// <summary>Unit of the scaled values as the index has it, or "".</summary>
    public required string Unit { get; init; }

    /// <summary>The index's fault, or "unknown".</summary>
    public required string Fault { get; init; }

    /// <summary>Data set, or "".</summary>
    public required string Dataset { get; init; }

    /// <summary>Shaft speed in millihertz; 0 = not known.</summary>
    public required int ShaftSpeedMilliHertz { get; init; }

    /// <summary>Bearing orders; 0 where not known.</summary>
    public required BearingOrders Orders { get; init; }

    /// <summary>Whether the scaled values are g. The index writes "g", perhaps with a remark behind it.</summary>
    public bool UnitIsG => Unit == "g" || Unit.StartsWith("g ", StringComparison.Ordinal);

    /// <summary>Duration in seconds.</summary>
    public double Seconds => Samples / RateHertz;

    /// <summary>Reads the samples as counts, one of which weighs <see cref="Scale"/>.</summary>
    /// <exception cref="RecordingException">The file is missing or has another length.</exception>
    public float[] Load()
    {
        string path = Path.Combine(Folder, File);
        byte[] bytes;
        try
        {
            bytes = System.IO.File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RecordingException(RecordingException.FileMissing, $"The index of {Folder} names '{File}', but there is no such file.", e);
        }

        if (bytes.Length != Samples * 2L)
        {
            throw new RecordingException(
                RecordingException.FileLength,
                $"'{File}' in {Folder} has {bytes.Length} bytes; {Samples} samples of 16 bits would be {Samples * 2L}.");
        }

        float[] samples = new float[Samples];
        for (int i = 0; i < samples.Length; i++)
        {
            samples[i] = BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(i * 2));
        }

        return samples;
    }
}
