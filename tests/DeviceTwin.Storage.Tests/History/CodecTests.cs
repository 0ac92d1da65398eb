using DeviceTwin.Storage.History;
using FsCheck;
using FsCheck.Fluent;

namespace DeviceTwin.Tests.Storage.History;

/// <summary>What goes into a block comes out of it.</summary>
public sealed class CodecTests
{
    private static readonly Gen<long> Integer = Gen.OneOf(
        Gen.Elements(0, 1, -1, long.MaxValue, long.MinValue, long.MaxValue - 1, long.MinValue + 1, int.MaxValue, 1L << 53),
        Gen.Choose(-300, 300).Select(number => (long)number),
        from high in Gen.Choose(int.MinValue, int.MaxValue)
        from low in Gen.Choose(int.MinValue, int.MaxValue)
        select ((long)high << 32) | (uint)low);

    private static readonly Gen<HistoryValue> Value = Gen.OneOf(
        Integer.Select(HistoryValue.Of),
        Gen.Elements(0.5, -0.0, 1e300, double.Epsilon, -7.25).Select(HistoryValue.Of),
        Gen.Elements("normal", "outer", "", "ä\n,\"", "true").Select(HistoryValue.Of));

    private static readonly Gen<HistorySample> Sample =
        from at in Integer
        from number in Integer
        from names in Gen.SubListOf("a", "b", "c.d", "e[0]")
        from values in Value.ListOf(4)
        select new HistorySample(number, at, [.. names.Zip(values, KeyValuePair.Create)]);

