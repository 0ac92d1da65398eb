using System.Text;
using DeviceTwin.Provisioning.Dialogue;
using DeviceTwin.Provisioning.Serial;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Provisioning;
using DeviceTwin.SensorNode.Simulator.Board;
using DeviceTwin.SensorNode.Supervision;

namespace DeviceTwin.Tests.Provisioning.Dialogue;

/// <summary>Each command of the protocol against a simulated board, and what a tool says when it is not answered well.</summary>
public sealed class BoardDialogueTests
{
    [Test]
    public async Task ABoardSaysWhoItIs()
    {
        var scene = new DialogueScene();

        Assert.That(await scene.Dialogue.IdentifyAsync(), Is.EqualTo(
            new BoardIdentification("simulated", DeviceTwin.SensorNode.Node.FirmwareVersion, 1, "a0b1c2d3e4f5", "a0b1c2d3e4f5", "iis3dwb", "mcp9808")));
        Assert.That(scene.Lines, Does.Contain("DT13 waiting"));
        Assert.That(scene.Dialogue.StartsHeard, Is.EqualTo(1));
    }

    [Test]
    public async Task ABoardFromTheWorkshopIsOpen()
    {
        var scene = new DialogueScene();

        BoardStatus status = await scene.Dialogue.StatusAsync();

        Assert.That((status.IsProtected, status.IsOpen, status.IsStaged, status.IsConnected), Is.EqualTo((false, true, false, false)));
        Assert.That((status.Mode, status.ResetCause, status.Reason, status.Utc), Is.EqualTo(("normal", "powerOn", "identityDeviceId", (DateTimeOffset?)null)));
        Assert.That(status.Fields, Is.Empty);
    }

    [Test]
    public async Task WhatIsStagedIsReadBackAndSecretsAreNot()
    {
        var scene = new DialogueScene();
        await scene.Dialogue.StageAsync(DialogueScene.Texts());

        BoardStatus status = await scene.Dialogue.StatusAsync();

        Assert.That(status.IsStaged);
        Assert.That(status.Reason, Is.Empty);
        Assert.That(status.Field("deviceId")!.Value, Is.EqualTo("pump-7"));
        Assert.That(status.Field("key"), Is.EqualTo(new StoredField("key", DialogueScene.Key.Length, null, new SecretText(DialogueScene.Key).Fingerprint())));
        Assert.That(status.Field("networkPassword"), Is.EqualTo(new StoredField("networkPassword", 9, null, null)));
        Assert.That(status.Differences(DialogueScene.Texts()), Is.Empty);
        Assert.That(status.Differences(DialogueScene.Texts(27, "pump-8")), Is.EqualTo(new[] { "deviceId", "ca" }));
        Assert.That(status.Differences([new StagedText(StagedField.Network, null), new StagedText(StagedField.IdScope, "0ne1")]), Is.EqualTo(new[] { "network", "idScope" }));
    }

    [Test]
    public async Task AFieldIsTakenAway()
    {
        var scene = new DialogueScene();
        await scene.Dialogue.StageAsync(DialogueScene.Texts());
        await scene.Dialogue.StageAsync([new StagedText(StagedField.Network, null), new StagedText(StagedField.CertificateAuthority, null)]);

        BoardStatus status = await scene.Dialogue.StatusAsync();

        Assert.That((status.Field("network"), status.Field("ca"), status.Reason), Is.EqualTo(((StoredField?)null, (StoredField?)null, "identityCertificateAuthority")));
    }

    [Test]
    public async Task ABoardIsProvisionedAndStartsWithWhatItWasGiven()
    {
        var scene = new DialogueScene();
        await scene.ProvisionAsync();

        Assert.That(scene.Board.Identity!.DeviceId, Is.EqualTo("pump-7"));
        Assert.That(scene.Lines, Does.Contain("DT12 restarting: provisioned").And.Contain("DT05 identity: pump-7 hub.plant.example"));
        Assert.That(scene.Board.Pipe.Overflows, Is.Zero);
        BoardStatus status = await scene.Dialogue.StatusAsync();
        Assert.That((status.IsProtected, status.IsOpen, status.ResetCause, status.Reason), Is.EqualTo((true, false, "provisioned", (string?)null)));
    }

