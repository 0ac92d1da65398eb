using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using DeviceTwin.Storage.Waveforms;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Waveforms;

/// <summary>A waveform in the forms that other programs read. Pure; what <c>dtwin verify</c> reads of WAV and CSV has the waveform's own hash.</summary>
internal static class WaveformFormats
{
    private const int FormatChunk = 16;

    /// <summary>
    /// 16 bit PCM, one channel per axis. WAV has whole hertz: the exact rate, the scale and where it comes from stand in a comment (<c>LIST</c>,
    /// <c>ICMT</c>) before the samples.
    /// </summary>
    public static byte[] Wav(WaveformHead head, ReadOnlySpan<byte> content)
    {
        var comment = Encoding.ASCII.GetBytes(Comment(head));

        // Texts end in a zero, and chunks begin at even places.
        var text = comment.Length + 1 + ((comment.Length + 1) & 1);
        var list = 4 + 8 + text;
        var header = 12 + 8 + FormatChunk + 8 + list + 8;
        var wav = new byte[header + content.Length];
        var channels = (ushort)head.Facts.AxisNames.Count;
        var rate = (uint)Math.Max(1, (head.Facts.RateMilliHertz + 500L) / 1000);
        var at = 0;
        Name("RIFF");
        Number((uint)(wav.Length - 8));
        Name("WAVE");
        Name("fmt ");
        Number(FormatChunk);
        Short(1);
        Short(channels);
        Number(rate);
        Number(rate * channels * 2);
        Short((ushort)(channels * 2));
        Short(16);
        Name("LIST");
        Number((uint)list);
        Name("INFO");
        Name("ICMT");
        Number((uint)(comment.Length + 1));
        comment.CopyTo(wav, at);
        at += text;
        Name("data");
        Number((uint)content.Length);
        content.CopyTo(wav.AsSpan(at));
        return wav;

        void Name(string fourLetters) => at += Encoding.ASCII.GetBytes(fourLetters, wav.AsSpan(at));

        void Number(uint value)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(wav.AsSpan(at), value);
            at += 4;
        }

        void Short(ushort value)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(wav.AsSpan(at), value);
            at += 2;
        }
    }

    /// <summary>One column of counts per axis under a heading.</summary>
    public static ReadOnlyMemory<byte> Csv(WaveformHead head, ReadOnlySpan<byte> content)
    {
        var axes = head.Facts.AxisNames.Count;
        var csv = new ArrayBufferWriter<byte>(content.Length * 3);
        csv.Write(Encoding.ASCII.GetBytes(head.Facts.Axes + "\n"));
        for (var index = 0; index < content.Length / 2; index++)
        {
            var place = csv.GetSpan(8);
            Utf8Formatter.TryFormat(Count(content, index), place, out var written);
            place[written] = (index + 1) % axes == 0 ? (byte)'\n' : (byte)',';
            csv.Advance(written + 1);
        }

        return csv.WrittenMemory;
    }

    /// <summary>The facts, and the counts by axis.</summary>
    public static ReadOnlyMemory<byte> JsonText(StoredWaveform waveform, ReadOnlySpan<byte> content)
    {
        var buffer = new ArrayBufferWriter<byte>(content.Length * 3);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        foreach (var (name, value) in Facts(waveform, isKept: null))
        {
            json.WritePropertyName(name);
            if (value is null)
            {
                json.WriteNullValue();
            }
            else
            {
                value.WriteTo(json);
            }
        }

        json.WriteStartObject("samples");
        var axes = waveform.Head.Facts.AxisNames;
        for (var axis = 0; axis < axes.Count; axis++)
        {
            json.WriteStartArray(axes[axis]);
            for (var index = axis; index < content.Length / 2; index += axes.Count)
            {
                json.WriteNumberValue(Count(content, index));
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    /// <summary>A waveform without its samples.</summary>
    /// <param name="isKept">Whether an alarm keeps it; null = not said.</param>
    public static System.Text.Json.Nodes.JsonObject Facts(StoredWaveform waveform, bool? isKept)
    {
        var (head, facts, capture) = (waveform.Head, waveform.Head.Facts, waveform.Head.Capture);
        var json = new System.Text.Json.Nodes.JsonObject
        {
            ["sha256"] = head.Sha256,
            ["deviceId"] = head.DeviceId,
            ["receivedAt"] = Json.Timestamp(waveform.ReceivedAt),
            ["takenAt"] = capture.TakenAt is { } at ? Json.Timestamp(at) : null,
            ["bootId"] = capture.BootId,
            ["capture"] = capture.Capture,
            ["axis"] = facts.Axes,
            ["frames"] = facts.Frames,
            ["rateMilliHertz"] = facts.RateMilliHertz,
            ["nanoGPerCount"] = facts.NanoGPerCount == 0 ? null : facts.NanoGPerCount,
            ["coveragePermille"] = capture.CoveragePermille,
            ["saturatedCount"] = capture.SaturatedCount,
            ["overrun"] = capture.Overrun,
            ["bytes"] = facts.Length,
            ["storedBytes"] = waveform.StoredBytes,
            ["damaged"] = waveform.Damaged,
        };
        if (isKept is { } kept)
        {
            json["keptByAlarm"] = kept;
        }

        return json;
    }

    private static string Comment(WaveformHead head)
    {
        var scale = head.Facts.NanoGPerCount == 0 ? "unit not known" : $"{head.Facts.NanoGPerCount} nano-g per count";
        var capture = head.Capture.Capture is { } number ? $"; capture {number}{(head.Capture.BootId is { } boot ? $" of boot {boot}" : "")}" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"rate {head.Facts.RateMilliHertz / 1000}.{head.Facts.RateMilliHertz % 1000:000} Hz; {scale}; axis {head.Facts.Axes}; device {head.DeviceId}{capture}; sha256 {head.Sha256}");
    }

    private static short Count(ReadOnlySpan<byte> content, int index) => BinaryPrimitives.ReadInt16LittleEndian(content[(index * 2)..]);
}
