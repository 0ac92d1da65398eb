using System.Text.Json;
using DeviceTwin.Provisioning.Serial;
using DeviceTwin.SensorNode.Provisioning;

namespace DeviceTwin.Provisioning.Dialogue;

/// <summary>Requests and their answers over a stream: numbers, repetitions, time-outs, <c>busy</c>. Knows no command but by its number.</summary>
internal sealed class DialogueLine
{
    // What is garbled once is often garbled for a while, and a node tells of each piece that it found.
    private static readonly TimeSpan GarbledPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Gap = TimeSpan.FromMilliseconds(SerialReceiver.GapMs);

    // A timer takes no more than some weeks.
    private static readonly TimeSpan LongestRead = TimeSpan.FromHours(1);

    private readonly Stream _stream;
    private readonly TimeProvider _time;
    private readonly DialogueOptions _options;
    private readonly LineReader _reader;
    private readonly byte[] _buffer = new byte[4096];
    private readonly byte[] _frame = new byte[SerialFrame.MaximumLength];
    private readonly long _start;
    private int _number;
    private int _garbled;
    private bool _isHeard;

    /// <param name="stream">The line.</param>
    /// <param name="time">For time-outs.</param>
    /// <param name="options">How patient it is.</param>
    /// <param name="say">Hears of each line of text.</param>
    /// <param name="firstNumber">Number of the first request, 1 to 255.</param>
    public DialogueLine(Stream stream, TimeProvider time, DialogueOptions options, Action<ConsoleLine> say, int firstNumber)
    {
        _stream = stream;
        _time = time;
        _options = options;
        _reader = new LineReader(say);
        _start = time.GetTimestamp();
        _number = firstNumber - 1;
    }

    /// <summary>How often the line was heard to be disturbed: garbled frames of either side, and bytes of noise.</summary>
    public int Disturbances => _garbled + _reader.Noise;

