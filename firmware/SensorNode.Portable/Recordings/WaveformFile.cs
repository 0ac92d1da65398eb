#nullable enable

using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;
using System.IO;

namespace DeviceTwin.SensorNode.Recordings;

/// <summary>
/// Reads one file of samples by its name's ending: .wav (one channel, 16 bit PCM, carries its rate), .csv or .txt (one column of numbers,
/// perhaps under a heading), anything else as 16 bit little-endian counts.
/// </summary>
public static class WaveformFile
{
    private const int PlainPcm = 1;
    private const int Extensible = 0xFFFE;

    /// <param name="path">The file.</param>
    /// <param name="rateHertz">Sampling rate; null = the file has to say it.</param>
    /// <param name="gPerCount">Weight of a count (of a unit, in a text of numbers that are no counts) in g; null = not known.</param>
    /// <exception cref="RecordingException">The file is missing or cannot be understood.</exception>
    public static Waveform Read(string path, double? rateHertz, double? gPerCount)
    {
        byte[] bytes = Bytes(path, $"There is no file '{path}'.");
        string ending = Path.GetExtension(path).ToLowerInvariant();
        if (ending == ".wav")
        {
            (short[] counts, int wavRate) = Wav(bytes, path);
            if (rateHertz is { } stated && stated != wavRate)
            {
                throw new RecordingException(RecordingException.ValueInvalid, string.Create(
                    CultureInfo.InvariantCulture, $"'{path}' says {wavRate} Hz, but {stated} Hz were stated."));
            }

            return new Waveform(counts, MilliHertz(wavRate, path), NanoG(gPerCount, path));
        }

        if (rateHertz is not { } rate)
        {
            throw new RecordingException(RecordingException.RateUnknown, $"'{path}' does not say its sampling rate.");
        }

        if (ending is ".csv" or ".txt")
        {
            return Text(path, bytes, rate, gPerCount);
        }

        if ((bytes.Length & 1) != 0)
        {
            throw new RecordingException(RecordingException.OddLength, $"'{path}' has {bytes.Length} bytes: no whole number of 16 bit samples.");
        }

        return new Waveform(Counts(bytes), MilliHertz(rate, path), NanoG(gPerCount, path));
    }

