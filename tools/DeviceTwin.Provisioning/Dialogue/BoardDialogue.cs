using System.Buffers;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using DeviceTwin.SensorNode.Provisioning;
using DeviceTwin.SensorNode.Supervision;

namespace DeviceTwin.Provisioning.Dialogue;

/// <summary>
/// The tool's side of the provisioning protocol (<c>firmware/PROVISIONING.md</c>) over an open port, or over any stream with a board at its other end. One request
/// is under way at a time: no two members may run at once. It reads only while a member runs; <see cref="ListenAsync"/> is for the time between.
/// </summary>
/// <remarks>
/// Every member throws <see cref="DialogueException"/> where the node answers with anything but <c>ok</c>, <see cref="BoardSilentException"/> where it does not answer,
/// <see cref="Serial.SerialPortException"/> where the port is gone, and <see cref="OperationCanceledException"/> where it is cancelled: a measurement then ends on the
/// node, too. After the first three the same object may be used on.
/// </remarks>
public sealed class BoardDialogue
{
    private const int PieceBytes = 200;
    private const int PieceHeader = 3;

    // A node that sends the tool back again and again is not going to take the text.
    private const int MostCorrections = 8;
    private const int MostRestartsOfAText = 2;

    // What came in many frames and not whole is asked for again.
    private const int MostRepetitions = 5;
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly DialogueLine _line;
    private readonly TimeProvider _time;
    private readonly Random _chance;
    private bool _isBegun;

    /// <param name="stream">The line: an open port's, or a simulated board's. Not closed here. A cancelled read must not lose bytes.</param>
    /// <param name="time">For time-outs.</param>
    /// <param name="options">How patient it is; as the protocol says where null.</param>
    public BoardDialogue(Stream stream, TimeProvider time, DialogueOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(time);
        _time = time;
        options ??= new DialogueOptions();
        _chance = new Random(options.Seed ?? RandomNumberGenerator.GetInt32(int.MaxValue));
        _line = new DialogueLine(stream, time, options, Say, _chance.Next(1, 256));
    }

    /// <summary>A line of text that the node printed, as it came.</summary>
    public event Action<ConsoleLine>? LineReceived;

    /// <summary>How often the node was heard to start (<c>DT01 starting</c>).</summary>
    public int StartsHeard { get; private set; }

    /// <summary>Who are you? Open to all.</summary>
    public async Task<BoardIdentification> IdentifyAsync(CancellationToken cancellation = default)
    {
        // The node repeats its answer to a request that it has served already. An earlier run of the tool may have asked the same under the same number: this one was never asked.
        byte[] payload = Members(writer => writer.WriteString("tool", $"{_chance.Next():x8}"));
        Answer answer = await RawAsync(SerialCommand.Identify, payload, false, null, cancellation).ConfigureAwait(false);
        Require(answer, SerialCommand.Identify);
        _isBegun = true;
        return new BoardIdentification(
            answer.Text("board"),
            answer.Text("firmware"),
            (int)(answer.Number("protocol") ?? 0),
            answer.Text("chipId"),
            answer.Text("mac"),
            answer.Text("accelerometer"),
            answer.Text("thermometer"));
    }

    /// <summary>How are you? Open to all; in an open session it tells the configuration, too.</summary>
    public async Task<BoardStatus> StatusAsync(CancellationToken cancellation = default)
    {
        // Nothing changes while it is asked: what was heard of one answer and not of the next is true all the same.
        List<StoredField> fields = [];
        for (int repetition = 1; ; repetition++)
        {
            int disturbances = _line.Disturbances;
            Answer answer = await AskAsync(SerialCommand.Status, [], false, progress => Note(fields, progress), cancellation).ConfigureAwait(false);
            if ((_line.Disturbances != disturbances || answer.IsRepeated) && repetition < MostRepetitions)
            {
                // A repeated answer comes without the fields that were told before it.
                continue;
            }

            long utcMs = answer.Number("utcMs") ?? 0;
            return new BoardStatus
            {
                IsProtected = answer.Is("protected"),
                IsOpen = answer.Is("open"),
                IsStaged = answer.Is("staged"),
                Mode = answer.Text("mode"),
                ResetCause = answer.Text("resetCause"),
                IsConnected = answer.Is("connected"),
                LinkFault = (int)(answer.Number("link") ?? 0),
                Utc = utcMs > 0 ? DateTimeOffset.FromUnixTimeMilliseconds(utcMs) : null,
                Uptime = TimeSpan.FromMilliseconds(answer.Number("uptimeMs") ?? 0),
                Reason = Answer.Text(answer.Payload, "reason"),
                Fields = fields,
            };
        }
    }

