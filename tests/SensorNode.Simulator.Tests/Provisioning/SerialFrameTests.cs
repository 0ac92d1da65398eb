using System.Text;
using DeviceTwin.SensorNode.Provisioning;

namespace DeviceTwin.Tests.SensorNode.Simulator.Provisioning;

/// <summary>Frames are found in a stream whatever happens to it, and nothing else is taken for one.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class SerialFrameTests
{
    private readonly SerialReceiver _receiver = new();

    [Test]
    public void TheChecksumIsTheCatalogued()
    {
        Assert.That(SerialFrame.Crc16("123456789"u8.ToArray(), 0, 9), Is.EqualTo(0x29B1));
    }

    [Test]
    public void AFrameOnTheWireIsAsSpecified()
    {
        Assert.That(Convert.ToHexString(Make(7, "{}")), Is.EqualTo("F5D701010702027B7D4A93"));
    }

    [Test]
    public void TheLongestFrameFitsTheDriver()
    {
        Assert.That(SerialFrame.MaximumLength, Is.LessThan(DeviceTwin.SensorNode.Simulator.Board.SerialPipe.DriverBytes));
    }

    [Test]
    public void AFrameInPiecesOfAnySizeIsFound([Values(1, 2, 3, 5, 7, 11, 64, 229)] int piece)
    {
        byte[] stream = [.. Make(1, ""), .. "DT10 running\r\n"u8, .. Make(2, "{\"a\":1}"), .. Make(3, new string('x', SerialFrame.MaximumPayload)), .. Make(4, "")];

        Assert.That(Feed(stream, piece), Is.EqualTo(new[] { "1:", "2:{\"a\":1}", "3:" + new string('x', SerialFrame.MaximumPayload), "4:" }));
    }

    [Test]
    public void AStreamThatBeginsAnywhereGivesTheFramesThatAreWhole()
    {
        byte[] first = Make(1, "{\"first\":1}");
        byte[] stream = [.. first, .. Make(2, "{\"second\":2}"), .. Make(3, "")];
        for (int start = 1; start <= first.Length; start++)
        {
            var receiver = new SerialReceiver();
            Assert.That(Feed(stream[start..], 9, receiver).Where(found => found != "garbled"), Is.EqualTo(new[] { "2:{\"second\":2}", "3:" }), $"from {start}");
        }
    }

    [Test]
    public void AFrameCutAtAnyByteIsPassedOverAndTheNextIsFound()
    {
        byte[] whole = Make(1, "{\"first\":\"F5 D7\"}");
        for (int cut = 1; cut < whole.Length; cut++)
        {
            var receiver = new SerialReceiver();
            List<string> found = [.. Feed(whole[..cut], 50, receiver)];
            found.AddRange(Feed([.. Make(2, "two"), .. Make(3, "three")], 50, receiver, 100));
            long lateMs = 100 + SerialReceiver.GapMs;
            found.AddRange(Drain(receiver, lateMs));
            Assert.That(found.Where(one => one != "garbled"), Is.EqualTo(new[] { "2:two", "3:three" }), $"cut at {cut}");
        }
    }

    [TestCase(SerialReceiver.GapMs - 1, SerialReceiver.Nothing)]
    [TestCase(SerialReceiver.GapMs, SerialReceiver.Garbled)]
    public void ATornFrameIsGivenUpInTime(int afterMs, int expected)
    {
        byte[] whole = Make(1, "{}");
        _receiver.Add(whole, whole.Length - 1, 1000);
        Assert.That(_receiver.Next(1000), Is.EqualTo(SerialReceiver.Nothing));

        Assert.That(_receiver.Next(1000 + afterMs), Is.EqualTo(expected));
    }

    [Test]
    public void EveryFlippedBitIsNoticed()
    {
        byte[] good = Make(9, "{\"deviceId\":\"pump-7\"}");
        for (int bit = 0; bit < good.Length * 8; bit++)
        {
            byte[] bad = [.. good];
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            var receiver = new SerialReceiver();
            string[] found = [.. Feed([.. bad, .. Make(10, "next")], 20, receiver), .. Drain(receiver, 10_000)];
            Assert.That(found.Where(one => one != "garbled"), Is.EqualTo(new[] { "10:next" }), $"bit {bit}");
        }
    }

    [Test]
    public void AFrameInsideAGarbledOneIsFound()
    {
        byte[] inner = Make(5, "inner");
        byte[] outer = new byte[SerialFrame.MaximumLength];
        SerialFrame.Write(outer, SerialFrame.Request, 4, 1, inner, inner.Length);
        outer[SerialFrame.HeaderLength + inner.Length] ^= 1;

        Assert.That(Feed(outer[..(SerialFrame.HeaderLength + inner.Length + 2)], 100), Is.EqualTo(new[] { "garbled", "5:inner" }));
    }

    [Test]
    public void AnotherVersionIsTold()
    {
        byte[] frame = Make(1, "");
        frame[2] = 2;
        int crc = SerialFrame.Crc16(frame, 2, frame.Length - 4);
        (frame[^2], frame[^1]) = ((byte)crc, (byte)(crc >> 8));

        _receiver.Add(frame, frame.Length, 0);
        Assert.That(_receiver.Next(0), Is.EqualTo(SerialReceiver.OtherVersion));
    }

    [Test]
    public void NoiseIsNoFrameAndLeavesRoom()
    {
        var random = new Random(5);
        byte[] noise = new byte[100];
        for (int round = 0; round < 3000; round++)
        {
            random.NextBytes(noise);
            int count = Math.Min(noise.Length, _receiver.Room);
            Assert.That(count, Is.GreaterThan(0));
            _receiver.Add(noise, count, round);
            while (true)
            {
                int found = _receiver.Next(round);
                Assert.That(found, Is.Not.EqualTo(SerialReceiver.Frame));
                if (found == SerialReceiver.Nothing)
                {
                    break;
                }
            }
        }
    }

    [Test]
    public void ALineOfTextNeverHoldsTheMarker()
    {
        string signs = string.Concat(Enumerable.Range(0, 0x110000).Where(code => code is < 0xD800 or > 0xDFFF).Select(char.ConvertFromUtf32));

        Assert.That(Array.IndexOf(Encoding.UTF8.GetBytes(signs), (byte)SerialFrame.Marker1), Is.EqualTo(-1));
    }

    internal static byte[] Make(int number, string payload, int command = 2)
    {
        byte[] target = new byte[SerialFrame.MaximumLength];
        byte[] bytes = Encoding.UTF8.GetBytes(payload);
        return target[..SerialFrame.Write(target, SerialFrame.Request, number, command, bytes, bytes.Length)];
    }

    private string[] Feed(byte[] stream, int piece) => Feed(stream, piece, _receiver);

    private static string[] Feed(byte[] stream, int piece, SerialReceiver receiver, long nowMs = 0)
    {
        var found = new List<string>();
        for (int at = 0; at < stream.Length;)
        {
            int count = Math.Min(Math.Min(piece, stream.Length - at), receiver.Room);
            receiver.Add(stream[at..(at + count)], count, nowMs);
            at += count;
            found.AddRange(Drain(receiver, nowMs));
        }

        return [.. found];
    }

    private static List<string> Drain(SerialReceiver receiver, long nowMs)
    {
        var found = new List<string>();
        for (int what = receiver.Next(nowMs); what != SerialReceiver.Nothing; what = receiver.Next(nowMs))
        {
            found.Add(what == SerialReceiver.Frame
                ? receiver.Number + ":" + Encoding.UTF8.GetString(receiver.Buffer, SerialFrame.HeaderLength, receiver.PayloadLength)
                : "garbled");
        }

        return found;
    }
}