    [Test]
    public async Task TheSecretOpensTheSession()
    {
        var scene = new DialogueScene();
        await scene.ProvisionAsync();
        Assert.That(async () => await scene.Dialogue.DiscardAsync(), Refused(SerialStatus.Locked));

        await scene.Dialogue.AuthenticateAsync(new SecretText(DialogueScene.Secret));
        Assert.That((await scene.Dialogue.StatusAsync()).IsOpen);
        await scene.Dialogue.CloseAsync();

        Assert.That((await scene.Dialogue.StatusAsync()).IsOpen, Is.False);
    }

    [Test]
    public async Task AWrongSecretIsToldHowLongToWait()
    {
        var scene = new DialogueScene();
        await scene.ProvisionAsync();
        Task Wrong() => scene.Dialogue.AuthenticateAsync(new SecretText(DialogueScene.OtherSecret));

        Assert.That(Wrong, Refused(SerialStatus.WrongAnswer).With.Property(nameof(DialogueException.RetryAfter)).EqualTo(TimeSpan.FromSeconds(1)));
        Assert.That(Wrong, Refused(SerialStatus.TooSoon).With.Property(nameof(DialogueException.RetryAfter)).GreaterThan(TimeSpan.FromMilliseconds(500)));
        scene.Line.Run(TimeSpan.FromSeconds(1));
        Assert.That(Wrong, Refused(SerialStatus.WrongAnswer).With.Property(nameof(DialogueException.RetryAfter)).EqualTo(TimeSpan.FromSeconds(2)));
        scene.Line.Run(TimeSpan.FromSeconds(2));
        await scene.Dialogue.AuthenticateAsync(new SecretText(DialogueScene.Secret));
        Assert.That((await scene.Dialogue.StatusAsync()).IsOpen);
    }

    [Test]
    public void ANodeWithoutASecretAsksForNone() => Assert.That(
        async () => await new DialogueScene().Dialogue.AuthenticateAsync(new SecretText(DialogueScene.Secret)), Refused(SerialStatus.NotAvailable));

    [Test]
    public void ASecretThatIsNoBase64IsNotSent() => Assert.That(
        async () => await new DialogueScene().Dialogue.AuthenticateAsync(new SecretText("no base64!")), Throws.TypeOf<FormatException>());

    [Test]
    public async Task ToolsThatComeOneAfterTheOtherAreNotToldWhatTheOneBeforeWasTold()
    {
        var scene = new DialogueScene();
        await scene.ProvisionAsync();
        for (int tool = 0; tool < 300; tool++)
        {
            await scene.NewDialogue().AuthenticateAsync(new SecretText(DialogueScene.Secret));
        }

        Assert.That(scene.Board.Supervisor.Trace, Is.Not.Null);
    }

    [TestCase(null, "provisioningSecretMissing")]
    [TestCase("c2hvcnQ=", "provisioningSecret")]
    [TestCase(DialogueScene.Secret, "identityDeviceId")]
    public void WhatIsIncompleteIsNotStored(string? secret, string reason) => Assert.That(
        async () => await new DialogueScene().Dialogue.CommitAsync(secret is null ? null : new SecretText(secret)),
        Refused(SerialStatus.Incomplete).With.Property(nameof(DialogueException.Reason)).EqualTo(reason).And.Message.Contains(reason));

    [Test]
    public void AFileSystemThatRefusesIsBlamed()
    {
        var files = new MemoryFiles();
        var scene = new DialogueScene(new ProvisionableBoard("a0b1c2d3e4f5", new FailingFiles(files)));

        Assert.That(async () => await scene.Dialogue.PutAsync(StagedField.CertificateAuthority, DialogueScene.Pem(28)), Refused(SerialStatus.StorageFailed));
    }