    /// <summary>Opens the session: asks for a challenge and answers it.</summary>
    /// <param name="secret">The provisioning secret in base64.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="DialogueException">
    /// <c>wrongAnswer</c>, <c>tooSoon</c> (with <see cref="DialogueException.RetryAfter"/>); <c>notAvailable</c> where the node has no secret and is open anyway.
    /// </exception>
    /// <exception cref="FormatException">The secret is not base64.</exception>
    public async Task AuthenticateAsync(SecretText secret, CancellationToken cancellation = default)
    {
        byte[] key = Convert.FromBase64String(secret.Reveal());
        try
        {
            BoardIdentification who = await IdentifyAsync(cancellation).ConfigureAwait(false);
            Answer challenge = await AskAsync(SerialCommand.Challenge, [], false, null, cancellation).ConfigureAwait(false);
            byte[]? toSign = Hexadecimal.Bytes(challenge.Text("challenge"));
            if (toSign is not { Length: SessionLock.ChallengeLength })
            {
                throw new DialogueException(SerialCommand.Challenge, SerialStatus.Malformed);
            }

            byte[] signature = SessionLock.Sign(key, toSign, who.ChipId);
            byte[] payload = Members(writer => writer.WriteString("answer", Convert.ToHexStringLower(signature)));
            await AskAsync(SerialCommand.Authenticate, payload, false, null, cancellation).ConfigureAwait(false);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Looks at both sensors.</summary>
    public async Task<SensorCheckResult> SensorCheckAsync(IProgress<MeasurementProgress>? progress = null, CancellationToken cancellation = default)
    {
        Answer answer = await MeasureAsync(SerialCommand.SensorCheck, [], payload => Tell(progress, payload), cancellation).ConfigureAwait(false);
        return answer.Sensors();
    }

    /// <summary>Looks for networks, the strongest first.</summary>
    public async Task<IReadOnlyList<WifiNetwork>> WifiScanAsync(CancellationToken cancellation = default)
    {
        for (int repetition = 1; ; repetition++)
        {
            List<WifiNetwork> networks = [];
            Answer answer = await MeasureAsync(SerialCommand.WifiScan, [], payload => Note(networks, payload), cancellation).ConfigureAwait(false);
            if (answer.Number("networks") == networks.Count || repetition == MostRepetitions)
            {
                return networks;
            }
        }
    }

    /// <summary>
    /// Stages texts: each by the command of its field, as many as fit into a frame, and what does not fit in pieces with <c>put</c>. Not the secret of the dialogue,
    /// which <see cref="CommitAsync"/> brings.
    /// </summary>
    /// <param name="texts">What shall be staged.</param>
    /// <param name="progress">Hears of the long ones.</param>
    /// <param name="cancellation">Ends it; what was staged stays so.</param>
    /// <exception cref="BoardRestartedException">The node restarted meanwhile: open the session and stage everything again.</exception>
    /// <exception cref="ArgumentException">A text is longer than its field, or a long one is not ASCII; its name is in the message, never the text.</exception>
    public async Task StageAsync(IEnumerable<StagedText> texts, IProgress<TransferProgress>? progress = null, CancellationToken cancellation = default)
    {
        IReadOnlyList<StagePlan.Part> parts = StagePlan.Of(texts);
        await BeginAsync(cancellation).ConfigureAwait(false);
        int starts = StartsHeard;
        foreach (StagePlan.Part part in parts)
        {
            if (part.Text is { } text)
            {
                await PutAsync(text.Field, text.Text!, progress, cancellation).ConfigureAwait(false);
            }
            else
            {
                await AskAsync(part.Command, part.Payload, false, null, cancellation).ConfigureAwait(false);
            }
        }

        RequireNoRestart(starts);
    }

    /// <summary>Stages one text in pieces, whatever its length, and goes on where the node says that it should.</summary>
    /// <param name="field">A number of <see cref="StagedField"/>.</param>
    /// <param name="text">Printable ASCII and line ends.</param>
    /// <param name="progress">Hears of each piece.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="ArgumentException">The text is longer than its field, or not ASCII.</exception>
    public async Task PutAsync(int field, string text, IProgress<TransferProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        StagePlan.Check(new StagedText(field, text));
        StagePlan.RequireAscii(field, text);
        await BeginAsync(cancellation).ConfigureAwait(false);
        int starts = StartsHeard;
        int corrections = 0;
        int restarts = 0;
        for (int offset = 0; offset < text.Length;)
        {
            byte[] payload = Piece(field, offset, text.AsSpan(offset, Math.Min(PieceBytes, text.Length - offset)));
            Answer answer = await _line.AskAsync(SerialCommand.Put, payload, false, null, cancellation).ConfigureAwait(false);
            bool mayGoOn = answer.Status switch
            {
                SerialStatus.Ok => true,
                SerialStatus.OutOfOrder => ++corrections <= MostCorrections,
                SerialStatus.StorageFailed => ++restarts < MostRestartsOfAText,
                _ => false,
            };
            RequireNoRestart(starts);
            if (!mayGoOn || answer.Number("offset") is not { } next || next < 0 || next > text.Length)
            {
                throw answer.Status == SerialStatus.Ok ? new DialogueException(SerialCommand.Put, SerialStatus.Malformed) : answer.Refusal(SerialCommand.Put);
            }

            // A piece that was taken is never sent again: a node that says otherwise would be asked for ever.
            if (answer.Status == SerialStatus.Ok && next <= offset)
            {
                throw new DialogueException(SerialCommand.Put, SerialStatus.Malformed);
            }

            offset = (int)next;
            progress?.Report(new TransferProgress(StagedField.Name(field), offset, text.Length));
        }
    }

    /// <summary>Sets the node's calendar.</summary>
    /// <returns>What it is afterwards.</returns>
    public async Task<DateTimeOffset> SetTimeAsync(DateTimeOffset utc, CancellationToken cancellation = default)
    {
        byte[] payload = Members(writer => writer.WriteNumber("utcMs", utc.ToUnixTimeMilliseconds()));
        Answer answer = await AskAsync(SerialCommand.TimeSet, payload, false, null, cancellation).ConfigureAwait(false);
        return DateTimeOffset.FromUnixTimeMilliseconds(answer.Number("utcMs") ?? 0);
    }

    /// <summary>Listens to taps on the machine; the first one ends it.</summary>
    /// <param name="duration">1 to 60 s.</param>
    /// <param name="progress">Hears of each second.</param>
    /// <param name="cancellation">Ends it on the node, too.</param>
    public async Task<TapTestResult> TapTestAsync(TimeSpan duration, IProgress<MeasurementProgress>? progress = null, CancellationToken cancellation = default)
    {
        Answer answer = await MeasureAsync(SerialCommand.TapTest, Duration(duration), payload => Tell(progress, payload), cancellation).ConfigureAwait(false);
        return new TapTestResult(
            (int)(answer.Number("taps") ?? 0),
            (int?)answer.Number("resonanceHz"),
            (int?)answer.Number("gravityXMilliG"),
            (int?)answer.Number("gravityYMilliG"),
            (int?)answer.Number("gravityZMilliG"),
            (int?)answer.Number("peakMilliG"));
    }

    /// <summary>Listens to silence.</summary>
    /// <param name="duration">1 to 60 s.</param>
    /// <param name="progress">Hears of each second.</param>
    /// <param name="cancellation">Ends it on the node, too.</param>
    public async Task<NoiseFloorResult> NoiseFloorAsync(TimeSpan duration, IProgress<MeasurementProgress>? progress = null, CancellationToken cancellation = default)
    {
        Answer answer = await MeasureAsync(SerialCommand.NoiseFloor, Duration(duration), payload => Tell(progress, payload), cancellation).ConfigureAwait(false);
        return new NoiseFloorResult((int)(answer.Number("noiseMicroG") ?? 0), (int)(answer.Number("peakMilliG") ?? 0));
    }

    /// <summary>Makes what is staged the stored configuration; in force after <see cref="RebootAsync"/>.</summary>
    /// <param name="secret">The secret from now on, base64 of 16 bytes or more; null keeps the one that the node has.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="DialogueException"><c>incomplete</c> with <see cref="DialogueException.Reason"/>, <c>storageFailed</c>.</exception>
    public Task CommitAsync(SecretText? secret, CancellationToken cancellation = default) =>
        AskAsync(SerialCommand.Commit, secret is null ? [] : Members(writer => writer.WriteString("secret", secret.Reveal())), false, null, cancellation);

    /// <summary>Forgets what is staged.</summary>
    public Task DiscardAsync(CancellationToken cancellation = default) => AskAsync(SerialCommand.Discard, [], false, null, cancellation);

    /// <summary>Restarts the node, half a second later; <see cref="WaitForLineAsync"/> tells when it runs again.</summary>
    public async Task RebootAsync(CancellationToken cancellation = default)
    {
        await BeginAsync(cancellation).ConfigureAwait(false);
        long asked = _time.GetTimestamp();
        Answer answer = await RawAsync(SerialCommand.Reboot, [], false, null, cancellation).ConfigureAwait(false);
        if (answer.Status == SerialStatus.Locked && answer.IsRepeated)
        {
            // Its answer got lost, and when it was asked again it had restarted?
            BoardStatus status = await StatusAsync(cancellation).ConfigureAwait(false);
            if (status.Uptime <= _time.GetElapsedTime(asked))
            {
                return;
            }
        }

        Require(answer, SerialCommand.Reboot);
    }

    /// <summary>Wipes identity, settings, what was learned and what waits for the hub, and restarts.</summary>
    public Task FactoryResetAsync(CancellationToken cancellation = default) =>
        AskAsync(SerialCommand.FactoryReset, Members(writer => writer.WriteString("confirm", "factoryReset")), false, null, cancellation);

    /// <summary>Ends a measurement that somebody else began, or an earlier run of the tool.</summary>
    public Task CancelAsync(CancellationToken cancellation = default) => AskAsync(SerialCommand.Cancel, [], false, null, cancellation);

    /// <summary>Ends the session and forgets what is staged.</summary>
    public Task CloseAsync(CancellationToken cancellation = default) => AskAsync(SerialCommand.Close, [], false, null, cancellation);

    /// <summary>Listens to the node's lines until one of the numbers comes.</summary>
    /// <param name="numbers">Numbers of <see cref="SensorNode.Supervision.BootLine"/>.</param>
    /// <param name="patience">How long it waits.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>The line; null where none came.</returns>
    public async Task<ConsoleLine?> WaitForLineAsync(IReadOnlyCollection<int> numbers, TimeSpan patience, CancellationToken cancellation = default)
    {
        ConsoleLine? found = null;
        void Look(ConsoleLine line) => found ??= numbers.Contains(line.Number) ? line : null;
        LineReceived += Look;
        try
        {
            await _line.PassAsync(patience, cancellation, () => found != null).ConfigureAwait(false);
        }
        finally
        {
            LineReceived -= Look;
        }

        return found;
    }

    /// <summary>Listens to the node's lines until it is cancelled; then it ends without an exception.</summary>
    public async Task ListenAsync(CancellationToken cancellation)
    {
        try
        {
            await _line.PassAsync(TimeSpan.MaxValue, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The way it ends.
        }
    }

    private void Say(ConsoleLine line)
    {
        StartsHeard += line.Number == BootLine.Starting ? 1 : 0;
        LineReceived?.Invoke(line);
    }

    private async Task BeginAsync(CancellationToken cancellation)
    {
        if (!_isBegun)
        {
            await IdentifyAsync(cancellation).ConfigureAwait(false);
        }
    }

    private Task<Answer> RawAsync(int command, byte[] payload, bool isMeasurement, Action<JsonElement>? progress, CancellationToken cancellation) =>
        _line.AskAsync(command, payload, isMeasurement, progress, cancellation);

    private async Task<Answer> AskAsync(int command, byte[] payload, bool isMeasurement, Action<JsonElement>? progress, CancellationToken cancellation)
    {
        await BeginAsync(cancellation).ConfigureAwait(false);
        Answer answer = await RawAsync(command, payload, isMeasurement, progress, cancellation).ConfigureAwait(false);
        Require(answer, command);
        return answer;
    }

    private async Task<Answer> MeasureAsync(int command, byte[] payload, Action<JsonElement> progress, CancellationToken cancellation)
    {
        try
        {
            return await AskAsync(command, payload, true, progress, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await EndMeasurementAsync().ConfigureAwait(false);
            throw;
        }
    }

    // Whoever gave up does not want to wait for a node that does not answer.
    private async Task EndMeasurementAsync()
    {
        using CancellationTokenSource patience = new(LastWords, _time);
        try
        {
            await RawAsync(SerialCommand.Cancel, [], false, null, patience.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or DialogueException or BoardSilentException)
        {
            // It ends by itself within a minute.
        }
    }

    private void RequireNoRestart(int starts)
    {
        if (StartsHeard != starts)
        {
            throw new BoardRestartedException();
        }
    }

    private static void Require(Answer answer, int command)
    {
        if (answer.Status != SerialStatus.Ok)
        {
            throw answer.Refusal(command);
        }
    }

    private static byte[] Duration(TimeSpan duration) => Members(writer => writer.WriteNumber("durationMs", (long)duration.TotalMilliseconds));

    private static byte[] Members(Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer, Relaxed))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static byte[] Piece(int field, int offset, ReadOnlySpan<char> text)
    {
        byte[] payload = new byte[PieceHeader + text.Length];
        payload[0] = (byte)field;
        payload[1] = (byte)offset;
        payload[2] = (byte)(offset >> 8);
        for (int index = 0; index < text.Length; index++)
        {
            payload[PieceHeader + index] = (byte)text[index];
        }

        return payload;
    }

    private static void Tell(IProgress<MeasurementProgress>? progress, JsonElement payload) => progress?.Report(
        new MeasurementProgress((int)(Answer.Number(payload, "percent") ?? 0), (int?)Answer.Number(payload, "taps"), (int?)Answer.Number(payload, "peakMilliG")));

    // No field twice, however often it is told.
    private static void Note(List<StoredField> fields, JsonElement payload)
    {
        if (Answer.Text(payload, "field") is { } name && fields.TrueForAll(field => field.Name != name))
        {
            fields.Add(new StoredField(name, (int)(Answer.Number(payload, "length") ?? 0), Answer.Text(payload, "value"), Answer.Text(payload, "fingerprint")));
        }
    }

    private static void Note(List<WifiNetwork> networks, JsonElement payload)
    {
        if (Answer.Text(payload, "network") is { } name)
        {
            networks.Add(new WifiNetwork(name, (int)(Answer.Number(payload, "signalDbm") ?? 0)));
        }
    }
}
