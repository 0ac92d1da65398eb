using System.Text;
using DeviceTwin.Provisioning.Dialogue;
using DeviceTwin.SensorNode.Provisioning;
using FsCheck;
using FsCheck.Fluent;

namespace DeviceTwin.Tests.Provisioning.Dialogue;

/// <summary>A line's bytes are taken apart the same way however they come.</summary>
public sealed class LineReaderTests
{
    [Test]
    public void TextAndFramesAreToldApart()
    {
        (List<string> lines, List<LineEvent> events, LineReader reader) = Read([.. "DT10 running\r\n"u8, .. Frame(7, """{"status":0}"""), .. "DT13 wai"u8, .. Frame(8, ""), .. "ting\n\n"u8]);

        Assert.That(lines, Is.EqualTo(new[] { "DT10 running", "DT13 waiting" }));
        Assert.That(events.Select(next => (next.What, next.Kind, next.Number, next.Command)), Is.EqualTo(new[]
        {
            (LineEventKind.Frame, SerialFrame.Response, 7, SerialCommand.Status), (LineEventKind.Frame, SerialFrame.Response, 8, SerialCommand.Status),
        }));
        Assert.That(reader.Outside, Is.EqualTo(14 + 14));
    }

    [Test]
    public void ATornFrameIsGivenUpAfterHalfASecondAndWhatIsBehindItFound()
    {
        List<string> lines = [];
        var reader = new LineReader(line => lines.Add(line.Text));
        reader.Feed(Frame(7, """{"status":0}""")[..10], 0);
        reader.Pass(499);
        Assert.That((reader.IsInFrame, reader.TryTake(out _)), Is.EqualTo((true, false)));
        reader.Pass(500);
        Assert.That((reader.IsInFrame, reader.TryTake(out LineEvent torn), torn.What), Is.EqualTo((false, true, LineEventKind.Garbled)));
        reader.Feed(Frame(8, ""), 501);
        Assert.That((reader.TryTake(out LineEvent whole), whole.Number), Is.EqualTo((true, 8)));
    }

    [Test]
    public void ALineWithoutAnEndIsCut()
    {
        (List<string> lines, _, _) = Read([.. Encoding.ASCII.GetBytes(new string('x', 10_000)), (byte)'\n']);

        Assert.That(lines.Single(), Has.Length.EqualTo(LineReader.LongestLine));
    }

    [Test]
    public void WhatIsNoTextIsShownAsDots()
    {
        (List<string> lines, _, _) = Read([(byte)'a', 0x00, 0x1B, 0x7F, 0x80, 0xFF, (byte)'b', (byte)'\n']);

        Assert.That(lines.Single(), Is.EqualTo("a.....b"));
    }

    [TestCase("no json")]
    [TestCase("[1]")]
    [TestCase("""{"status":"zero"}""")]
    [TestCase("{}")]
    public void AnAnswerWithoutAStatusIsMalformed(string payload)
    {
        (_, List<LineEvent> events, _) = Read(Frame(7, payload));

        Assert.That(Answer.Of(events.Single().Payload).Status, Is.EqualTo(SerialStatus.Malformed));
    }

    [FsCheck.NUnit.Property(MaxTest = 200)]
    public Property WhateverComesInWhateverPiecesIsTheSame() => Prop.ForAll(Bytes().ToArbitrary(), Gen.Choose(1, 50).ToArbitrary(), (bytes, piece) =>
    {
        (List<string> lines, List<LineEvent> events, _) = Read(bytes);
        (List<string> otherLines, List<LineEvent> otherEvents, _) = Read(bytes, piece);
        return lines.SequenceEqual(otherLines) && events.Select(Shape).SequenceEqual(otherEvents.Select(Shape));
    });

    [FsCheck.NUnit.Property(MaxTest = 200)]
    public Property AFrameBehindWhateverTextIsFound() => Prop.ForAll(
        Gen.ArrayOf(Gen.Choose(0, 0xF4).Select(value => (byte)value)).ToArbitrary(), Gen.Choose(1, 255).ToArbitrary(), (text, number) =>
        {
            (_, List<LineEvent> events, _) = Read([.. text, .. Frame(number, """{"status":0}""")]);
            return events.Count == 1 && events[0].Number == number && Answer.Of(events[0].Payload).Status == 0;
        });

    [FsCheck.NUnit.Property(MaxTest = 200)]
    public Property AFrameBehindWhateverNoiseIsFoundOnceThatIsGivenUp() => Prop.ForAll(Bytes().ToArbitrary(), Gen.Choose(1, 255).ToArbitrary(), (noise, number) =>
    {
        List<LineEvent> events = [];
        var reader = new LineReader(_ => { });
        reader.Feed(noise, 0);
        for (long nowMs = 500; nowMs < 200_000; nowMs += 500)
        {
            reader.Pass(nowMs);
        }

        reader.Feed(Frame(number, """{"status":0}"""), 200_000);
        while (reader.TryTake(out LineEvent next))
        {
            events.Add(next);
        }

        return events[^1].What == LineEventKind.Frame && events[^1].Number == number;
    });

    // Noise that looks like frames: markers, lengths, torn and whole ones.
    private static Gen<byte[]> Bytes() => Gen.ArrayOf(Gen.OneOf(
        Gen.Choose(0, 255).Select(value => new[] { (byte)value }),
        Gen.Constant(new byte[] { 0xF5, 0xD7 }),
        Gen.Constant(Frame(3, """{"status":0}""")),
        Gen.Choose(1, 20).Select(count => Frame(4, """{"status":0}""")[..count]),
        Gen.Constant("DT10 running\r\n"u8.ToArray()))).Select(parts => parts.SelectMany(part => part).ToArray());

    private static (LineEventKind What, int Kind, int Number, int Command) Shape(LineEvent next) => (next.What, next.Kind, next.Number, next.Command);

    private static (List<string> Lines, List<LineEvent> Events, LineReader Reader) Read(byte[] bytes, int piece = int.MaxValue)
    {
        List<string> lines = [];
        List<LineEvent> events = [];
        var reader = new LineReader(line => lines.Add(line.Text));
        for (int at = 0; at < bytes.Length; at += Math.Min(piece, bytes.Length - at))
        {
            reader.Feed(bytes.AsSpan(at, Math.Min(piece, bytes.Length - at)), 0);
        }

        while (reader.TryTake(out LineEvent next))
        {
            events.Add(next);
        }

        return (lines, events, reader);
    }

    private static byte[] Frame(int number, string payload)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(payload);
        byte[] frame = new byte[SerialFrame.MaximumLength];
        return frame[..SerialFrame.Write(frame, SerialFrame.Response, number, SerialCommand.Status, bytes, bytes.Length)];
    }
}