    [Test]
    public async Task BothSensorsAreLookedAt()
    {
        var scene = new DialogueScene();

        SensorCheckResult check = await scene.Dialogue.SensorCheckAsync();

        Assert.That(check.IsGood);
        Assert.That(check.CentiCelsius, Is.InRange(1000, 6000));
    }

    [Test]
    public async Task ABrokenSensorIsNamed()
    {
        var scene = new DialogueScene();
        scene.Board.Board.Accelerometer.Broken = true;

        var failure = await Assert.ThrowsAsync<DialogueException>(async () => await scene.Dialogue.SensorCheckAsync());

        Assert.That(failure!.Status, Is.EqualTo(SerialStatus.SensorFailed));
        Assert.That((failure.Sensors!.Accelerometer != "none", failure.Sensors.Thermometer, failure.Sensors.IsGood), Is.EqualTo((true, "none", false)));
    }

    [Test]
    public async Task NetworksAreToldTheStrongestFirst()
    {
        var scene = new DialogueScene();

        Assert.That(await scene.Dialogue.WifiScanAsync(), Is.EqualTo(new[] { new WifiNetwork("plant", -55), new WifiNetwork("guest", -80) }));
    }

    [Test]
    public void AScanThatDoesNotEndIsEndedByTheNode()
    {
        var scene = new DialogueScene();
        scene.Board.Radio.Networks = null;

        Assert.That(async () => await scene.Dialogue.WifiScanAsync(), Refused(SerialStatus.TimedOut));
    }

    [Test]
    public async Task ATapShowsTheMounting()
    {
        var scene = new DialogueScene();
        List<MeasurementProgress> heard = [];

        TapTestResult tap = await scene.Dialogue.TapTestAsync(TimeSpan.FromSeconds(20), new Listener<MeasurementProgress>(heard.Add));

        Assert.That(tap.Taps, Is.EqualTo(1));
        Assert.That(tap.ResonanceHz, Is.InRange(2000, 3000));
        Assert.That(tap.PeakMilliG, Is.GreaterThan(1000));
        Assert.That(heard, Is.Not.Empty);
    }

    [Test]
    public async Task TheNoiseFloorIsToldSecondBySecond()
    {
        var scene = new DialogueScene();
        List<MeasurementProgress> heard = [];

        NoiseFloorResult noise = await scene.Dialogue.NoiseFloorAsync(TimeSpan.FromSeconds(5), new Listener<MeasurementProgress>(heard.Add));

        Assert.That(noise.NoiseMicroG, Is.InRange(100, 50_000));
        Assert.That(noise.PeakMilliG, Is.GreaterThan(0));
        Assert.That(heard.Select(progress => progress.Percent), Is.Ordered.And.All.InRange(0, 100));
        Assert.That(heard, Has.Count.InRange(3, 7));
    }

    [TestCase(999)]
    [TestCase(60_001)]
    public void ADurationThatTheNodeDoesNotTakeIsNamed(int milliseconds) => Assert.That(
        async () => await new DialogueScene().Dialogue.NoiseFloorAsync(TimeSpan.FromMilliseconds(milliseconds)),
        Refused(SerialStatus.InvalidValue).With.Property(nameof(DialogueException.Field)).EqualTo("durationMs"));

    [Test]
    public async Task AMeasurementThatIsCancelledEndsOnTheNodeToo()
    {
        var scene = new DialogueScene();
        using var stop = new CancellationTokenSource();
        var listener = new Listener<MeasurementProgress>(_ => stop.Cancel());

        Assert.That(async () => await scene.Dialogue.NoiseFloorAsync(TimeSpan.FromSeconds(60), listener, stop.Token), Throws.InstanceOf<OperationCanceledException>());

        long before = scene.Line.NowMs;
        Assert.That((await scene.Dialogue.SensorCheckAsync()).IsGood, "the next one is not told that the node is busy");
        Assert.That(scene.Line.NowMs - before, Is.LessThan(10_000));
    }

