using System.Globalization;
using DeviceTwin.Provisioning.Dialogue;
using DeviceTwin.Provisioning.Flashing;
using DeviceTwin.Provisioning.Identities;
using DeviceTwin.Provisioning.Labels;
using DeviceTwin.Provisioning.Serial;
using DeviceTwin.SensorNode.Provisioning;
using DeviceTwin.SensorNode.Supervision;

namespace DeviceTwin.Provisioning.Tray;

/// <summary>Does what <see cref="TrayMachine"/> says with one board, and writes down what came of it.</summary>
internal sealed class BoardWorker(PlanRow row, TrayParts parts) : IDisposable
{
    private const int MostNetworks = 16;
    private const int MostRestarts = 3;
    private static readonly TimeSpan LargestClockError = TimeSpan.FromMinutes(5);

    private OpenBoard? board;
    private int restarts;
    private BoardFaultException? last;
    private int linkFaults;

    private TrayOptions Options => parts.Options;

    /// <summary>Works until the board is done or given up.</summary>
    public async Task<BoardResult> Run(CancellationToken cancellation)
    {
        var known = parts.Journal.Board(row.DeviceId);
        var skipped = parts.Enrolment.Skipped | (Options.Taps ? Milestones.None : Milestones.Tapped) | (Options.LabelFolder is null ? Milestones.Labelled : Milestones.None);
        var now = BoardSituation.Begin(known.Row == parts.Hash(row) ? known.Reached : Milestones.None, skipped);
        Tell(now);
        while (!now.IsOver)
        {
            var step = now.Step;
            var what = await Attempt(step, cancellation);
            now = TrayMachine.Next(now, what);
            Note(step, what, now);
            if (now.IsOver && board is not null)
            {
                await Close(cancellation);
            }

            if (now.Step == TrayStep.FindPort || now.IsOver)
            {
                Release();
            }

            Tell(now);
        }

        var fault = now.Step == TrayStep.Failed ? last : null;
        return new BoardResult(row, parts.Journal.Board(row.DeviceId).ChipId, now.Reached, fault?.Diagnosis, fault?.Detail ?? "");
    }

    public void Dispose() => Release();

    // Who comes next at this port must show the secret, too.
    private async Task Close(CancellationToken cancellation)
    {
        try
        {
            await board!.Dialogue.CloseAsync(cancellation);
        }
        catch (Exception error) when (error is SerialPortException or BoardSilentException or DialogueException or BoardRestartedException)
        {
            // It ends by itself, five minutes after the last request.
        }
    }

    private void Release()
    {
        board?.Dispose();
        board = null;
    }

    private void Tell(BoardSituation now) => parts.Tell(new BoardNews(row, now.Step, null, now.Tries, last?.Diagnosis.Code, board?.PortName));

    private void Progress(TrayStep step, MeasurementProgress progress) => parts.Tell(new BoardNews(row, step, progress.Percent, 0, null, board?.PortName));

    private void Note(TrayStep step, TrayEvent what, BoardSituation now)
    {
        parts.Desk.Touch();
        if (what == TrayEvent.Done)
        {
            last = null;
            if (step != TrayStep.FindPort)
            {
                parts.Journal.Add(new JournalEntry(default, "done", row.DeviceId, Word(step)));
            }
        }
        else if (last is { } fault)
        {
            parts.Journal.Add(new JournalEntry(default, "fault", row.DeviceId, Word(step), board?.Who.ChipId, board?.PortName, null, fault.Diagnosis.Code, fault.Detail));
        }

        if (now.IsOver)
        {
            parts.Journal.Add(new JournalEntry(default, "end", row.DeviceId, Word(now.Step), Code: last?.Diagnosis.Code));
        }
    }

    private async Task<TrayEvent> Attempt(TrayStep step, CancellationToken cancellation)
    {
        try
        {
            var what = await Do(step, cancellation);
            return board?.TakeRestart() == true ? Restarted() : what;
        }
        catch (BoardFaultException fault)
        {
            last = fault;
            return fault.IsLineLost ? TrayEvent.LineLost : fault.Diagnosis.Passes ? TrayEvent.Faulted : TrayEvent.Refused;
        }
        catch (SerialPortException lost)
        {
            last = new BoardFaultException(Diagnosis.LineLost, lost.Message, line: true);
            return TrayEvent.LineLost;
        }
        catch (BoardSilentException silent)
        {
            last = new BoardFaultException(Diagnosis.LineLost, silent.Message, line: true);
            return TrayEvent.LineLost;
        }
        catch (BoardRestartedException)
        {
            return Restarted();
        }
        catch (DialogueException refused)
        {
            last = Diagnose(refused);
            return refused.Status == SerialStatus.Locked || board?.TakeRestart() == true ? Restarted() : last.Diagnosis.Passes ? TrayEvent.Faulted : TrayEvent.Refused;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            last = new BoardFaultException(Diagnosis.FileFailed, error.Message);
            return TrayEvent.Refused;
        }
    }

