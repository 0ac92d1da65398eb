using DeviceTwin.SensorNode.Provisioning;

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
    /// <param name="stream">The line: an open port's, or a simulated board's. Not closed here. A cancelled read must not lose bytes.</param>
    /// <param name="time">For time-outs.</param>
    /// <param name="options">How patient it is; as the protocol says where null.</param>
    public BoardDialogue(Stream stream, TimeProvider time, DialogueOptions? options = null) => throw new NotImplementedException();

    /// <summary>A line of text that the node printed, as it came.</summary>
    public event Action<ConsoleLine>? LineReceived;

    /// <summary>Who are you? Open to all.</summary>
    public Task<BoardIdentification> IdentifyAsync(CancellationToken cancellation = default) => throw new NotImplementedException();

    /// <summary>How are you? Open to all; in an open session it tells the configuration, too.</summary>
    public Task<BoardStatus> StatusAsync(CancellationToken cancellation = default) => throw new NotImplementedException();

    /// <summary>Opens the session: asks for a challenge and answers it.</summary>
    /// <param name="secret">The provisioning secret in base64.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="DialogueException">
    /// <c>wrongAnswer</c>, <c>tooSoon</c> (with <see cref="DialogueException.RetryAfter"/>); <c>notAvailable</c> where the node has no secret and is open anyway.
    /// </exception>
    /// <exception cref="FormatException">The secret is not base64.</exception>
    public Task AuthenticateAsync(SecretText secret, CancellationToken cancellation = default) => throw new NotImplementedException();

    /// <summary>Looks at both sensors.</summary>
    public Task<SensorCheckResult> SensorCheckAsync(IProgress<MeasurementProgress>? progress = null, CancellationToken cancellation = default) =>
        throw new NotImplementedException();

    /// <summary>Looks for networks, the strongest first.</summary>
    public Task<IReadOnlyList<WifiNetwork>> WifiScanAsync(CancellationToken cancellation = default) => throw new NotImplementedException();

    /// <summary>
    /// Stages texts: each by the command of its field, as many as fit into a frame, and what does not fit in pieces with <c>put</c>. Not the secret of the dialogue,
    /// which <see cref="CommitAsync"/> brings.
    /// </summary>
    /// <param name="texts">What shall be staged.</param>
    /// <param name="progress">Hears of the long ones.</param>
    /// <param name="cancellation">Ends it; what was staged stays so.</param>
    /// <exception cref="ArgumentException">A text is longer than its field, or a long one is not ASCII; its name is in the message, never the text.</exception>
    public Task StageAsync(IEnumerable<StagedText> texts, IProgress<TransferProgress>? progress = null, CancellationToken cancellation = default) =>
        throw new NotImplementedException();

    /// <summary>Stages one text in pieces, whatever its length, and goes on where the node says that it should.</summary>
    /// <param name="field">A number of <see cref="StagedField"/>.</param>
    /// <param name="text">Printable ASCII and line ends.</param>
    /// <param name="progress">Hears of each piece.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="ArgumentException">The text is longer than its field, or not ASCII.</exception>
    public Task PutAsync(int field, string text, IProgress<TransferProgress>? progress = null, CancellationToken cancellation = default) =>
        throw new NotImplementedException();

    /// <summary>Sets the node's calendar.</summary>
    /// <returns>What it is afterwards.</returns>
    public Task<DateTimeOffset> SetTimeAsync(DateTimeOffset utc, CancellationToken cancellation = default) => throw new NotImplementedException();

    /// <summary>Listens to taps on the machine; the first one ends it.</summary>
    /// <param name="duration">1 to 60 s.</param>
    /// <param name="progress">Hears of each second.</param>
    /// <param name="cancellation">Ends it on the node, too.</param>
    public Task<TapTestResult> TapTestAsync(TimeSpan duration, IProgress<MeasurementProgress>? progress = null, CancellationToken cancellation = default) =>
        throw new NotImplementedException();

    /// <summary>Listens to silence.</summary>
    /// <param name="duration">1 to 60 s.</param>
    /// <param name="progress">Hears of each second.</param>
    /// <param name="cancellation">Ends it on the node, too.</param>
    public Task<NoiseFloorResult> NoiseFloorAsync(TimeSpan duration, IProgress<MeasurementProgress>? progress = null, CancellationToken cancellation = default) =>
        throw new NotImplementedException();

    /// <summary>Makes what is staged the stored configuration; in force after <see cref="RebootAsync"/>.</summary>
    /// <param name="secret">The secret from now on, base64 of 16 bytes or more; null keeps the one that the node has.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="DialogueException"><c>incomplete</c> with <see cref="DialogueException.Reason"/>, <c>storageFailed</c>.</exception>
    public Task CommitAsync(SecretText? secret, CancellationToken cancellation = default) => throw new NotImplementedException();

    /// <summary>Forgets what is staged.</summary>
    public Task DiscardAsync(CancellationToken cancellation = default) => throw new NotImplementedException();

    /// <summary>Restarts the node, half a second later; <see cref="WaitForLineAsync"/> tells when it runs again.</summary>
    public Task RebootAsync(CancellationToken cancellation = default) => throw new NotImplementedException();

    /// <summary>Wipes identity, settings, what was learned and what waits for the hub, and restarts.</summary>
    public Task FactoryResetAsync(CancellationToken cancellation = default) => throw new NotImplementedException();

    /// <summary>Ends a measurement that somebody else began, or an earlier run of the tool.</summary>
    public Task CancelAsync(CancellationToken cancellation = default) => throw new NotImplementedException();

    /// <summary>Ends the session and forgets what is staged.</summary>
    public Task CloseAsync(CancellationToken cancellation = default) => throw new NotImplementedException();

    /// <summary>Listens to the node's lines until one of the numbers comes.</summary>
    /// <param name="numbers">Numbers of <see cref="SensorNode.Supervision.BootLine"/>.</param>
    /// <param name="patience">How long it waits.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>The line; null where none came.</returns>
    public Task<ConsoleLine?> WaitForLineAsync(IReadOnlyCollection<int> numbers, TimeSpan patience, CancellationToken cancellation = default) =>
        throw new NotImplementedException();

    /// <summary>Listens to the node's lines until it is cancelled; then it ends without an exception.</summary>
    public Task ListenAsync(CancellationToken cancellation) => throw new NotImplementedException();

    internal void Say(ConsoleLine line) => LineReceived?.Invoke(line);
}
