using System.Runtime.InteropServices;
using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.Tests.SensorNode.Portable.Signal;

/// <summary>Samples come back to the last bit, whatever they are; and bytes that no encoder wrote are refused.</summary>
public sealed class RiceTests
{
    private const int PieceSamples = 2048;

    [TestCase(1)]
    [TestCase(3)]
    public void Samples_come_back_whatever_they_are(int stride)
    {
        var random = new Random(stride);
        foreach (int frames in new[] { 1, 2, 3, 85, 86, 255, 256, 257, 511, 512, 513, 2048 })
        {
            foreach (short[] samples in Shapes(random, frames * stride))
            {
                byte[] code = Encode(samples, 0, samples.Length, stride);
                Assert.That(code, Has.Length.LessThanOrEqualTo(RiceEncoder.MostBytes(samples.Length)));
                Assert.That(Decode(code, samples.Length, stride), Is.EqualTo(samples));
            }
        }
    }

    [Test]
    public void A_piece_is_decoded_without_those_before_it()
    {
        short[] samples = [.. Enumerable.Range(0, 3000).Select(index => (short)(index * 7))];
        Assert.That(Decode(Encode(samples, 1000, 700, 1), 700, 1), Is.EqualTo(samples[1000..1700]));
    }

    [Test]
    public void A_step_is_one_block()
    {
        var encoder = new RiceEncoder();
        encoder.Start(new short[513], 0, 513, 1, new byte[RiceEncoder.MostBytes(513)]);
        Assert.That((encoder.Step(), encoder.Step(), encoder.Step()), Is.EqualTo((-1, -1, 3 * (3 + 4) / 8 + 514 / 8 + 1)), "zeros take a bit each");
    }

    [Test]
    public void A_code_that_is_cut_off_or_too_long_is_refused()
    {
        short[] samples = [.. Shapes(new Random(5), 600).Last()];
        byte[] code = Encode(samples, 0, 600, 1);
        for (int length = 0; length < code.Length; length++)
        {
            Assert.That(RiceDecoder.Decode(code, 0, length, new short[600], 600, 1), Is.False, $"{length} of {code.Length} bytes");
        }

        Assert.That(RiceDecoder.Decode([.. code, 0], 0, code.Length + 1, new short[600], 600, 1), Is.False);
        Assert.That(RiceDecoder.Decode(code, 0, code.Length, new short[600], 599, 1), Is.False);
    }

    [Test]
    public void Bytes_that_no_encoder_wrote_do_no_harm()
    {
        var random = new Random(6);
        short[] samples = Shapes(random, 600).Last();
        byte[] code = Encode(samples, 0, 600, 1);
        for (int round = 0; round < 3000; round++)
        {
            byte[] spoilt = (byte[])code.Clone();
            for (int flips = random.Next(1, 6); flips > 0; flips--)
            {
                spoilt[random.Next(spoilt.Length)] = (byte)random.Next(256);
            }

            var decoded = new short[600];
            if (RiceDecoder.Decode(spoilt, 0, spoilt.Length, decoded, 600, 1) && !decoded.AsSpan().SequenceEqual(samples))
            {
                // Another waveform: its hash shows it. What is decoded is at least what was said.
                Assert.That(spoilt, Is.Not.EqualTo(code));
            }
        }
    }

    [Test]
    public void Recordings_come_back_and_take_less_room()
    {
        string folder = TestFiles.RequireRecordings();
        long before = 0;
        long after = 0;
        foreach (string path in Directory.EnumerateFiles(Path.Combine(folder, "wave"), "*.i16").Order(StringComparer.Ordinal))
        {
            short[] samples = MemoryMarshal.Cast<byte, short>(File.ReadAllBytes(path)).ToArray();
            samples = samples[..Math.Min(samples.Length, 16 * PieceSamples)];
            for (int first = 0; first < samples.Length; first += PieceSamples)
            {
                int count = Math.Min(PieceSamples, samples.Length - first);
                byte[] code = Encode(samples, first, count, 1);
                Assert.That(Decode(code, count, 1).AsSpan().SequenceEqual(samples.AsSpan(first, count)), path);
                before += count * 2;
                after += code.Length;
            }
        }

        TestContext.Out.WriteLine($"{after * 1000 / before} ‰ of {before} bytes");
        Assert.That(after, Is.LessThan(before * 85 / 100));
    }

    internal static byte[] Encode(short[] samples, int first, int count, int stride)
    {
        var encoder = new RiceEncoder();
        byte[] bytes = new byte[RiceEncoder.MostBytes(count)];
        encoder.Start(samples, first, count, stride, bytes);
        int length;
        do
        {
            length = encoder.Step();
        }
        while (length < 0);

        return bytes[..length];
    }

    private static short[] Decode(byte[] code, int count, int stride)
    {
        var samples = new short[count];
        Assert.That(RiceDecoder.Decode(code, 0, code.Length, samples, count, stride), Is.True);
        return samples;
    }

    private static IEnumerable<short[]> Shapes(Random random, int count)
    {
        yield return new short[count];
        yield return [.. Enumerable.Repeat(short.MinValue, count)];
        yield return [.. Enumerable.Range(0, count).Select(index => index % 2 == 0 ? short.MinValue : short.MaxValue)];
        yield return [.. Enumerable.Range(0, count).Select(_ => (short)random.Next(-32768, 32768))];
        yield return [.. Enumerable.Range(0, count).Select(_ => random.Next(200) == 0 ? (short)random.Next(-32768, 32768) : (short)0)];
        yield return [.. Enumerable.Range(0, count).Select(index => (short)(30000 * Math.Sin(index / 40.0)))];
        yield return [.. Enumerable.Range(0, count).Select(index => (short)((8000 * Math.Sin(index / 9.0)) + random.Next(-300, 300)))];
    }
}
