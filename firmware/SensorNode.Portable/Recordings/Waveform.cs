#nullable enable

using System;
using System.Buffers.Binary;
using System.Security.Cryptography;
using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.SensorNode.Recordings;

/// <summary>The samples of a recording as the recorder's counts, at its own rate.</summary>
public sealed class Waveform
{
    /// <param name="samples">Counts.</param>
    /// <param name="rateMilliHertz">Sampling rate in millihertz.</param>
    /// <param name="nanoGPerCount">Weight of a count in nano-g; 0 = the unit is not known.</param>
    public Waveform(short[] samples, int rateMilliHertz, int nanoGPerCount)
    {
        Samples = samples;
        RateMilliHertz = rateMilliHertz;
        NanoGPerCount = nanoGPerCount;
    }

    /// <summary>Counts.</summary>
    public short[] Samples { get; }

    /// <summary>Sampling rate in millihertz.</summary>
    public int RateMilliHertz { get; }

    /// <summary>Weight of a count in nano-g; 0 = the unit is not known.</summary>
    public int NanoGPerCount { get; }

    /// <summary>A weight in g as whole nano-g; what no integer of nano-g can say counts as unknown (0).</summary>
    public static int NanoG(double gPerCount)
    {
        double nano = Math.Round(gPerCount * 1e9);
        return nano >= 1 && nano <= int.MaxValue ? (int)nano : 0;
    }

    /// <summary>
    /// A piece as the capture of a sensor that delivered exactly this. Where the recorder's full scale lay nobody said: nothing counts as
    /// saturated, and clipping is left to the detector to find.
    /// </summary>
    public Capture ToCapture(int from, int count)
    {
        var capture = new Capture(count)
        {
            Count = count,
            SampleRateMilliHertz = RateMilliHertz,
            NanoGPerCount = NanoGPerCount,
            CoveragePermille = 1000,
            Sequence = 1,
        };
        Array.Copy(Samples, from, capture.Samples, 0, count);
        return capture;
    }

    /// <summary>SHA-256 over the counts as 16 bit little-endian, 64 hexadecimal digits: the same whatever file they came from.</summary>
    public string Hash()
    {
        byte[] bytes = new byte[Samples.Length * 2];
        for (int i = 0; i < Samples.Length; i++)
        {
            BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(i * 2), Samples[i]);
        }

        return Convert.ToHexString(SHA256.HashData(bytes)).ToLowerInvariant();
    }
}