    [Test]
    public async Task AMeasurementOfAnEarlierRunIsWaitedForOrCancelled()
    {
        var scene = new DialogueScene();
        using var stop = new CancellationTokenSource();
        var listener = new Listener<MeasurementProgress>(_ => { scene.Line.ToBoard = (_, _) => []; stop.Cancel(); });
        Assert.That(async () => await scene.Dialogue.NoiseFloorAsync(TimeSpan.FromSeconds(60), listener, stop.Token), Throws.InstanceOf<OperationCanceledException>());
        scene.Line.ToBoard = null;

        await scene.NewDialogue().CancelAsync();

        Assert.That((await scene.Dialogue.SensorCheckAsync()).IsGood);
    }

    [Test]
    public async Task ABusyNodeIsAskedAgainUntilItHasTime()
    {
        var scene = new DialogueScene();
        using var stop = new CancellationTokenSource();
        var listener = new Listener<MeasurementProgress>(_ => { scene.Line.ToBoard = (_, _) => []; stop.Cancel(); });
        Assert.That(async () => await scene.Dialogue.NoiseFloorAsync(TimeSpan.FromSeconds(40), listener, stop.Token), Throws.InstanceOf<OperationCanceledException>());
        scene.Line.ToBoard = null;

        Assert.That((await scene.NewDialogue().SensorCheckAsync()).IsGood);
        Assert.That(scene.Line.NowMs, Is.GreaterThan(40_000));
    }

    [Test]
    public void PatienceWithABusyNodeEnds()
    {
        var scene = new DialogueScene(options: new DialogueOptions { BusyPatience = TimeSpan.FromSeconds(10) });
        using var stop = new CancellationTokenSource();
        var listener = new Listener<MeasurementProgress>(_ => { scene.Line.ToBoard = (_, _) => []; stop.Cancel(); });
        Assert.That(async () => await scene.Dialogue.NoiseFloorAsync(TimeSpan.FromSeconds(60), listener, stop.Token), Throws.InstanceOf<OperationCanceledException>());
        scene.Line.ToBoard = null;
        long before = scene.Line.NowMs;

        Assert.That(async () => await scene.NewDialogue().SensorCheckAsync(), Refused(SerialStatus.Busy));
        Assert.That(scene.Line.NowMs - before, Is.InRange(10_000, 12_000));
    }

    [Test]
    public async Task TheCalendarIsSet()
    {
        var scene = new DialogueScene();
        var now = new DateTimeOffset(2026, 11, 23, 2, 0, 0, TimeSpan.Zero);

        Assert.That(await scene.Dialogue.SetTimeAsync(now), Is.EqualTo(now));
        Assert.That((await scene.Dialogue.StatusAsync()).Utc, Is.InRange(now, now.AddSeconds(1)));
        Assert.That(async () => await scene.Dialogue.SetTimeAsync(DateTimeOffset.UnixEpoch), Refused(SerialStatus.InvalidValue));
    }

    [Test]
    public async Task WhatIsStagedIsDiscarded()
    {
        var scene = new DialogueScene();
        await scene.Dialogue.StageAsync(DialogueScene.Texts());
        await scene.Dialogue.DiscardAsync();

        BoardStatus status = await scene.Dialogue.StatusAsync();
        Assert.That((status.IsStaged, status.Fields.Count), Is.EqualTo((false, 0)));
    }

    [Test]
    public async Task AFactoryResetLeavesABoardAsFromTheWorkshop()
    {
        var scene = new DialogueScene();
        BoardDialogue dialogue = await scene.OpenAsync();
        await dialogue.FactoryResetAsync();
        Assert.That((await dialogue.WaitForLineAsync([BootLine.Waiting], TimeSpan.FromSeconds(5)))!.Text, Is.EqualTo("DT13 waiting"));

        Assert.That((await dialogue.StatusAsync()).IsProtected, Is.False);
        Assert.That(scene.Board.Identity, Is.Null);
    }

