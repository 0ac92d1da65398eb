using System.Text;
using System.Text.Json.Nodes;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Provisioning;
using DeviceTwin.SensorNode.Simulator.Board;

namespace DeviceTwin.Tests.SensorNode.Simulator.Provisioning;

/// <summary>The conversation with a technician's tool: nothing hangs it, nothing half done is stored, no secret comes back.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class SerialDialogueTests
{
    private readonly DialogueScene _scene = new();

    [Test]
    public void ANodeSaysWhoItIs()
    {
        Assert.That(_scene.Ask(SerialCommand.Identify).ToJsonString(), Is.EqualTo(
            """{"status":0,"board":"esp32-s3-devkitc-1-n8r8","firmware":"0.1.0","protocol":1,"chipId":"a0b1c2d3e4f5","mac":"a0b1c2d3e4f5","accelerometer":"iis3dwb","thermometer":"mcp9808"}"""));
    }

    [Test]
    public void AWholeConfigurationBecomesAnIdentity()
    {
        _scene.Provision();

        var store = new IdentityStore(_scene.Files);
        NodeIdentity? identity = store.Load();
        Assert.That(store.Refusal, Is.Empty);
        Assert.Multiple(() =>
        {
            Assert.That(identity!.DeviceId, Is.EqualTo("pump-7"));
            Assert.That(identity.HubHost, Is.EqualTo("hub.plant.example"));
            Assert.That(identity.HubPort, Is.EqualTo(8883));
            Assert.That(identity.Key, Is.EqualTo(DialogueScene.Key));
            Assert.That(identity.Network, Is.EqualTo("plant"));
            Assert.That(identity.NetworkPassword, Is.EqualTo("pass word"));
            Assert.That(identity.TimeServer, Is.EqualTo("time.plant.example"));
            Assert.That(identity.CertificateAuthority, Is.EqualTo(DialogueScene.Pem("CERTIFICATE", 28)));
        });
    }

    [Test]
    public void NothingIsStoredBeforeTheCommit()
    {
        _scene.Stage();
        Assert.That(_scene.Files.Read(IdentityStore.FileName), Is.Null);
        Assert.That((bool)_scene.Ask(SerialCommand.Status)["staged"]!, Is.True);

        _scene.Ask(SerialCommand.Discard);
        Assert.That((bool)_scene.Ask(SerialCommand.Status)["staged"]!, Is.False);
        Assert.That(Status(SerialCommand.Commit, $$"""{"secret":"{{DialogueScene.Secret}}"}"""), Is.EqualTo(SerialStatus.Incomplete));
    }

    [Test]
    public void TheFirstCommitNeedsASecret([Values("", "{}", """{"secret":"c2hvcnQ="}""", """{"secret":"no base64 at all!!!!!!!!!!!!!!"}""", """{"secret":5}""")] string payload)
    {
        _scene.Stage();

        Assert.That(Status(SerialCommand.Commit, payload), Is.EqualTo(SerialStatus.Incomplete));
        Assert.That(_scene.Files.Read(IdentityStore.FileName), Is.Null);
    }

    [Test]
    public void WhatMakesNoIdentityIsNotStored()
    {
        _scene.Stage();
        _scene.Ask(SerialCommand.HubSet, """{"hubHost":"not a host"}""");
        JsonObject answer = _scene.Ask(SerialCommand.Commit, $$"""{"secret":"{{DialogueScene.Secret}}"}""");

        Assert.That(answer.ToJsonString(), Is.EqualTo("""{"status":10,"word":"incomplete","reason":"identityHubHost"}"""));
        Assert.That((string?)_scene.Ask(SerialCommand.Status)["reason"], Is.EqualTo("identityHubHost"));
        Assert.That(_scene.Files.Read(IdentityStore.FileName), Is.Null);
    }

    [Test]
    public void AStorageThatFailsLeavesTheOldConfiguration()
    {
        var files = new StubbornFiles();
        var scene = new DialogueScene(files);
        scene.Provision();
        byte[] before = files.Read(IdentityStore.FileName)!;
        files.Fails = true;
        scene.Ask(SerialCommand.WifiSet, """{"network":"other"}""");

        Assert.That(DialogueScene.StatusOf(scene.Ask(SerialCommand.Commit)), Is.EqualTo(SerialStatus.StorageFailed));
        Assert.That(files.Read(IdentityStore.FileName), Is.EqualTo(before));
        Assert.That(scene.Dialogue.Commits, Is.EqualTo(1));
        files.Fails = false;
        Assert.That(DialogueScene.StatusOf(scene.Ask(SerialCommand.Commit)), Is.Zero, "asked again, it is done");
    }

    [Test]
    public void AChangeOfTheNetworkLeavesTheRest()
    {
        _scene.Provision();
        _scene.Ask(SerialCommand.WifiSet, """{"network":"other","networkPassword":null}""");
        Assert.That(Status(SerialCommand.Commit), Is.Zero);

        NodeIdentity identity = new IdentityStore(_scene.Files).Load();
        Assert.That((identity.Network, identity.NetworkPassword, identity.Key), Is.EqualTo(("other", (string?)null, DialogueScene.Key)));
    }

    [Test]
    public void WhatIsStoredIsReadAgainAfterAPause()
    {
        _scene.Provision();
        _scene.Run(10_000);
        _scene.Ask(SerialCommand.WifiSet, """{"network":"other"}""");
        _scene.Run(10_000);
        Assert.That((bool)_scene.Ask(SerialCommand.Status)["staged"]!, Is.True, "what is changed is kept");
        _scene.Ask(SerialCommand.Commit);

        NodeIdentity identity = new IdentityStore(_scene.Files).Load();
        Assert.That((identity.Network, identity.NetworkPassword, identity.Key), Is.EqualTo(("other", "pass word", DialogueScene.Key)));
    }

    [Test]
    public void NoSecretIsEverSent()
    {
        _scene.Provision();
        _scene.Ask(SerialCommand.Status);
        string everything = string.Concat(_scene.Frames.Select(frame => frame.Payload.ToJsonString()));

        Assert.That(everything, Does.Contain("\"field\":\"key\""));
        Assert.That(everything, Does.Contain("\"field\":\"networkPassword\""));
        Assert.That(everything, Does.Not.Contain(DialogueScene.Key).And.Not.Contain("pass word").And.Not.Contain(DialogueScene.Secret));
        JsonObject password = Field("networkPassword");
        Assert.That(password.ToJsonString(), Is.EqualTo("""{"field":"networkPassword","length":9}"""), "short ones could be guessed from a fingerprint");
        Assert.That(Field("key")["fingerprint"]!.ToString(), Has.Length.EqualTo(8));
        Assert.That(Field("deviceId")["value"]!.ToString(), Is.EqualTo("pump-7"));
    }

    [Test]
    public void AProvisionedNodeIsLockedForStrangers()
    {
        DialogueScene scene = Restarted();
        for (int command = 1; command < SerialCommand.Count; command++)
        {
            if (command > SerialCommand.Authenticate)
            {
                Assert.That(DialogueScene.StatusOf(scene.Ask(command)), Is.EqualTo(SerialStatus.Locked), SerialCommand.Word(command));
            }
        }

        Assert.That(DialogueScene.StatusOf(scene.Ask(SerialCommand.Identify)), Is.Zero);
        JsonObject status = scene.Ask(SerialCommand.Status);
        Assert.That(((bool)status["protected"]!, (bool)status["open"]!), Is.EqualTo((true, false)));
        Assert.That(scene.Frames.Where(frame => frame.Kind == SerialFrame.Progress), Is.Empty, "strangers see no field");
    }

    [Test]
    public void WhoKnowsTheSecretIsLetIn()
    {
        DialogueScene scene = Restarted();

        Assert.That(DialogueScene.StatusOf(scene.Authenticate()), Is.Zero);
        Assert.That(DialogueScene.StatusOf(scene.Ask(SerialCommand.Discard)), Is.Zero);
        scene.Ask(SerialCommand.Close);
        Assert.That(DialogueScene.StatusOf(scene.Ask(SerialCommand.Discard)), Is.EqualTo(SerialStatus.Locked));
    }

    [TestCase(-1000, SerialStatus.Ok)]
    [TestCase(1000, SerialStatus.Locked)]
    public void ASessionEndsWhereNothingIsAsked(int overMs, int expected)
    {
        DialogueScene scene = Restarted();
        scene.Authenticate();
        scene.Run(SessionLock.IdleMs + overMs);

        Assert.That(DialogueScene.StatusOf(scene.Ask(SerialCommand.Discard)), Is.EqualTo(expected));
    }

    [Test]
    public void WhatOneTechnicianLeftIsNotThereForTheNext()
    {
        DialogueScene scene = Restarted();
        scene.Authenticate();
        scene.Ask(SerialCommand.WifiSet, """{"network":"left"}""");
        scene.Run(SessionLock.IdleMs + 1000);
        scene.Ask(SerialCommand.Discard);
        scene.Authenticate();

        Assert.That((bool)scene.Ask(SerialCommand.Status)["staged"]!, Is.False);
    }

    [Test]
    public void GuessesTakeLongerAndLonger()
    {
        DialogueScene scene = Restarted();
        string wrong = Convert.ToBase64String(new byte[32]);
        var waits = new List<int>();
        for (int guess = 0; guess < 12; guess++)
        {
            JsonObject answer = scene.Authenticate(wrong);
            Assert.That(DialogueScene.StatusOf(answer), Is.EqualTo(SerialStatus.WrongAnswer));
            waits.Add((int)answer["retryAfterMs"]!);
            Assert.That(DialogueScene.StatusOf(scene.Ask(SerialCommand.Challenge)), Is.EqualTo(SerialStatus.TooSoon));
            Assert.That(DialogueScene.StatusOf(scene.Ask(SerialCommand.Authenticate, """{"answer":"00"}""")), Is.EqualTo(SerialStatus.TooSoon), "not even looked at");
            scene.Run(waits[^1]);
        }

        Assert.That(waits, Is.EqualTo(new[] { 1000, 2000, 4000, 8000, 16000, 32000, 64000, 128000, 256000, 300000, 300000, 300000 }));
        Assert.That(DialogueScene.StatusOf(scene.Authenticate()), Is.Zero, "the right one is still taken");
    }

    [Test]
    public void AnAnswerThatWasHeardIsWorthNothing()
    {
        DialogueScene scene = Restarted();
        scene.Authenticate();
        byte[] overheard = scene.LastSent;
        scene.Ask(SerialCommand.Close);
        scene.Pipe.Send(overheard);
        scene.Run(100);
        Assert.That(DialogueScene.StatusOf(scene.Ask(SerialCommand.Discard)), Is.EqualTo(SerialStatus.Locked));

        DialogueScene later = new(scene.Files, starts: 3);
        later.Ask(SerialCommand.Challenge);
        later.Pipe.Send(overheard);
        later.Run(100);
        Assert.That(DialogueScene.StatusOf(later.Ask(SerialCommand.Discard)), Is.EqualTo(SerialStatus.Locked));
    }

    [Test]
    public void ChallengesNeverComeTwice()
    {
        DialogueScene provisioned = Restarted();
        var seen = new HashSet<string>();
        for (int start = 2; start < 12; start++)
        {
            var scene = new DialogueScene(provisioned.Files, start);
            for (int time = 0; time < 5; time++)
            {
                Assert.That(seen.Add((string)scene.Ask(SerialCommand.Challenge)["challenge"]!), Is.True);
            }
        }
    }

    [TestCase(-500, SerialStatus.Ok)]
    [TestCase(500, SerialStatus.WrongAnswer)]
    public void AChallengeGrowsOld(int overMs, int expected)
    {
        DialogueScene scene = Restarted();
        byte[] challenge = Convert.FromHexString((string)scene.Ask(SerialCommand.Challenge)["challenge"]!);
        scene.Run(SessionLock.ChallengeMs + overMs);
        byte[] answer = SessionLock.Sign(Convert.FromBase64String(DialogueScene.Secret), challenge, "a0b1c2d3e4f5");

        Assert.That(DialogueScene.StatusOf(scene.Ask(SerialCommand.Authenticate, $$"""{"answer":"{{Convert.ToHexStringLower(answer)}}"}""")), Is.EqualTo(expected));
    }

    [TestCase(-1000, SerialStatus.Ok)]
    [TestCase(1000, SerialStatus.Locked)]
    public void TheButtonOpensForAWhile(int overMs, int expected)
    {
        DialogueScene scene = Restarted();
        scene.Dialogue.Lock.OpenWindow(0);
        scene.Run(SessionLock.ButtonWindowMs + overMs);

        Assert.That(DialogueScene.StatusOf(scene.Ask(SerialCommand.Discard)), Is.EqualTo(expected));
    }

    [Test]
    public void ARequestThatComesTwiceIsDoneOnceAndAnsweredTwice()
    {
        _scene.Stage();
        int number = _scene.Send(SerialCommand.Commit, Encoding.UTF8.GetBytes($$"""{"secret":"{{DialogueScene.Secret}}"}"""));
        _scene.Run(100);
        _scene.Pipe.Send(_scene.LastSent);
        _scene.Run(100);

        Assert.That(_scene.Frames.Count(frame => frame.Number == number && frame.Command == SerialCommand.Commit), Is.EqualTo(2));
        Assert.That(_scene.Dialogue.Commits, Is.EqualTo(1));
    }

    [Test]
    public void AGarbledFrameIsAnsweredAndTheNextServed()
    {
        byte[] frame = SerialFrameTests.Make(77, "{}");
        frame[^1] ^= 0x10;
        _scene.Pipe.Send(frame);
        _scene.Run(100);
        Assert.That(_scene.Frames[^1].Payload.ToJsonString(), Is.EqualTo("""{"status":1,"word":"garbled"}"""));
        Assert.That(_scene.Frames[^1].Number, Is.Zero);

        Assert.That(Status(SerialCommand.Identify), Is.Zero);
    }

    [Test]
    public void EveryRequestSurvivesACutAtEachByte()
    {
        byte[] whole = SerialFrameTests.Make(200, """{"network":"plant"}""", SerialCommand.WifiSet);
        for (int cut = 0; cut < whole.Length; cut++)
        {
            _scene.Pipe.Send(whole.AsSpan(0, cut));
            _scene.Run(SerialReceiver.GapMs + 200);
            Assert.That(Status(SerialCommand.Identify), Is.Zero, $"cut at {cut}");
        }

        Assert.That((bool)_scene.Ask(SerialCommand.Status)["staged"]!, Is.False, "no piece of it was taken");
    }

    [Test]
    public void AnotherVersionIsToldOurs()
    {
        byte[] frame = SerialFrameTests.Make(5, "");
        frame[2] = 9;
        int crc = SerialFrame.Crc16(frame, 2, frame.Length - 4);
        (frame[^2], frame[^1]) = ((byte)crc, (byte)(crc >> 8));
        _scene.Pipe.Send(frame);
        _scene.Run(100);

        Assert.That(_scene.Frames[^1].Payload.ToJsonString(), Is.EqualTo("""{"status":2,"word":"otherVersion","version":1}"""));
    }

    [TestCase(0)]
    [TestCase(SerialCommand.Count)]
    [TestCase(255)]
    public void AnUnknownCommandIsRefused(int command)
    {
        Assert.That(Status(command), Is.EqualTo(SerialStatus.UnknownCommand));
    }

    [Test]
    public void PayloadsThatAreNoObjectAreRefused([Values("[", "1", "{\"a\":", "{\"a\":1}x", "null", "\"x\"", "{{}}")] string payload)
    {
        for (int command = 1; command < SerialCommand.Count; command++)
        {
            if (command != SerialCommand.Put)
            {
                Assert.That(Status(command, payload), Is.EqualTo(SerialStatus.Malformed), SerialCommand.Word(command));
            }
        }
    }

    [TestCase(SerialCommand.WifiSet, """{"network":"123456789012345678901234567890123"}""", "network", Description = "33 bytes")]
    [TestCase(SerialCommand.WifiSet, """{"deviceId":"x"}""", "", Description = "of another command")]
    [TestCase(SerialCommand.WifiSet, """{"network":"good","typo":"x"}""", "")]
    [TestCase(SerialCommand.WifiSet, """{"network":5}""", "network")]
    [TestCase(SerialCommand.HubSet, """{"hubPort":"8883"}""", "hubPort")]
    [TestCase(SerialCommand.HubSet, """{"hubPort":-1}""", "hubPort")]
    [TestCase(SerialCommand.HubSet, """{"hubPort":123456}""", "hubPort")]
    [TestCase(SerialCommand.IdentitySet, """{"provisioningSecret":"x"}""", "")]
    public void AMemberThatCannotBeTakenIsNamedAndNothingTaken(int command, string payload, string field)
    {
        JsonObject answer = _scene.Ask(command, payload);

        Assert.That((DialogueScene.StatusOf(answer), (string?)answer["field"]), Is.EqualTo((SerialStatus.InvalidValue, field)));
        Assert.That((bool)_scene.Ask(SerialCommand.Status)["staged"]!, Is.False);
    }

    [Test]
    public void PiecesMustFollowEachOther()
    {
        const int Field = StagedField.CertificateAuthority;
        Assert.That(Status(SerialCommand.Put, DialogueScene.Piece(Field, 1, "x")), Is.EqualTo(SerialStatus.OutOfOrder));
        _scene.Put(Field, "0123456789", 4);
        Assert.That(Status(SerialCommand.Put, DialogueScene.Piece(Field, 4, "4567")), Is.Zero, "a piece once more");
        JsonObject answer = _scene.Ask(SerialCommand.Put, DialogueScene.Piece(Field, 10, "late"));
        Assert.That((DialogueScene.StatusOf(answer), (int)answer["offset"]!), Is.EqualTo((SerialStatus.OutOfOrder, 8)), "what came after goes again, too");
        Assert.That(Status(SerialCommand.Put, DialogueScene.Piece(Field, 0, "\u0001")), Is.EqualTo(SerialStatus.InvalidValue));
        Assert.That(Status(SerialCommand.Put, DialogueScene.Piece(99, 0, "x")), Is.EqualTo(SerialStatus.InvalidValue));
        Assert.That(Status(SerialCommand.Put, DialogueScene.Piece(StagedField.Secret, 0, "x")), Is.EqualTo(SerialStatus.InvalidValue));
        Assert.That(Status(SerialCommand.Put, new byte[] { 4, 0 }), Is.EqualTo(SerialStatus.Malformed));
    }

    [TestCase(StagedField.CertificateAuthority)]
    [TestCase(StagedField.Network)]
    public void ATextMayBeAsLongAsItsFieldAndNotLonger(int field)
    {
        int most = StagedField.Maximum(field);
        _scene.Put(field, new string('a', most), Math.Min(most, 200));

        Assert.That(Status(SerialCommand.Put, DialogueScene.Piece(field, most, "b")), Is.EqualTo(SerialStatus.InvalidValue));
    }

    [Test]
    public void ASensorCheckTellsWhatThereIs()
    {
        JsonObject answer = _scene.Ask(SerialCommand.SensorCheck, "", 1000);

        Assert.That(answer.ToJsonString(), Is.EqualTo(
            """{"status":0,"accelerometer":"none","thermometer":"none","accelerometerId":123,"thermometerId":1024,"selfTest":1,"centiCelsius":2350}"""));
    }

    [Test]
    public void AFaultySensorIsNamed()
    {
        _scene.Sensors.AccelerometerFault = "wrongDevice";
        JsonObject answer = _scene.Ask(SerialCommand.SensorCheck, "", 1000);

        Assert.That((DialogueScene.StatusOf(answer), (string?)answer["accelerometer"]), Is.EqualTo((SerialStatus.SensorFailed, "wrongDevice")));
    }

    [Test]
    public void ATapTestTellsHowFarItIs()
    {
        JsonObject answer = _scene.Ask(SerialCommand.TapTest, """{"durationMs":5000}""", 6000);

        Assert.That(answer.ToJsonString(), Is.EqualTo(
            """{"status":0,"taps":5,"resonanceHz":6200,"gravityXMilliG":3,"gravityYMilliG":-12,"gravityZMilliG":998}"""));
        var progress = _scene.Frames.Where(frame => frame.Kind == SerialFrame.Progress).ToArray();
        Assert.That(progress, Has.Length.InRange(4, 5));
        Assert.That(progress.Select(frame => (int)frame.Payload["percent"]!), Is.Ordered);
        Assert.That(progress.Select(frame => frame.Command), Is.All.EqualTo(SerialCommand.TapTest));
    }

    [TestCase(999, SerialStatus.InvalidValue)]
    [TestCase(1000, SerialStatus.Ok)]
    [TestCase(60000, SerialStatus.Ok)]
    [TestCase(60001, SerialStatus.InvalidValue)]
    public void AMeasurementHasItsTime(int durationMs, int expected)
    {
        Assert.That(DialogueScene.StatusOf(_scene.Ask(SerialCommand.NoiseFloor, $$"""{"durationMs":{{durationMs}}}""", durationMs + 500)), Is.EqualTo(expected));
    }

    [Test]
    public void AMeasurementThatNeverEndsIsEnded()
    {
        _scene.Sensors.Hang = true;
        JsonObject answer = _scene.Ask(SerialCommand.TapTest, """{"durationMs":2000}""", 10_000);

        Assert.That(DialogueScene.StatusOf(answer), Is.EqualTo(SerialStatus.TimedOut));
        Assert.That(_scene.Sensors.IsMeasuring, Is.False);
        Assert.That(Status(SerialCommand.Identify), Is.Zero);
    }

    [Test]
    public void WhileItMeasuresItIsBusyAndCanBeStopped()
    {
        int test = _scene.Send(SerialCommand.TapTest, "{}"u8.ToArray());
        _scene.Run(3000);
        Assert.That(Status(SerialCommand.Discard), Is.EqualTo(SerialStatus.Busy));
        Assert.That(Status(SerialCommand.Cancel), Is.Zero);

        Assert.That(_scene.Frames.Single(frame => frame.Kind == SerialFrame.Response && frame.Number == test).Payload.ToJsonString(),
            Is.EqualTo("""{"status":15,"word":"cancelled"}"""));
        Assert.That(_scene.Sensors.IsMeasuring, Is.False);
        Assert.That(Status(SerialCommand.Discard), Is.Zero);
    }

    [Test]
    public void SensorsThatMeasureForTheNodeAreBusyAndLaterNot()
    {
        _scene.Sensors.AreBusy = true;
        int number = _scene.Send(SerialCommand.SensorCheck, []);
        byte[] request = _scene.LastSent;
        _scene.Run(100);
        _scene.Sensors.AreBusy = false;
        _scene.Pipe.Send(request);
        _scene.Run(1000);

        Assert.That(_scene.Frames.Where(frame => frame.Number == number).Select(frame => DialogueScene.StatusOf(frame.Payload)), Is.EqualTo(new[] { SerialStatus.Busy, SerialStatus.Ok }));
    }

    [Test]
    public void AScanNamesNetworksTheStrongestFirst()
    {
        JsonObject answer = _scene.Ask(SerialCommand.WifiScan);

        Assert.That((int)answer["networks"]!, Is.EqualTo(2));
        Assert.That(_scene.Frames.Where(frame => frame.Kind == SerialFrame.Progress).Select(frame => frame.Payload.ToJsonString()),
            Is.EqualTo(new[] { """{"network":"plant","signalDbm":-55}""", """{"network":"guest","signalDbm":-80}""" }));
    }

    [Test]
    public void AScanThatNeverEndsIsEnded()
    {
        _scene.Radio.Networks = null;

        Assert.That(DialogueScene.StatusOf(_scene.Ask(SerialCommand.WifiScan, "", SerialDialogue.ScanMs + 500)), Is.EqualTo(SerialStatus.TimedOut));
    }

    [TestCase(0, SerialStatus.InvalidValue)]
    [TestCase(1735689599999, SerialStatus.InvalidValue)]
    [TestCase(1735689600000, SerialStatus.Ok)]
    public void TheTimeCanBeSet(long utcMs, int expected)
    {
        Assert.That(Status(SerialCommand.TimeSet, $$"""{"utcMs":{{utcMs}}}"""), Is.EqualTo(expected));
        Assert.That(_scene.Clock.UtcMs(), expected == SerialStatus.Ok ? Is.InRange(utcMs, utcMs + 500) : Is.Zero);
    }

    [Test]
    public void ARestartIsAskedForAfterTheAnswerHasLeft()
    {
        _scene.Send(SerialCommand.Reboot, []);
        _scene.Run(100);
        Assert.That(_scene.Dialogue.TakeRequest(_scene.NowMs), Is.EqualTo(DialogueRequest.None));
        _scene.Run(1000);
        Assert.That(_scene.Dialogue.TakeRequest(_scene.NowMs), Is.EqualTo(DialogueRequest.Restart));
        Assert.That(_scene.Dialogue.TakeRequest(_scene.NowMs), Is.EqualTo(DialogueRequest.None), "once");
    }

    [Test]
    public void AFactoryResetNeedsItsWord()
    {
        _scene.Provision();
        Assert.That(Status(SerialCommand.FactoryReset), Is.EqualTo(SerialStatus.InvalidValue));
        Assert.That(Status(SerialCommand.FactoryReset, """{"confirm":"factoryReset"}"""), Is.Zero);

        Assert.That(_scene.Files.Read(IdentityStore.FileName), Is.Null);
        _scene.Run(1000);
        Assert.That(_scene.Dialogue.TakeRequest(_scene.NowMs), Is.EqualTo(DialogueRequest.FactoryReset));
    }

    [Test]
    public void NoDialogueOverflowsTheDriver()
    {
        _scene.Provision();

        Assert.That(_scene.Pipe.Overflows, Is.Zero, "one request under way at a time, each smaller than the driver's memory");
    }

    [Test]
    public void NoiseOnTheLineNeverHangsIt([Range(1, 20)] int seed)
    {
        var random = new Random(seed);
        for (int round = 0; round < 150; round++)
        {
            byte[] bytes = SerialFrameTests.Make(1 + random.Next(255), random.Next(3) == 0 ? "{}" : "", random.Next(SerialCommand.Count + 2));
            for (int hit = random.Next(4); hit > 0; hit--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            _scene.Pipe.Send(bytes.AsSpan(0, random.Next(1, bytes.Length + 1)));
            _scene.Run(random.Next(1, 400));
        }

        _scene.Run(SerialDialogue.LongestMeasurementMs + 6000);
        Assert.That(Status(SerialCommand.Identify), Is.Zero);
    }

    private int Status(int command, string payload = "") => DialogueScene.StatusOf(_scene.Ask(command, payload));

    private int Status(int command, byte[] payload) => DialogueScene.StatusOf(_scene.Ask(command, payload));

    private JsonObject Field(string name) =>
        _scene.Frames.Last(frame => frame.Kind == SerialFrame.Progress && (string?)frame.Payload["field"] == name).Payload;

    private static DialogueScene Restarted() => new(new DialogueScene().Provision().Files, starts: 2);

    private sealed class StubbornFiles : IFiles
    {
        private readonly MemoryFiles _files = new();

        public bool Fails { get; set; }

        public byte[] Read(string name) => _files.Read(name)!;

        public void Write(string name, byte[] content)
        {
            if (Fails)
            {
                throw new IOException("no medium");
            }

            _files.Write(name, content);
        }

        public void Delete(string name) => _files.Delete(name);

        public void Append(string name, byte[] bytes, int count)
        {
            if (Fails)
            {
                throw new IOException("no medium");
            }

            _files.Append(name, bytes, count);
        }

        public int ReadAt(string name, int position, byte[] buffer, int count) => _files.ReadAt(name, position, buffer, count);

        public int Length(string name) => _files.Length(name);

        public string[] List() => _files.List();
    }
}