    /// <summary>Asks, and again under another number while the node is busy.</summary>
    /// <param name="command">A number of <see cref="SerialCommand"/>.</param>
    /// <param name="payload">At most 220 bytes.</param>
    /// <param name="isMeasurement">Whether the node may say nothing for three seconds.</param>
    /// <param name="progress">Hears of progress frames.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>The answer, whatever its status but <c>busy</c>.</returns>
    public async Task<Answer> AskAsync(int command, ReadOnlyMemory<byte> payload, bool isMeasurement, Action<JsonElement>? progress, CancellationToken cancellation)
    {
        long busySince = -1;
        while (true)
        {
            Answer answer = await ExchangeAsync(command, payload, isMeasurement, progress, cancellation).ConfigureAwait(false);
            if (answer.Status != SerialStatus.Busy)
            {
                return answer;
            }

            busySince = busySince < 0 ? _time.GetTimestamp() : busySince;
            if (_time.GetElapsedTime(busySince) >= _options.BusyPatience)
            {
                throw answer.Refusal(command);
            }

            await PassAsync(_options.BusyPause, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Listens for a while: lines are said, frames passed over.</summary>
    /// <param name="duration">How long.</param>
    /// <param name="cancellation">Ends it sooner.</param>
    /// <param name="until">Ends it sooner, too; asked after everything that arrives.</param>
    public async Task PassAsync(TimeSpan duration, CancellationToken cancellation, Func<bool>? until = null)
    {
        long start = _time.GetTimestamp();
        while (until?.Invoke() != true)
        {
            TimeSpan left = duration - _time.GetElapsedTime(start);
            if (left <= TimeSpan.Zero)
            {
                return;
            }

            await ReadAsync(left < LongestRead ? left : LongestRead, cancellation).ConfigureAwait(false);
            while (_reader.TryTake(out _))
            {
                // Nobody asked.
            }
        }
    }

    private async Task<Answer> ExchangeAsync(
        int command, ReadOnlyMemory<byte> payload, bool isMeasurement, Action<JsonElement>? progress, CancellationToken cancellation)
    {
        _number = (_number % 255) + 1;
        byte[] bytes = payload.ToArray();
        int length = SerialFrame.Write(_frame, SerialFrame.Request, _number, command, bytes, bytes.Length);
        Array.Clear(bytes);
        TimeSpan within = isMeasurement ? _options.MeasurementAnswerWithin : _options.AnswerWithin;
        int silences = 0;
        int garbles = 0;
        int outside = _reader.Outside;
        for (int attempt = 1; ; attempt++)
        {
            await _stream.WriteAsync(_frame.AsMemory(0, length), cancellation).ConfigureAwait(false);
            await _stream.FlushAsync(cancellation).ConfigureAwait(false);
            long sent = _time.GetTimestamp();
            TimeSpan wait = within;
            bool isGarbled = false;
            while (await NextAsync(sent, wait, cancellation).ConfigureAwait(false) is { } next)
            {
                if (next.What == LineEventKind.OtherVersion)
                {
                    throw new DialogueException(command, SerialStatus.OtherVersion) { NodesVersion = next.Kind };
                }

                bool isResponse = next.What == LineEventKind.Frame && next.Kind == SerialFrame.Response;
                if (next.What == LineEventKind.Garbled || (isResponse && next.Number == 0))
                {
                    // Sent again soon, but not before the line is quiet.
                    _garbled++;
                    isGarbled = true;
                    TimeSpan elapsed = _time.GetElapsedTime(sent);
                    wait = elapsed + GarbledPause < wait ? elapsed + GarbledPause : wait;
                }
                else if (next.What == LineEventKind.Frame && next.Number == _number && next.Command == command)
                {
                    _isHeard = true;
                    if (isResponse)
                    {
                        return Answer.Of(next.Payload) with { IsRepeated = attempt > 1 };
                    }

                    // It is at it.
                    silences = 0;
                    garbles = 0;
                    isGarbled = false;
                    sent = _time.GetTimestamp();
                    wait = within;
                    if (next.Kind == SerialFrame.Progress && next.Payload.ValueKind == JsonValueKind.Object)
                    {
                        progress?.Invoke(next.Payload);
                    }
                }
            }

            garbles += isGarbled ? 1 : 0;
            silences = isGarbled ? 0 : silences + 1;
            if (silences >= (_isHeard ? _options.AttemptsOnceHeard : _options.Attempts))
            {
                throw new BoardSilentException(command, _reader.Outside - outside);
            }

            if (garbles >= _options.GarbledAttempts)
            {
                throw new DialogueException(command, SerialStatus.Garbled);
            }
        }
    }

    // The next event before a time is over, or null.
    private async Task<LineEvent?> NextAsync(long since, TimeSpan within, CancellationToken cancellation)
    {
        while (true)
        {
            if (_reader.TryTake(out LineEvent next))
            {
                return next;
            }

            TimeSpan left = within - _time.GetElapsedTime(since);
            if (left <= TimeSpan.Zero)
            {
                return null;
            }

            // A torn frame is given up as soon as its rest is overdue.
            await ReadAsync(_reader.IsInFrame && Gap < left ? Gap : left, cancellation).ConfigureAwait(false);
        }
    }

    private async Task ReadAsync(TimeSpan within, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using CancellationTokenSource over = new(within, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, over.Token);
        int count;
        try
        {
            count = await _stream.ReadAsync(_buffer, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested && over.IsCancellationRequested)
        {
            _reader.Pass(NowMs());
            return;
        }

        if (count == 0)
        {
            throw new SerialPortException(SerialFault.Vanished, "", "The line to the board has ended.", "Plug the cable in again and start anew.");
        }

        _reader.Feed(_buffer.AsSpan(0, count), NowMs());
    }

    private long NowMs() => (long)_time.GetElapsedTime(_start).TotalMilliseconds;
}