    [Test]
    public async Task AProvisionedBoardIsChangedByWhoKnowsItsSecret()
    {
        var scene = new DialogueScene();
        BoardDialogue dialogue = await scene.OpenAsync();
        await dialogue.StageAsync([new StagedText(StagedField.DeviceId, "pump-8")]);
        await dialogue.CommitAsync(new SecretText(DialogueScene.OtherSecret));
        await dialogue.RebootAsync();
        await dialogue.WaitForLineAsync([BootLine.Running], TimeSpan.FromSeconds(5));

        Assert.That(scene.Board.Identity!.DeviceId, Is.EqualTo("pump-8"));
        Assert.That(async () => await dialogue.AuthenticateAsync(new SecretText(DialogueScene.Secret)), Refused(SerialStatus.WrongAnswer));
        scene.Line.Run(TimeSpan.FromSeconds(1));
        await dialogue.AuthenticateAsync(new SecretText(DialogueScene.OtherSecret));
    }

    [Test]
    public async Task AWaitForALineEnds()
    {
        var scene = new DialogueScene();
        await scene.Dialogue.IdentifyAsync();

        Assert.That(await scene.Dialogue.WaitForLineAsync([BootLine.Running], TimeSpan.FromSeconds(7)), Is.Null);
        Assert.That(scene.Line.NowMs, Is.InRange(7000, 7100));
    }

    [Test]
    public async Task SomebodyListensBetweenTheRequests()
    {
        var scene = new DialogueScene();
        using var stop = new CancellationTokenSource();
        scene.Dialogue.LineReceived += line => { if (line.Number == BootLine.Waiting) { stop.Cancel(); } };

        await scene.Dialogue.ListenAsync(stop.Token);

        Assert.That(scene.Lines, Has.Count.EqualTo(5));
    }

    [Test]
    public async Task NobodyAnswers()
    {
        var scene = new DialogueScene();
        scene.Line.ToBoard = (_, _) => [];
        scene.Line.ToTool = (_, _) => [];

        var silent = await Assert.ThrowsAsync<BoardSilentException>(async () => await scene.Dialogue.StatusAsync());

        Assert.That((silent!.Command, silent.BytesHeard, scene.Line.Writes), Is.EqualTo((SerialCommand.Identify, 0, 2)));
        Assert.That(scene.Line.NowMs, Is.InRange(2000, 2100));
    }

    [Test]
    public async Task WhoSpeaksSomethingElseIsHeard()
    {
        var scene = new DialogueScene();
        scene.Line.ToBoard = (_, _) => [];

        var silent = await Assert.ThrowsAsync<BoardSilentException>(async () => await scene.Dialogue.IdentifyAsync());

        Assert.That(silent!.BytesHeard, Is.GreaterThan(50));
        Assert.That(silent.Message, Does.Contain("does not speak the provisioning protocol"));
    }

    [Test]
    public void ALineThatGarblesEverythingIsBlamed()
    {
        var scene = new DialogueScene();
        scene.Line.ToTool = (place, next) => next >= 0x80 || place % 9 != 0 ? [next] : [(byte)(next ^ 1)];

        Assert.That(async () => await scene.Dialogue.IdentifyAsync(), Refused(SerialStatus.Garbled));
    }

    [Test]
    public void APulledCableIsNoSilence()
    {
        var scene = new DialogueScene();
        scene.Line.Writing = number => scene.Line.IsPulled = number == 1;

        Assert.That(async () => { await scene.Dialogue.IdentifyAsync(); await scene.Dialogue.StatusAsync(); }, Throws.InstanceOf<IOException>());
    }