    private TrayEvent Restarted()
    {
        board?.TakeRestart();
        last = new BoardFaultException(++restarts > 1 ? Diagnosis.LowSupply : Diagnosis.LineLost, $"It has started anew {restarts} times without having been asked.");

        // Another restart after so many would be no surprise to anybody.
        return restarts < MostRestarts ? TrayEvent.Restarted : TrayEvent.Refused;
    }

    private static BoardFaultException Diagnose(DialogueException refused) => refused.Status switch
    {
        SerialStatus.Garbled => new BoardFaultException(Diagnosis.LineNoisy, refused.Message),
        SerialStatus.OtherVersion => new BoardFaultException(Diagnosis.OtherProtocol, $"It speaks version {refused.NodesVersion}."),
        SerialStatus.WrongAnswer => new BoardFaultException(Diagnosis.SecretWrong),
        SerialStatus.Busy => new BoardFaultException(Diagnosis.NodeBusy, refused.Message),
        SerialStatus.Incomplete => new BoardFaultException(Diagnosis.Incomplete, refused.Reason),
        SerialStatus.InvalidValue => new BoardFaultException(Diagnosis.Incomplete, refused.Field),
        SerialStatus.StorageFailed => new BoardFaultException(Diagnosis.StorageFailed),
        SerialStatus.SensorFailed => new BoardFaultException(Diagnosis.SensorFailed, refused.Sensors is { } sensors ? Words(sensors) : ""),
        SerialStatus.TimedOut or SerialStatus.TooSoon => new BoardFaultException(Diagnosis.NodeBusy, refused.Message),
        SerialStatus.NotAvailable => new BoardFaultException(Diagnosis.WrongBoard, refused.Message),
        _ => new BoardFaultException(Diagnosis.Unexpected, refused.Message),
    };

    private async Task<TrayEvent> Do(TrayStep step, CancellationToken cancellation)
    {
        switch (step)
        {
            case TrayStep.FindPort:
                await FindPort(cancellation);
                break;
            case TrayStep.Authenticate:
                await Authenticate(cancellation);
                break;
            case TrayStep.CheckFirmware:
                return Options.Firmware is { } wanted && board!.Who.Firmware != wanted ? Differs(wanted) : TrayEvent.Done;
            case TrayStep.Flash:
                await Flash(cancellation);
                break;
            case TrayStep.SensorCheck:
                await SensorCheck(cancellation);
                break;
            case TrayStep.FindNetwork:
                await FindNetwork(cancellation);
                break;
            case TrayStep.Enrol:
                await AtHub(() => parts.Enrolment.Enrol(row, Chip(), cancellation), cancellation);
                break;
            case TrayStep.Configure:
                await Configure(cancellation);
                break;
            case TrayStep.Commit:
                await Commit(cancellation);
                break;
            case TrayStep.Reboot:
                await Reboot(cancellation);
                break;
            case TrayStep.WaitConnected:
                await WaitConnected(cancellation);
                break;
            case TrayStep.Place:
                await AtHub(() => parts.Enrolment.Place(row, cancellation), cancellation);
                break;
            case TrayStep.WaitInSync:
                await WaitInSync(cancellation);
                break;
            case TrayStep.NoiseFloor:
                await NoiseFloor(cancellation);
                break;
            case TrayStep.TapTest:
                await TapTest(cancellation);
                break;
            default:
                Label();
                break;
        }

        return TrayEvent.Done;
    }

    private TrayEvent Differs(string wanted)
    {
        last = new BoardFaultException(Diagnosis.FirmwareDiffers, $"{board!.Who.Firmware} runs, {wanted} is wanted.");
        return TrayEvent.FirmwareDiffers;
    }

    private string Chip() => board?.Who.ChipId ?? parts.Journal.Board(row.DeviceId).ChipId ?? "";

    private async Task FindPort(CancellationToken cancellation)
    {
        Release();
        board = await parts.Desk.Take(row, cancellation);
        var who = board.Who;
        if (Options.Board is { } wanted && who.Board != wanted)
        {
            throw new BoardFaultException(Diagnosis.WrongBoard, $"It is {who.Board}, wanted is {wanted}.");
        }

        parts.Journal.Add(new JournalEntry(default, "board", row.DeviceId, null, who.ChipId, board.PortName, parts.Hash(row), null, $"{who.Board} {who.Firmware}"));
    }

    private async Task Authenticate(CancellationToken cancellation)
    {
        var status = await board!.Dialogue.StatusAsync(cancellation);
        if (status is { IsProtected: true, IsOpen: false })
        {
            await Open(cancellation);
        }

        await board.Dialogue.SetTimeAsync(parts.Time.GetUtcNow(), cancellation);
    }

