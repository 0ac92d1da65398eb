using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.Tests.SensorNode.Portable.Signal;

public sealed class RawWordsTests
{
    private readonly RawWords _words = new();

    [Test]
    public void Only_words_with_the_acceleration_tag_are_samples_whatever_their_counter_and_parity()
    {
        for (int tag = 0; tag < 256; tag++)
        {
            short[] samples = [7, 7];
            _words.Read([(byte)tag, 1, 2, 3, 4, 0x34, 0x12], 0, 1, samples, 1);
            bool acceleration = tag is >= 0x10 and <= 0x17;
            Assert.That(_words.Count, Is.EqualTo(acceleration ? 1 : 0), $"tag {tag:X2}");
            Assert.That(samples, Is.EqualTo(new short[] { 7, acceleration ? (short)0x1234 : (short)7 }), $"tag {tag:X2}");
        }
    }

    [Test]
    public void A_block_is_left_to_the_careful_walk_for_any_one_word_of_another_kind()
    {
        for (int place = 0; place < 16; place++)
        {
            foreach (byte tag in new byte[] { 0x00, 0x08, 0x0F, 0x18, 0x30, 0x50, 0x90, 0xFF })
            {
                byte[] raw = Words(0, 16, index => (short)(100 + index));
                raw[place * RawWords.BytesPerWord] = tag;
                var samples = new short[16];
                _words.Read(raw, 0, 16, samples, 0);
                Assert.That(samples[.._words.Count], Is.EqualTo(Enumerable.Range(100, 16).Where(value => value != 100 + place)), $"{tag:X2} at {place}");
            }
        }
    }

    [Test]
    public void Any_value_comes_out_as_it_went_in_and_only_the_rails_are_saturated()
    {
        const int All = 65536;
        byte[] raw = Words(0, All, index => (short)(index - 32768));
        var samples = new short[All];

        _words.Read(raw, 0, All, samples, 0);

        Assert.That(samples, Is.EqualTo(Enumerable.Range(-32768, All)));
        Assert.That(_words.Count, Is.EqualTo(All));
        Assert.That(_words.Saturated, Is.EqualTo(2));
    }

    [Test]
    public void The_rails_count_at_each_place_of_a_block_and_outside_blocks(
        [Values(-32768, -32767, 32766, 32767)] int value, [Values(1, 15, 16, 17, 33)] int count)
    {
        for (int place = 0; place < count; place++)
        {
            byte[] raw = Words(0, count, index => (short)(index == place ? value : -1));
            _words.Read(raw, 0, count, new short[count], 0);
            Assert.That(_words.Saturated, Is.EqualTo(value is -32768 or 32767 ? 1 : 0), $"place {place}");
        }
    }

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase(int.MinValue / RawWords.BytesPerWord)]
    public void No_words_are_no_samples_and_what_was_counted_before_is_forgotten(int words)
    {
        _words.Read(Words(0, 1, _ => 32767), 0, 1, new short[1], 0);
        _words.Read([], 0, words, [], 0);
        Assert.That((_words.Count, _words.Saturated), Is.EqualTo((0, 0)));
    }

    [Test]
    public void Any_words_read_at_any_place_are_as_the_plain_rule_reads_them_and_nothing_else_is_touched()
    {
        var random = new Random(20816);
        for (int run = 0; run < 300; run++)
        {
            int before = random.Next(9);
            int count = random.Next(70);
            int offset = random.Next(5);
            byte[] raw = Words(before, count, _ => random.Next(6) == 0 ? short.MaxValue : (short)random.Next(-32768, 32768));
            double damaged = random.Next(3) * 0.02;
            for (int word = 0; word < count; word++)
            {
                if (random.NextDouble() < damaged)
                {
                    raw[before + (word * RawWords.BytesPerWord)] = (byte)random.Next(256);
                }
            }

            int first = random.Next(count + 1);
            int words = random.Next(count - first + 1);
            short[] expected = Plain(raw, before, first, words);
            var samples = new short[offset + words];
            Array.Fill(samples, (short)77);

            _words.Read(raw, before + (first * RawWords.BytesPerWord), words, samples, offset);

            Assert.That(_words.Count, Is.EqualTo(expected.Length), $"run {run}");
            Assert.That(samples[offset..(offset + _words.Count)], Is.EqualTo(expected), $"run {run}");
            Assert.That(samples[..offset].Concat(samples[(offset + _words.Count)..]), Has.All.EqualTo(77), $"run {run}");
            Assert.That(_words.Saturated, Is.EqualTo(expected.Count(value => value is short.MaxValue or short.MinValue)), $"run {run}");
        }
    }

    private static short[] Plain(byte[] raw, int before, int first, int words) => [..
        Enumerable.Range(first, words).Select(word => before + (word * RawWords.BytesPerWord))
            .Where(at => raw[at] >> 3 == 2)
            .Select(at => BitConverter.ToInt16(raw, at + 5))];

    /// <summary>Acceleration words with running counters, x and y at the rails, and z as told.</summary>
    private static byte[] Words(int before, int count, Func<int, short> z)
    {
        var raw = new byte[before + (count * RawWords.BytesPerWord)];
        for (int word = 0; word < count; word++)
        {
            int at = before + (word * RawWords.BytesPerWord);
            raw[at] = (byte)(RawWords.AccelerationTag | (word & 7));
            BitConverter.TryWriteBytes(raw.AsSpan(at + 1), short.MaxValue);
            BitConverter.TryWriteBytes(raw.AsSpan(at + 3), short.MinValue);
            BitConverter.TryWriteBytes(raw.AsSpan(at + 5), z(word));
        }

        return raw;
    }
}