    [Test]
    public void ABoardThatSpeaksAnotherVersionIsNamed()
    {
        var scene = new DialogueScene();
        byte[] other = new byte[SerialFrame.MaximumLength];
        int length = SerialFrame.Write(other, SerialFrame.Response, 0, 0, "{}"u8.ToArray(), 2);
        other[2] = 2;
        int crc = SerialFrame.Crc16(other, 2, length - 4);
        other[length - 2] = (byte)crc;
        other[length - 1] = (byte)(crc >> 8);
        scene.Line.ToTool = (place, _) => place == 0 ? other[..length] : [];

        Assert.That(
            async () => await scene.Dialogue.IdentifyAsync(), Refused(SerialStatus.OtherVersion).With.Property(nameof(DialogueException.NodesVersion)).EqualTo(2));
    }

    [TestCase(StagedField.Secret, "x")]
    [TestCase(StagedField.HubPort, "many")]
    [TestCase(StagedField.Network, "a name of a network that has too many signs")]
    [TestCase(StagedField.CertificateAuthority, "\u0001")]
    public async Task WhatTheNodeWouldNotTakeIsNotSent(int field, string text)
    {
        var scene = new DialogueScene();
        text = field == StagedField.CertificateAuthority ? new string('x', 300) + text : text;

        var refused = await Assert.ThrowsAsync<ArgumentException>(async () => await scene.Dialogue.StageAsync([new StagedText(field, text)]));

        Assert.That(refused!.Message, Does.Not.Contain(text));
        Assert.That(scene.Line.Writes, Is.Zero);
    }

    [Test]
    public void AValueThatTheNodeRefusesIsNamed() => Assert.That(
        async () => await new DialogueScene().Dialogue.StageAsync([new StagedText(StagedField.Network, "plant \U0001F3ED")]),
        Refused(SerialStatus.InvalidValue).With.Property(nameof(DialogueException.Field)).EqualTo("network"));

    [Test]
    public async Task NoSecretIsInWhatTheToolPrints()
    {
        var scene = new DialogueScene();
        StringBuilder printed = new();
        scene.Dialogue.LineReceived += line => printed.AppendLine($"{line}");
        await scene.Dialogue.StageAsync(DialogueScene.Texts(), new Listener<TransferProgress>(progress => printed.AppendLine($"{progress}")));
        printed.AppendLine($"{await scene.Dialogue.StatusAsync()} {string.Join(' ', (await scene.Dialogue.StatusAsync()).Fields)}");
        printed.AppendLine(string.Join(' ', DialogueScene.Texts().AsEnumerable()));
        await scene.Dialogue.CommitAsync(new SecretText(DialogueScene.Secret));
        await scene.Dialogue.CloseAsync();
        foreach (Func<Task> failing in new Func<Task>[]
        {
            () => scene.Dialogue.AuthenticateAsync(new SecretText(DialogueScene.OtherSecret)),
            () => scene.Dialogue.CommitAsync(new SecretText(DialogueScene.OtherSecret)),
            () => scene.Dialogue.StageAsync([new StagedText(StagedField.NetworkPassword, DialogueScene.Password)]),
            () => scene.Dialogue.StageAsync([new StagedText(StagedField.Key, new string('k', 200))]),
        })
        {
            printed.AppendLine($"{await Assert.CatchAsync(async () => await failing())}");
        }

        foreach (string secret in new[] { DialogueScene.Secret, DialogueScene.OtherSecret, DialogueScene.Key, DialogueScene.Password, "kkkk" })
        {
            Assert.That(printed.ToString(), Does.Not.Contain(secret));
        }
    }

    private static NUnit.Framework.Constraints.EqualNumericConstraint<int> Refused(int status) =>
        Throws.TypeOf<DialogueException>().With.Property(nameof(DialogueException.Status)).EqualTo(status);

    private sealed class FailingFiles(IFiles files) : IFiles
    {
        public byte[]? Read(string name) => files.Read(name);

        public void Write(string name, byte[] content) => throw new IOException("full");

        public void Append(string name, byte[] bytes, int count) => throw new IOException("full");

        public int ReadAt(string name, int position, byte[] buffer, int count) => files.ReadAt(name, position, buffer, count);

        public int Length(string name) => files.Length(name);

        public void Delete(string name) => files.Delete(name);

        public string[] List() => files.List();
    }
}