    private async Task Open(CancellationToken cancellation)
    {
        var secrets = parts.Secrets.For(row.DeviceId, board!.Who.ChipId);
        if (secrets.Count == 0)
        {
            throw new BoardFaultException(Diagnosis.SecretUnknown);
        }

        for (var index = 0; ; index++)
        {
            try
            {
                await board.Dialogue.AuthenticateAsync(new SecretText(secrets[index]), cancellation);
                return;
            }
            catch (DialogueException refused) when (refused.Status == SerialStatus.WrongAnswer && index + 1 < secrets.Count)
            {
                await Task.Delay(refused.RetryAfter, parts.Time, cancellation);
            }
            catch (DialogueException refused) when (refused.Status == SerialStatus.TooSoon)
            {
                await Task.Delay(refused.RetryAfter, parts.Time, cancellation);
                index--;
            }
        }
    }

    private async Task Flash(CancellationToken cancellation)
    {
        if (parts.Flasher is not { } flasher)
        {
            throw new BoardFaultException(Diagnosis.FirmwareDiffers, last?.Detail ?? "");
        }

        await flasher.Flash(board!.Who.Mac, cancellation);
    }

    private async Task SensorCheck(CancellationToken cancellation)
    {
        var found = await board!.Dialogue.SensorCheckAsync(new Report(progress => Progress(TrayStep.SensorCheck, progress)), cancellation);
        if (!found.IsGood)
        {
            throw new BoardFaultException(Diagnosis.SensorFailed, Words(found));
        }

        Measured(TrayStep.SensorCheck, $"{Number((found.CentiCelsius ?? 0) / 100.0)} C");
    }

    private static string Words(SensorCheckResult found) =>
        $"accelerometer {found.Accelerometer}, thermometer {found.Thermometer}, self-test {(found.SelfTestPassed == true ? "passed" : "not passed")}";

    private async Task FindNetwork(CancellationToken cancellation)
    {
        var networks = await board!.Dialogue.WifiScanAsync(cancellation);
        var wanted = Profile().Network;

        // A full list is cut at the weakest: then nobody can say.
        if (networks.Count < MostNetworks && networks.All(network => network.Name != wanted))
        {
            throw new BoardFaultException(Diagnosis.NoNetwork, $"It sees {(networks.Count == 0 ? "none" : string.Join(", ", networks.Take(3).Select(network => network.Name)))}, not {wanted}.");
        }
    }

    private WifiProfile Profile() => parts.Wifi.Find(row.WifiProfile) ?? throw new BoardFaultException(Diagnosis.Incomplete, $"There is no Wi-Fi profile {row.WifiProfile}.");

    private async Task Configure(CancellationToken cancellation)
    {
        var wifi = Profile();
        var texts = await parts.Enrolment.Texts(row, cancellation);
        StagedText[] all = [new(StagedField.Network, wifi.Network), new(StagedField.NetworkPassword, wifi.Password), .. texts];
        await board!.Dialogue.StageAsync(all, null, cancellation);
        var status = await board.Dialogue.StatusAsync(cancellation);
        if (status.Reason is { Length: > 0 } reason)
        {
            throw new BoardFaultException(Diagnosis.Incomplete, reason);
        }
    }

    private async Task Commit(CancellationToken cancellation)
    {
        // On the disk before the board hears it: a board whose secret nobody has is lost to the plant.
        var node = parts.Secrets.Change(row.DeviceId, now => now with { ChipId = board!.Who.ChipId });
        await board!.Dialogue.CommitAsync(new SecretText(node.Secret), cancellation);
    }

    private async Task Reboot(CancellationToken cancellation)
    {
        board!.ExpectRestart();
        await board.Dialogue.RebootAsync(cancellation);
        var line = await board.Dialogue.WaitForLineAsync([BootLine.Running, BootLine.IdentityRefused, BootLine.StartFailed], Options.RestartPatience, cancellation);
        if (line is { Number: BootLine.IdentityRefused or BootLine.StartFailed })
        {
            throw new BoardFaultException(Diagnosis.Incomplete, line.Text);
        }
    }

    private async Task WaitConnected(CancellationToken cancellation)
    {
        var began = parts.Time.GetTimestamp();
        while (true)
        {
            var status = await board!.Dialogue.StatusAsync(cancellation);
            if (status.IsConnected)
            {
                linkFaults = 0;
                return;
            }

            if (board.TakeRestart())
            {
                throw new BoardFaultException(++restarts > 1 ? Diagnosis.LowSupply : Diagnosis.LineLost, "It has started anew while it should reach its hub.", line: true);
            }

            if (parts.Time.GetElapsedTime(began) >= Options.ConnectPatience)
            {
                throw await WhyNotConnected(status, cancellation);
            }

            parts.Tell(new BoardNews(row, TrayStep.WaitConnected, (int)Math.Min(99, 100 * (parts.Time.GetElapsedTime(began) / Options.ConnectPatience)), 0, null, board.PortName));
            await Task.Delay(Options.LookPeriod, parts.Time, cancellation);
        }
    }

