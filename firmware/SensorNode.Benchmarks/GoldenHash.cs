#nullable disable

using System;
using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.SensorNode.Benchmarks;

/// <summary>SHA-256 over numbers: integers as four bytes, floats as their IEEE bits, least significant byte first.</summary>
public sealed class GoldenHash
{
    private readonly Sha256 _sha = new Sha256();

    /// <summary>Starts anew.</summary>
    public void Reset()
    {
        _sha.Reset();
    }

    /// <summary>Appends an integer.</summary>
    public void Add(int value)
    {
        _sha.AddInteger(value);
    }

    /// <summary>Appends a float's bits.</summary>
    public void Add(float value)
    {
        byte[] bits = BitConverter.GetBytes(value);
        _sha.Add(bits, 0, 4);
    }

    /// <summary>Appends the first <paramref name="count"/> floats.</summary>
    public void Add(float[] values, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Add(values[i]);
        }
    }

    /// <summary>Appends the first <paramref name="count"/> integers.</summary>
    public void Add(int[] values, int count)
    {
        for (int i = 0; i < count; i++)
        {
            _sha.AddInteger(values[i]);
        }
    }

    /// <summary>Appends bytes and their number.</summary>
    public void Add(byte[] bytes)
    {
        Add(bytes.Length);
        _sha.Add(bytes, 0, bytes.Length);
    }

    /// <summary>Appends every field of a result.</summary>
    public void Add(DetectorResult result)
    {
        Add(result.CaptureSequence);
        Add(result.VelocityUmPerSecond);
        Add(result.AccelerationMilliG);
        Add(result.PeakMilliG);
        Add(result.OuterScoreMilli);
        Add(result.InnerScoreMilli);
        Add(result.BallScoreMilli);
        Add(result.ShaftScoreMilli);
        Add(result.ImpulsivenessMilli);
        Add(result.CageScoreMilli);
        Add(result.OuterHarmonics);
        Add(result.InnerHarmonics);
        Add(result.BallHarmonics);
        Add(result.HighRatioMilli);
        Add(result.HighMicroG);
        Add(result.ConfidencePermille);
        Add(result.Windows);
        Add(result.SlowVelocityUmPerSecond);
        Add(result.DisplacementNanometres);
        Add(result.CrestMilli);
        Add(result.KurtosisMilli);
        Add(result.SkewnessMilli);
        Add(result.BandMicroG, DetectorResult.BandCount);
        Add(result.PeakCount);
        Add(result.PeakMilliHertz, result.PeakCount);
        Add(result.PeakUmPerSecond, result.PeakCount);
        Add(result.ShaftEstimateMilliHertz);
        Add(result.ShaftEstimateConfidencePermille);
        Add(result.ShaftPattern);
        Add(result.Zone);
        Add(result.ZoneRefusals);
        Add(result.Running);
        Add(result.ClippedPermille);
        Add(result.AliasingPermille);
        Add(result.NoiseVelocityUmPerSecond);
        Add(result.Bearing);
        Add(result.Refusals);
        Add(result.VelocityRefused ? 1 : 0);
        Add(result.BearingRefused ? 1 : 0);
        Add(result.CoveragePermille);
        Add(result.SaturatedPermille);
        Add(result.Overrun ? 1 : 0);
        Add(result.VelocitySpectrumCount);
        Add(result.VelocityBinMilliHertz);
        Add(result.VelocitySpectrum, result.VelocitySpectrumCount);
        Add(result.EnvelopeSpectrumCount);
        Add(result.EnvelopeBinMilliHertz);
        Add(result.EnvelopeSpectrum, result.EnvelopeSpectrumCount);
    }

    /// <summary>The hash as 64 hexadecimal digits.</summary>
    public string Text()
    {
        return Sha256.Hex(_sha.Finish(), 32);
    }
}