    internal static byte[] Bytes(string path, string missing)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RecordingException(RecordingException.FileMissing, missing, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RecordingException(RecordingException.FileMissing, $"'{path}' cannot be read: {e.Message}", e);
        }
    }

    internal static short[] Counts(ReadOnlySpan<byte> bytes)
    {
        short[] counts = new short[bytes.Length / 2];
        for (int i = 0; i < counts.Length; i++)
        {
            counts[i] = BinaryPrimitives.ReadInt16LittleEndian(bytes.Slice(i * 2));
        }

        return counts;
    }

    private static (short[] Counts, int Rate) Wav(byte[] bytes, string path)
    {
        ReadOnlySpan<byte> file = bytes;
        if (file.Length < 12 || !Is(file, "RIFF") || !Is(file.Slice(8), "WAVE"))
        {
            throw Unsupported(path, "it does not begin as a WAV file does");
        }

        int rate = 0;
        int at = 12;
        while (file.Length - at >= 8)
        {
            ReadOnlySpan<byte> chunk = file.Slice(at);
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(chunk.Slice(4));
            if (length > chunk.Length - 8)
            {
                throw Unsupported(path, $"a chunk of {length} bytes reaches beyond its end");
            }

            ReadOnlySpan<byte> content = chunk.Slice(8, (int)length);
            if (Is(chunk, "fmt "))
            {
                rate = Format(content, path);
            }
            else if (Is(chunk, "data"))
            {
                if (rate == 0)
                {
                    throw Unsupported(path, "its samples come before their format");
                }

                return (length & 1) == 0 ? (Counts(content), rate) : throw new RecordingException(
                    RecordingException.OddLength, $"'{path}' has {length} bytes of samples: no whole number of 16 bit samples.");
            }

            // Chunks begin at even places.
            at = (int)Math.Min(file.Length, at + 8L + length + (length & 1));
        }

        throw Unsupported(path, "it has no samples");
    }

    private static int Format(ReadOnlySpan<byte> content, string path)
    {
        if (content.Length < 16)
        {
            throw Unsupported(path, "its format is cut off");
        }

        int tag = BinaryPrimitives.ReadUInt16LittleEndian(content);
        int channels = BinaryPrimitives.ReadUInt16LittleEndian(content.Slice(2));
        uint rate = BinaryPrimitives.ReadUInt32LittleEndian(content.Slice(4));
        int bits = BinaryPrimitives.ReadUInt16LittleEndian(content.Slice(14));
        if (tag == Extensible && content.Length >= 26)
        {
            tag = BinaryPrimitives.ReadUInt16LittleEndian(content.Slice(24));
        }

        if (tag != PlainPcm || bits != 16)
        {
            throw Unsupported(path, $"its samples are of format {tag} with {bits} bits; only PCM (1) with 16 bits is");
        }

        if (channels != 1)
        {
            throw Unsupported(path, $"it has {channels} channels; give one axis alone");
        }

        return rate >= 1 && rate <= int.MaxValue ? (int)rate : throw Unsupported(path, $"its rate is {rate} Hz");
    }

    private static bool Is(ReadOnlySpan<byte> at, string name) =>
        at[0] == name[0] && at[1] == name[1] && at[2] == name[2] && at[3] == name[3];

    private static RecordingException Unsupported(string path, string why) =>
        new(RecordingException.WavUnsupported, $"'{path}' is not supported: {why}.");

    /// <summary>Whole numbers of 16 bits are counts; other numbers are made counts, as fine as 16 bits allow.</summary>
    private static Waveform Text(string path, byte[] bytes, double rateHertz, double? gPerUnit)
    {
        var values = new List<double>();
        using var reader = new StreamReader(new MemoryStream(bytes));
        int number = 0;
        for (string? line = reader.ReadLine(); line != null; line = reader.ReadLine())
        {
            number++;
            string text = line.Trim();
            if (text.Length == 0)
            {
                continue;
            }

            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value))
            {
                values.Add(value);
            }
            else if (number > 1)
            {
                string shown = text.Length > 40 ? text.Substring(0, 40) + "..." : text;
                throw new RecordingException(RecordingException.CsvMalformed, $"'{path}', line {number}: '{shown}' is not a number.");
            }
        }

        if (values.Count == 0)
        {
            throw new RecordingException(RecordingException.CsvMalformed, $"'{path}' has no number.");
        }

        double peak = 0;
        bool counts = true;
        foreach (double value in values)
        {
            peak = Math.Max(peak, Math.Abs(value));
            counts &= value == Math.Floor(value) && value >= short.MinValue && value <= short.MaxValue;
        }

        int rate = MilliHertz(rateHertz, path);
        if (counts)
        {
            return new Waveform(values.ConvertAll(value => (short)value).ToArray(), rate, NanoG(gPerUnit, path));
        }

        if (gPerUnit is not { } weight)
        {
            return new Waveform(values.ConvertAll(value => (short)Math.Round(value / peak * short.MaxValue)).ToArray(), rate, 0);
        }

        // A weight of whole nano-g, so that a count means exactly what it says.
        double nano = Math.Ceiling(peak * weight * 1e9 / short.MaxValue);
        int whole = nano <= int.MaxValue ? (int)Math.Max(1, nano) : throw WeightInvalid(path);
        return new Waveform(values.ConvertAll(value => (short)Math.Round(value * weight * 1e9 / whole)).ToArray(), rate, whole);
    }

    private static int MilliHertz(double rateHertz, string path)
    {
        double milli = Math.Round(rateHertz * 1000);
        return milli >= 1 && milli <= int.MaxValue ? (int)milli : throw new RecordingException(
            RecordingException.ValueInvalid, string.Create(CultureInfo.InvariantCulture, $"'{path}': {rateHertz} Hz is not a sampling rate."));
    }

    private static int NanoG(double? gPerCount, string path)
    {
        if (gPerCount is not { } weight)
        {
            return 0;
        }

        int nano = Waveform.NanoG(weight);
        return nano > 0 ? nano : throw WeightInvalid(path);
    }

    private static RecordingException WeightInvalid(string path) =>
        new(RecordingException.ValueInvalid, $"'{path}': the weight of a count is no whole number of nano-g in range.");
}