    [Test]
    public void Whole_numbers_of_the_full_range_come_back() => Properties.Check(
        from count in Gen.Choose(0, 70)
        from numbers in Integer.ListOf(count)
        select numbers.ToArray(),
        numbers =>
        {
            var writer = new ByteWriter();
            IntegerColumn.Write(writer, numbers);
            var reader = new ByteReader(writer.Written);
            Assert.That(IntegerColumn.Read(ref reader, numbers.Length), Is.EqualTo(numbers));
            Assert.That(reader.Left, Is.Zero);
        }, 2000);

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(63)]
    public void Rice_code_has_no_edge(int k) => Properties.Check(
        Integer.Select(number => unchecked((ulong)number)).ListOf(20),
        numbers => Assert.That(Rice.Decode(Rice.Encode(numbers.ToArray(), k), k, numbers.Count), Is.EqualTo(numbers)));

    [Test]
    public void Samples_come_back_whatever_is_in_them() => Properties.Check(
        from count in Gen.Choose(0, 40)
        from samples in Sample.ListOf(count)
        select samples.ToArray(),
        samples => AssertSame(BlockCodec.Decode(BlockCodec.Encode(samples)), samples, null), 500);

    [Test]
    public void Series_that_are_not_asked_for_are_left_out() => Properties.Check(Sample.ListOf(12).Select(list => list.ToArray()), samples =>
    {
        var wanted = new HashSet<string> { "a", "c.d" };
        AssertSame(BlockCodec.Decode(BlockCodec.Encode(samples), wanted), samples, wanted);
    });

    [Test]
    public void A_damaged_block_is_refused_or_read_and_nothing_else() => Properties.Check(
        from samples in Sample.ListOf(6)
        from at in Gen.Choose(0, 10_000)
        from bits in Gen.Choose(1, 255)
        from length in Gen.Choose(0, 10_000)
        select (samples.ToArray(), at, (byte)bits, length),
        broken =>
        {
            var (samples, at, bits, length) = broken;
            var block = BlockCodec.Encode(samples);
            block[at % block.Length] ^= bits;
            foreach (var bytes in new[] { block, block[..(length % block.Length)] })
            {
                try
                {
                    BlockCodec.Decode(bytes);
                }
                catch (FormatException)
                {
                    // That is what it is for.
                }
            }
        }, 1000);

    [Test]
    public void Counters_and_steady_values_cost_next_to_nothing()
    {
        HistorySample[] samples = [.. Enumerable.Range(1, 512).Select(number => new HistorySample(
            number, 1_700_000_000_000 + (number * 60_000L), [KeyValuePair.Create("seq", HistoryValue.Of(number)), KeyValuePair.Create("verdict", HistoryValue.Of("normal"))]))];
        Assert.That(BlockCodec.Encode(samples), Has.Length.LessThan(100));
    }

    [TestCase("""{"a":1,"b":{"c":-2.5,"d":null},"e":[3,"x",[4]],"f":true,"g":"w"}""", "a=1 b.c=-2.5 e[0]=3 e[1]=x e[2][0]=4 f=true g=w")]
    [TestCase("""{"a":1,"a":2}""", "a=2")]
    [TestCase("""{"a":9223372036854775807,"b":9223372036854775808,"c":1e999}""", "a=9223372036854775807 b=9.223372036854776E+18")]
    [TestCase("{}", "")]
    [TestCase("[1]", null)]
    [TestCase("""{"a":1""", null)]
    [TestCase("7", null)]
    [TestCase("", null)]
    public void The_series_of_a_message_are_the_paths_of_its_values(string body, string? series)
    {
        var sample = SampleReader.Read(1, StoreFolder.Start, System.Text.Encoding.UTF8.GetBytes(body));
        Assert.That(sample is null ? null : string.Join(' ', sample.Values.Select(value => $"{value.Key}={Text(value.Value)}")), Is.EqualTo(series));
    }

    [Test]
    public void What_a_message_may_bring_is_bounded()
    {
        var many = SampleReader.Read(1, default, System.Text.Encoding.UTF8.GetBytes($"{{\"v\":[{string.Join(',', Enumerable.Range(0, 1000))}]}}"));
        Assert.That(many!.Values, Has.Count.EqualTo(SampleReader.MostValues));
        var wide = SampleReader.Read(1, default, System.Text.Encoding.UTF8.GetBytes($"{{\"{new string('n', 129)}\":1,\"w\":\"{new string('w', 129)}\",\"x\":\"{new string('w', 128)}\"}}"));
        Assert.That(wide!.Values.Select(value => value.Key), Is.EqualTo(new[] { "x" }));
        Assert.That(SampleReader.Read(1, default, [0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D]), Is.Null, "bytes that are no UTF-8");
    }

    [Test]
    public void Roll_ups_add_up_in_any_order_also_where_words_do_not_fit() => Properties.Check(
        from numbers in Gen.Choose(0, 60).ListOf(90)
        from integers in Integer.ListOf(90)
        from cut in Gen.Choose(0, 90)
        select (numbers, integers, cut),
        given =>
        {
            HistorySample[] samples = [.. given.numbers.Zip(given.integers, (word, number) => new HistorySample(
                0, 0, [KeyValuePair.Create("w", HistoryValue.Of($"word{word:00}\n")), KeyValuePair.Create("n", HistoryValue.Of(number))]))];
            var whole = Sum(samples);
            var parts = Sum(samples[..given.cut]);
            parts.Add(RollupSpan.Decode(RollupSpan.Encode([Sum(samples[given.cut..])])).Single());
            Assert.That(Text(parts), Is.EqualTo(Text(whole)));
            Assert.That(whole.Cells["w"].Words.Values.Sum(), Is.EqualTo(90));
            Assert.That(whole.Cells["w"].Words, Has.Count.LessThanOrEqualTo(RollupCell.MostWords + 1));
        });

    internal static string Text(Rollup rollup) => rollup.AtMs + ":" + string.Join(' ', rollup.Cells.OrderBy(cell => cell.Key, StringComparer.Ordinal).Select(cell =>
        $"{cell.Key}={cell.Value.Count},{cell.Value.Min:R},{cell.Value.Max:R},{(cell.Value.Count > 0 ? cell.Value.Mean : 0):R},{string.Join('/', cell.Value.Words)}"));

    internal static string Text(HistoryValue value) => value.Kind == HistoryKind.Word ? value.Word
        : value.Kind == HistoryKind.Integer ? value.Integer.ToString(System.Globalization.CultureInfo.InvariantCulture)
        : value.Real.ToString("R", System.Globalization.CultureInfo.InvariantCulture);

    private static Rollup Sum(IEnumerable<HistorySample> samples)
    {
        var rollup = new Rollup(0);
        foreach (var sample in samples)
        {
            rollup.Add(sample);
        }

        return rollup;
    }

    private static void AssertSame(HistorySample[] read, HistorySample[] written, HashSet<string>? wanted)
    {
        static string Line(HistorySample sample, HashSet<string>? wanted) => $"{sample.Number} {sample.AtMs} " + string.Join(' ', sample.Values
            .Where(value => wanted is null || wanted.Contains(value.Key))
            .OrderBy(value => value.Key, StringComparer.Ordinal).Select(value => $"{value.Key}={value.Value.Kind}:{Text(value.Value)}"));
        Assert.That(read.Select(sample => Line(sample, null)), Is.EqualTo(written.Select(sample => Line(sample, wanted))));
    }
}