    // What the node knows comes first, then what this computer sees of the hub.
    private async Task<BoardFaultException> WhyNotConnected(BoardStatus status, CancellationToken cancellation)
    {
        linkFaults++;
        if (LinkDiagnosis.Of(status) is { } told && told != Diagnosis.HubUnreachable)
        {
            return new BoardFaultException(told);
        }

        if (status.Utc is null || (status.Utc.Value - parts.Time.GetUtcNow()).Duration() > LargestClockError)
        {
            return new BoardFaultException(Diagnosis.ClockOff, status.Utc is { } there ? $"There it is {there:u}." : "It is not set.");
        }

        return await parts.Enrolment.LookAtHub(cancellation)
            ?? new BoardFaultException(LinkDiagnosis.Of(status) ?? Diagnosis.NotConnected, board!.LastComplaint);
    }

    private async Task WaitInSync(CancellationToken cancellation)
    {
        var began = parts.Time.GetTimestamp();
        while (true)
        {
            var isInSync = false;
            await AtHub(async () => isInSync = await parts.Enrolment.IsInSync(row, cancellation), cancellation);
            if (isInSync)
            {
                return;
            }

            if (parts.Time.GetElapsedTime(began) >= Options.SyncPatience)
            {
                throw new BoardFaultException(Diagnosis.NotInSync);
            }

            await Task.Delay(Options.LookPeriod, parts.Time, cancellation);
        }
    }

    private async Task NoiseFloor(CancellationToken cancellation)
    {
        var found = await board!.Dialogue.NoiseFloorAsync(Options.NoiseDuration, new Report(progress => Progress(TrayStep.NoiseFloor, progress)), cancellation);
        Measured(TrayStep.NoiseFloor, $"{found.NoiseMicroG} ug RMS, {found.PeakMilliG} mg peak");
        if (found.NoiseMicroG > Options.NoiseLimitMicroG)
        {
            throw new BoardFaultException(Diagnosis.TooLoud, $"{found.NoiseMicroG} ug RMS, at most {Options.NoiseLimitMicroG} are sound.");
        }
    }

    private async Task TapTest(CancellationToken cancellation)
    {
        var found = await board!.Dialogue.TapTestAsync(Options.TapDuration, new Report(progress => Progress(TrayStep.TapTest, progress)), cancellation);
        if (found.Taps == 0)
        {
            throw new BoardFaultException(Diagnosis.NoTap);
        }

        Measured(TrayStep.TapTest, $"resonance {found.ResonanceHz} Hz, peak {found.PeakMilliG} mg");
    }

    private void Label()
    {
        var label = new NodeLabel(row.DeviceId, Chip());
        var name = Path.Combine(Options.LabelFolder!, string.Concat(row.DeviceId.Select(sign => char.IsAsciiLetterOrDigit(sign) || sign is '-' or '.' or '_' ? sign : '_')));
        Directory.CreateDirectory(Options.LabelFolder!);
        File.WriteAllText(name + ".svg", label.ToSvg());
        File.WriteAllBytes(name + ".png", label.ToPng());
        Measured(TrayStep.Label, label.Content);
    }

    private void Measured(TrayStep step, string detail) => parts.Journal.Add(new JournalEntry(default, "measured", row.DeviceId, Word(step), Detail: detail));

    // A hub that is away for a moment costs nobody a try.
    private async Task AtHub(Func<Task> ask, CancellationToken cancellation)
    {
        var began = parts.Time.GetTimestamp();
        while (true)
        {
            try
            {
                await ask();
                return;
            }
            catch (BoardFaultException fault) when (fault.Diagnosis == Diagnosis.HubDown && parts.Time.GetElapsedTime(began) < Options.HubPatience)
            {
                parts.Desk.Touch();
                parts.Tell(new BoardNews(row, TrayStep.Enrol, null, 1, fault.Diagnosis.Code, board?.PortName));
                await Task.Delay(Options.LookPeriod, parts.Time, cancellation);
            }
        }
    }

    private static string Word(TrayStep step) => char.ToLowerInvariant($"{step}"[0]) + $"{step}"[1..];

    private static string Number(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);

    private sealed class Report(Action<MeasurementProgress> tell) : IProgress<MeasurementProgress>
    {
        void IProgress<MeasurementProgress>.Report(MeasurementProgress value) => tell(value);
    }
}
