using System.Text;
using DeviceTwin.SensorNode.Link;
using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.Tests.SensorNode.Simulator.Link;

/// <summary>Records come back byte for byte, whatever they are, and whatever was before them.</summary>
public sealed class RecordCodecTests
{
    [Test]
    public void RecordsComeBackWhateverTheyAre()
    {
        string[] records =
        [
            "", "0", "-0", "007", "-", "1.50e-3", "[]", "{\"a\":1}", "{\"a\":null,\"b\":[1,2,-3]}", "{\"a\":7,\"b\":[1,-2,3,4]}", "{\"b\":[],\"c\":\"1,2\"}",
            "{\"a\":999999999999999999,\"b\":-999999999999999999}", "{\"a\":-999999999999999999,\"b\":999999999999999999}", "{\"a\":12345678901234567890}",
            "{\"a\":\"\\\"\\\\\"}", "{\"a\":\"", "\"\\", "ä€😀", new string('x', RecordCodec.MostBytes), new string('[', 600), "{\"a\":4294967295}", "{\"a\":0}", "{\"a\":4294967294}",
        ];
        var random = new Random(1);
        for (int round = 0; round < 20; round++)
        {
            byte[][] some = [.. Enumerable.Range(0, 30).Select(_ => Encoding.UTF8.GetBytes(records[random.Next(records.Length)]))];
            int[] kinds = [.. some.Select(_ => random.Next(RecordCodec.Kinds))];
            Assert.That(Read(Write(some, kinds), some.Length), Is.EqualTo(some));
        }
    }

    [Test]
    public void WhatIsAsBeforeCostsNextToNothing()
    {
        byte[][] records = [.. Enumerable.Range(0, 200).Select(index => Encoding.ASCII.GetBytes($$"""{"seq":{{index}},"t":{{1_700_000_000_000 + (index * 60_000)}},"name":"a name that stays"}"""))];
        Assert.That(Write(records, new int[200]), Has.Length.LessThan(200 * 8));
    }

    [Test]
    public void BitsThatNobodyWroteDoNoHarm()
    {
        byte[][] records = [.. Enumerable.Range(0, 8).Select(index => Encoding.ASCII.GetBytes($$"""{"a":{{index * index}},"b":[{{index}},null],"c":"{{new string('c', index)}}"}"""))];
        byte[] code = Write(records, new int[8]);
        var random = new Random(2);
        for (int round = 0; round < 3000; round++)
        {
            byte[] spoilt = (byte[])code.Clone();
            spoilt[random.Next(spoilt.Length)] ^= (byte)random.Next(1, 256);
            var reader = new BitReader();
            reader.Start(spoilt, 0, random.Next(spoilt.Length + 1));
            var codec = new RecordCodec();
            codec.Reset();
            for (int index = 0; index < 8 && codec.Read(reader) >= 0; index++)
            {
                Assert.That(codec.Length, Is.LessThanOrEqualTo(RecordCodec.MostBytes));
            }
        }
    }

    private static byte[] Write(byte[][] records, int[] kinds)
    {
        var codec = new RecordCodec();
        codec.Reset();
        var writer = new BitWriter();
        byte[] bytes = new byte[1 << 20];
        writer.Start(bytes, 0, bytes.Length);
        for (int index = 0; index < records.Length; index++)
        {
            codec.Write(writer, records[index], records[index].Length, kinds[index]);
        }

        return bytes[..writer.Finish()];
    }

    private static byte[][] Read(byte[] code, int count)
    {
        var reader = new BitReader();
        reader.Start(code, 0, code.Length);
        var codec = new RecordCodec();
        codec.Reset();
        byte[][] records = new byte[count][];
        for (int index = 0; index < count; index++)
        {
            Assert.That(codec.Read(reader), Is.GreaterThanOrEqualTo(0), $"record {index}");
            records[index] = codec.Record[..codec.Length];
        }

        return records;
    }
}
