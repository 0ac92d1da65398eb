using System;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Signal;
using DeviceTwin.SensorNode.Twin.Json;

namespace DeviceTwin.SensorNode.Link;

/// <summary>
/// Brings the waveform on the shelf to the hub: hashes it, asks the hub how far it has come, sends compressed pieces from there on, and asks again. Its messages leave only
/// when no others wait. After a lost connection it asks and goes on. A stepped room of the talk loop: a step is a thousandth of the work or so.
/// </summary>
public sealed class WaveformUpload
{
    /// <summary>Samples of a piece.</summary>
    public const int PieceSamples = 2048;

    /// <summary>Samples of a piece on a board with little memory.</summary>
    public const int SmallPieceSamples = 512;

    /// <summary>Samples that a step hashes.</summary>
    public const int HashSamples = 512;

    /// <summary>Longest wait for an answer, and the wait after a message that the hub did not confirm.</summary>
    public const int PatienceMs = 30000;

    /// <summary>How often in a row the hub may leave a message without confirmation or a question without answer before the waveform is given up.</summary>
    public const int Attempts = 5;

    private const int Idle = 0;
    private const int Hashing = 1;
    private const int Asking = 2;
    private const int Waiting = 3;
    private const int Encoding = 4;
    private const int Sending = 5;

    private readonly WaveformShelf _shelf;
    private readonly int _pieceSamples;

    // What one waveform needs, made with its first step: samples as bytes to be hashed, later the code of a piece.
    private Sha256 _sha256;
    private RiceEncoder _encoder;
    private byte[] _bytes;
    private Waveform _waveform;
    private string _name;
    private string _requestId;
    private string _facts;
    private TelemetryMessage _message;
    private int _state;
    private int _requests;
    private int _attempts;
    private int _discards;
    private int _hashed;
    private int _next;
    private int _count;
    private long _nowMs;
    private long _waitUntilMs;

    public WaveformUpload(WaveformShelf shelf)
        : this(shelf, PieceSamples)
    {
    }

    /// <param name="pieceSamples">Samples of a piece, at least <see cref="HashSamples"/>: its code has about two bytes for each, and a piece is held twice.</param>
    public WaveformUpload(WaveformShelf shelf, int pieceSamples)
    {
        _shelf = shelf;
        _pieceSamples = pieceSamples;
    }

    /// <summary>Waveforms that the hub has.</summary>
    public int Completed { get; private set; }

    /// <summary>Waveforms that the hub would not have.</summary>
    public int Refused { get; private set; }

    /// <summary>Compressed bytes that the hub confirmed.</summary>
    public int BytesConfirmed { get; private set; }

    /// <summary>Does a piece of the work.</summary>
    /// <param name="isOnline">Whether the hub takes messages.</param>
    /// <returns>Whether more of it could be done at once.</returns>
    public bool Step(long nowMs, bool isOnline)
    {
        _nowMs = nowMs;
        Waveform waveform = _shelf.Look();
        if (waveform != _waveform)
        {
            Begin(waveform);
        }

        switch (_state)
        {
            case Hashing:
                Hash();
                return true;
            case Asking:
                if (isOnline && nowMs >= _waitUntilMs && _message == null)
                {
                    Ask();
                }

                return false;
            case Waiting:
                if (nowMs >= _waitUntilMs)
                {
                    Retry(0);
                }

                return false;
            case Encoding:
                return _message == null && Encode();
            default:
                return false;
        }
    }

    /// <summary>The message to send, or null.</summary>
    public TelemetryMessage Peek()
    {
        return _message;
    }

    /// <summary>The hub has a message of <see cref="Peek"/>.</summary>
    public void Confirm(TelemetryMessage message)
    {
        if (message != _message)
        {
            // Of a waveform that is not on the shelf any more.
            return;
        }

        int length = message.Payload.Length;
        _message = null;
        if (length == 0)
        {
            if (_state == Asking)
            {
                _state = Waiting;
                _waitUntilMs = _nowMs + PatienceMs;
            }

            return;
        }

        if (_state == Sending)
        {
            BytesConfirmed += length;
            _attempts = 0;
            Proceed(_next + _count);
        }
    }

    /// <summary>The hub does not confirm the message: after a while it is asked how far it is.</summary>
    public void PutBack(TelemetryMessage message)
    {
        if (message != _message)
        {
            return;
        }

        _message = null;
        if (_state >= Asking)
        {
            Retry(PatienceMs);
        }
    }

    /// <summary>The connection is gone: on the next one the hub is asked how far it is.</summary>
    public void Interrupted()
    {
        _message = null;
        if (_state >= Asking)
        {
            _state = Asking;
            _waitUntilMs = _nowMs;
        }
    }

    /// <summary>Whether a message is the answer to the question asked last.</summary>
    public bool IsAnswer(string topic)
    {
        return _requestId != null && HubDialect.IsAnswerTo(topic, _requestId);
    }

