using System.Text;
using System.Text.Json;
using DeviceTwin.SensorNode.Provisioning;

namespace DeviceTwin.Provisioning.Dialogue;

/// <summary>
/// Takes a line's bytes apart: frames, as the firmware's own receiver finds them, and between them the text that the node prints. Pure: bytes and times in, frames and
/// lines out.
/// </summary>
/// <param name="say">Hears of each line of text.</param>
internal sealed class LineReader(Action<ConsoleLine> say)
{
    /// <summary>A line longer than this is cut.</summary>
    public const int LongestLine = 400;

    private readonly SerialReceiver _receiver = new();
    private readonly byte[] _one = new byte[1];
    private readonly StringBuilder _text = new();
    private readonly Queue<LineEvent> _events = new();

    /// <summary>Bytes outside frames so far: text and noise.</summary>
    public int Outside { get; private set; }

    /// <summary>Bytes among them that no text has: noise, or what is left of a frame whose beginning got lost.</summary>
    public int Noise { get; private set; }

    /// <summary>Whether a frame has begun whose rest is missing.</summary>
    public bool IsInFrame => _receiver.Room < SerialFrame.MaximumLength;

    /// <summary>Takes the next event.</summary>
    public bool TryTake(out LineEvent next) => _events.TryDequeue(out next);

    /// <summary>Takes bytes that arrived.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="nowMs">Monotonic time in milliseconds.</param>
    public void Feed(ReadOnlySpan<byte> bytes, long nowMs)
    {
        Pass(nowMs);
        foreach (byte next in bytes)
        {
            if (next != SerialFrame.Marker1 && !IsInFrame)
            {
                TakeText(next);
                continue;
            }

            _one[0] = next;
            _receiver.Add(_one, 1, nowMs);
            TakeFrames(nowMs);
        }
    }

    /// <summary>Lets time pass: a frame whose rest does not come is given up.</summary>
    /// <param name="nowMs">Monotonic time in milliseconds.</param>
    public void Pass(long nowMs)
    {
        if (IsInFrame)
        {
            TakeFrames(nowMs);
        }
    }

    private void TakeFrames(long nowMs)
    {
        int skipped = _receiver.Skipped;
        while (_receiver.Next(nowMs) is var found and not SerialReceiver.Nothing)
        {
            _events.Enqueue(found switch
            {
                SerialReceiver.Frame => new LineEvent(LineEventKind.Frame, _receiver.Kind, _receiver.Number, _receiver.Command, Payload()),
                SerialReceiver.OtherVersion => new LineEvent(LineEventKind.OtherVersion, _receiver.Buffer[2]),
                _ => new LineEvent(LineEventKind.Garbled),
            });
        }

        Outside += _receiver.Skipped - skipped;
    }

    private JsonElement Payload()
    {
        if (_receiver.PayloadLength == 0)
        {
            return JsonElement.Parse("{}");
        }

        try
        {
            JsonElement payload = JsonElement.Parse(_receiver.Buffer.AsSpan(SerialFrame.HeaderLength, _receiver.PayloadLength));
            return payload.ValueKind == JsonValueKind.Object ? payload : default;
        }
        catch (JsonException)
        {
            return default;
        }
    }

    private void TakeText(byte next)
    {
        Outside++;
        Noise += next is >= 0x20 and < 0x7F or (byte)'\n' or (byte)'\r' or (byte)'\t' ? 0 : 1;
        if (next is (byte)'\n' or (byte)'\r')
        {
            if (_text.Length > 0)
            {
                string line = _text.ToString();
                _text.Clear();
                say(new ConsoleLine(line));
            }
        }
        else if (_text.Length < LongestLine)
        {
            _text.Append(next is >= 0x20 and < 0x7F ? (char)next : '.');
        }
    }
}