    /// <summary>The hub says how far it is.</summary>
    public void Answered(int status, byte[] body)
    {
        _requestId = null;
        if (_state != Asking && _state != Waiting)
        {
            return;
        }

        if (status != 200)
        {
            Retry(PatienceMs);
        }
        else if (Has(body, "\"state\":\"complete\"") || Has(body, "\"state\":\"verifying\""))
        {
            Completed++;
            End();
        }
        else if (Has(body, "\"state\":\"discarded\""))
        {
            _discards++;
            if (_discards > 1 || !Has(body, "\"reason\":\"hashDiffers\""))
            {
                Refused++;
                End();
            }
            else
            {
                Proceed(0);
            }
        }
        else
        {
            int next = Has(body, "\"state\":\"absent\"") ? 0 : NumberBehind(body, "\"next\":") >> 1;
            Proceed(next);
        }
    }

    private void Begin(Waveform waveform)
    {
        _waveform = waveform;
        _state = waveform == null ? Idle : Hashing;
        _message = null;
        _requestId = null;
        _hashed = 0;
        _attempts = 0;
        _discards = 0;
        _encoder = null;
        _sha256 = waveform == null ? null : new Sha256();
        _bytes = waveform == null ? null : new byte[RiceEncoder.MostBytes(_pieceSamples)];
    }

    private void End()
    {
        Waveform waveform = _waveform;
        Begin(null);
        _shelf.Clear(waveform);
    }

    private void Hash()
    {
        int count = _waveform.Count - _hashed;
        count = count < HashSamples ? count : HashSamples;
        for (int index = 0; index < count; index++)
        {
            int sample = _waveform.Samples[_hashed + index];
            _bytes[index << 1] = (byte)sample;
            _bytes[(index << 1) + 1] = (byte)(sample >> 8);
        }

        _sha256.Add(_bytes, 0, count << 1);
        _hashed += count;
        if (_hashed < _waveform.Count)
        {
            return;
        }

        _name = Sha256.Hex(_sha256.Finish(), 32);
        _sha256 = null;
        _facts = "&length=" + Digits.Text(_waveform.Count << 1)
            + "&axis=z&rate=" + Digits.Text(_waveform.SampleRateMilliHertz)
            + "&scale=" + Digits.Text(_waveform.NanoGPerCount)
            + "&capture=" + Digits.Text(_waveform.Capture)
            + "&bootId=" + PercentCode.Encode(_waveform.BootId)
            + "&at=" + Digits.Text(_waveform.StartUtcMs)
            + "&coverage=" + Digits.Text(_waveform.CoveragePermille)
            + "&saturated=" + Digits.Text(_waveform.SaturatedCount)
            + "&overrun=" + (_waveform.Overrun ? "1" : "0");
        _state = Asking;
        _waitUntilMs = _nowMs;
    }

    private void Ask()
    {
        _requests++;
        _requestId = "w" + Digits.Text(_requests);
        _message = new TelemetryMessage("kind=waveform&sha256=" + _name + "&rid=" + _requestId, new byte[0]);
    }

    private void Retry(int waitMs)
    {
        _attempts++;
        if (_attempts >= Attempts)
        {
            // A hub that knows nothing of waveforms confirms all and answers nothing.
            Refused++;
            End();
            return;
        }

        _message = null;
        _state = Asking;
        _waitUntilMs = _nowMs + waitMs;
    }

    // On from a sample; at the end the hub is asked what it makes of the whole.
    private void Proceed(int next)
    {
        if (next >= _waveform.Count)
        {
            _state = Asking;
            _waitUntilMs = _nowMs;
            return;
        }

        if (_encoder == null)
        {
            _encoder = new RiceEncoder();
        }

        _next = next < 0 ? 0 : next;
        int count = _waveform.Count - _next;
        _count = count < _pieceSamples ? count : _pieceSamples;
        _encoder.Start(_waveform.Samples, _next, _count, 1, _bytes);
        _state = Encoding;
    }

    private bool Encode()
    {
        int length = _encoder.Step();
        if (length < 0)
        {
            return true;
        }

        byte[] code = new byte[length];
        Array.Copy(_bytes, 0, code, 0, length);
        _message = new TelemetryMessage(
            "kind=waveform&sha256=" + _name + "&offset=" + Digits.Text(_next << 1) + "&size=" + Digits.Text(_count << 1) + "&format=rice1" + _facts,
            code);
        _state = Sending;
        return false;
    }

    private static bool Has(byte[] body, string text)
    {
        return Find(body, text) >= 0;
    }

    private static int NumberBehind(byte[] body, string text)
    {
        int at = Find(body, text);
        int value = 0;
        for (at += text.Length; at >= text.Length && at < body.Length && body[at] >= '0' && body[at] <= '9' && value < 100000000; at++)
        {
            value = (value * 10) + (body[at] - '0');
        }

        return value;
    }

    // Where a text of ASCII begins, -1 where it does not occur. The answer is short and the hub writes it without spaces.
    private static int Find(byte[] body, string text)
    {
        for (int start = 0; start + text.Length <= body.Length; start++)
        {
            int index = 0;
            while (index < text.Length && body[start + index] == text[index])
            {
                index++;
            }

            if (index == text.Length)
            {
                return start;
            }
        }

        return -1;
    }
}
