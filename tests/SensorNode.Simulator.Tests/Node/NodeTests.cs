using System.Text.Json.Nodes;
using DeviceTwin.SensorNode;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Simulator.Board;
using DeviceTwin.SensorNode.Simulator.Machines;
using DeviceTwin.Tests.SensorNode.Simulator.Link;

namespace DeviceTwin.Tests.SensorNode.Simulator.Node;

/// <summary>The whole node: from the sensor to the hub, and from the hub to the settings.</summary>
public sealed class NodeTests
{
    [Test]
    public void TheFirstVerdictReachesTheHub()
    {
        var scene = new NodeScene().RunTo(20_000);
        JsonObject features = scene.Features[0];
        Assert.That(
            features.Select(member => member.Key),
            Is.EqualTo(new[]
            {
                "bootId", "seq", "t", "capture", "verdict", "zone", "zoneRefusals", "alarms", "acknowledged", "causes",
                "velocityUmPerSecond", "slowVelocityUmPerSecond", "displacementNanometres", "accelerationMilliG", "peakMilliG",
                "crestMilli", "kurtosisMilli", "skewnessMilli", "bandMicroG", "peaks", "shaftEstimateMilliHertz",
                "shaftEstimateConfidencePermille", "shaftPattern", "temperatureCentiCelsius", "scores", "impulsivenessMilli",
                "confidencePermille", "windows", "running", "baselineExcessMilliSigma", "driftMilliSigma", "coveragePermille",
                "saturatedPermille", "clippedPermille", "aliasingPermille", "noiseVelocityUmPerSecond", "overrun", "refusals",
                "settingsVersion", "settingsHash", "fingerprint", "trial",
            }));
        Assert.That(features["verdict"]!.GetValue<string>(), Is.EqualTo("normal"));
        Assert.That(features["zone"]!.GetValue<string>(), Is.EqualTo("refused"));
        Assert.That(features["zoneRefusals"]!.ToJsonString(), Does.Contain("machineGroupUnknown"));
        Assert.That(features["alarms"]!.AsArray(), Is.Empty);
        Assert.That(features["crestMilli"]!.GetValue<int>(), Is.InRange(2000, 6000));
        Assert.That(features["kurtosisMilli"]!.GetValue<int>(), Is.InRange(1500, 4000));
        Assert.That(features["peaks"]!["milliHertz"]![0]!.GetValue<int>(), Is.InRange(29000, 30000), "the shaft's line is the largest");
        Assert.That(features["peaks"]!["umPerSecond"]!.AsArray(), Has.Count.EqualTo(features["peaks"]!["milliHertz"]!.AsArray().Count));
        Assert.That(features["bandMicroG"]!.ToJsonString(), Is.EqualTo("[null,null,null]"), "no band is configured");
        Assert.That(features["trial"], Is.Null);
        Assert.That(features["velocityUmPerSecond"]!.GetValue<int>(), Is.InRange(500, 2000));
        Assert.That(features["temperatureCentiCelsius"]!.GetValue<int>(), Is.InRange(2000, 8000));
        Assert.That(features["coveragePermille"]!.GetValue<int>(), Is.EqualTo(1000));
        Assert.That(features["t"]!.GetValue<long>(), Is.InRange(NodeScene.StartUtcMs, NodeScene.StartUtcMs + 5000));
        Assert.That(scene.Status.Verdict, Is.EqualTo("normal"));
        Assert.That(scene.Status.Captures, Is.EqualTo(1));
    }

    [Test]
    public void TheTwinShowsWhatTheNodeIs()
    {
        var scene = new NodeScene().RunTo(20_000);
        Assert.That(Reported(scene, "firmwareVersion"), Is.EqualTo(DeviceTwin.SensorNode.Node.FirmwareVersion));
        Assert.That(Reported(scene, "board"), Is.EqualTo("simulated"));
        Assert.That(Reported(scene, "bootId"), Is.EqualTo(scene.Status.BootId));
        Assert.That(Reported(scene, "verdict"), Is.EqualTo("normal"));
        Assert.That(Reported(scene, "resetCause"), Is.EqualTo(scene.Board.Power.LastResetCause()));
        Assert.That(Reported(scene, "zone"), Is.EqualTo("refused"));
        Assert.That(Reported(scene, "zoneEdition"), Does.StartWith("ISO "));
        Assert.That(scene.Session.Twin.ReportedAt("shadowVerdict"), Is.Null);
        Assert.That(Reported(scene, "settingsHash"), Is.EqualTo(scene.Features[0]["settingsHash"]!.GetValue<string>()));
        Assert.That(Reported(scene, "detectorFingerprint"), Is.EqualTo(scene.Features[0]["fingerprint"]!.GetValue<string>()));
        Assert.That(scene.Status.IsTwinSettled, Is.True);
        Assert.That(scene.Status.ReportedVersion, Is.EqualTo(scene.Session.Twin.ReportedVersion));
    }

    [Test]
    public void ASpectrumCarriesWhatIsNeededToDrawIt()
    {
        var scene = new NodeScene().RunTo(5000);
        scene.Session.Desire("""{"machine":{"shaftSpeedMilliHertz":29500,"bpfoMilliOrders":3585}}""");
        scene.RunTo(70_000);
        JsonObject spectrum = scene.Spectra[^1];
        Assert.That(spectrum["velocity"]!["values"]!.AsArray(), Has.Count.InRange(100, 512));
        Assert.That(spectrum["velocity"]!["unit"]!.GetValue<string>(), Is.EqualTo("um/s"));
        Assert.That(spectrum["envelope"]!["values"]!.AsArray(), Has.Count.InRange(100, 512));
        Assert.That(spectrum["envelope"]!["binMilliHertz"]!.GetValue<int>(), Is.Positive);
        Assert.That(spectrum["shaftSpeedMilliHertz"]!.GetValue<int>(), Is.EqualTo(29500));
        Assert.That(spectrum["orders"]!.ToJsonString(), Is.EqualTo("""{"bpfo":3585,"bpfi":0,"bsf":0,"ftf":0}"""));
    }

    [Test]
    public void ADesiredLimitChangesTheVerdictAndComesBackAcknowledged()
    {
        var scene = new NodeScene().RunTo(20_000);
        string before = Reported(scene, "settingsHash");
        scene.Session.Desire("""{"detection":{"velocityLimitUmPerSecond":100},"sampling":{"captureIntervalSeconds":10}}""");
        scene.RunTo(21_000);
        Assert.That(
            scene.Session.Twin.ReportedAt("detection.velocityLimitUmPerSecond")!.ToJsonString(),
            Is.EqualTo("""{"value":100,"ac":200,"av":2,"ad":"applied"}"""),
            "acknowledged at once, not with the next capture");
        scene.RunTo(60_000);
        Assert.That(Reported(scene, "verdict"), Is.EqualTo("high"));
        Assert.That(scene.Session.Twin.ReportedAt("alarms.high")!.GetValue<bool>(), Is.True);
        Assert.That(Reported(scene, "settingsHash"), Is.Not.EqualTo(before));
        JsonObject last = scene.Features[^1];
        Assert.That(last["verdict"]!.GetValue<string>(), Is.EqualTo("high"));
        Assert.That(last["settingsVersion"]!.GetValue<int>(), Is.EqualTo(2));
        Assert.That(scene.Status.Alarms, Is.EqualTo(new[] { "high" }));
        Assert.That(scene.Status.DesiredVersion, Is.EqualTo(2));

        scene.Session.Desire("""{"maintenance":{"alarmsInhibited":true}}""");
        scene.RunTo(90_000);
        Assert.That(Reported(scene, "verdict"), Is.EqualTo("high"));
        Assert.That(scene.Session.Twin.ReportedAt("alarms.high"), Is.Null);
    }

    [Test]
    public void AnAlarmIsToldWhenItIsRaisedAcknowledgedAndCleared()
    {
        var scene = new NodeScene().RunTo(5000);
        scene.Session.Desire("""{"detection":{"velocityLimitUmPerSecond":100},"sampling":{"captureIntervalSeconds":10}}""");
        scene.RunTo(60_000);
        string first = scene.Status.BootId + "-high-1";
        JsonObject raised = scene.Alarms.Single();
        Assert.That(Told(raised), Is.EqualTo((first, "high", "raised")));
        Assert.That(raised["verdict"]!.GetValue<string>(), Is.EqualTo("high"));
        Assert.That(raised["zone"]!.GetValue<string>(), Is.EqualTo("refused"));
        Assert.That(raised["settingsHash"]!.GetValue<string>(), Is.EqualTo(Reported(scene, "settingsHash")));
        Assert.That(raised["fingerprint"]!.GetValue<string>(), Is.EqualTo(Reported(scene, "detectorFingerprint")));
        Assert.That(raised["capture"]!.GetValue<int>(), Is.Positive);
        Assert.That(raised["at"]!.GetValue<long>(), Is.InRange(NodeScene.StartUtcMs / 1000, (NodeScene.StartUtcMs / 1000) + 60));

        scene.Session.Desire("""{"maintenance":{"acknowledgeGeneration":1}}""");
        scene.RunTo(80_000);
        scene.Session.Desire("""{"maintenance":{"alarmsInhibited":true}}""");
        scene.RunTo(100_000);
        scene.Session.Desire("""{"maintenance":{"alarmsInhibited":false}}""");
        scene.RunTo(120_000);
        Assert.That(
            scene.Alarms.Select(alarm => Told(alarm).State),
            Is.EqualTo(new[] { "raised", "acknowledged", "cleared", "raised", "acknowledged" }),
            "inhibited and let again, the alarm is raised anew, and has been seen already");
        Assert.That(Told(scene.Alarms[2]).Id, Is.EqualTo(first));
        Assert.That(Told(scene.Alarms[3]).Id, Is.EqualTo(scene.Status.BootId + "-high-2"), "another raise, another name");
    }

    [Test]
    public void CapturesFollowTheDesiredRhythm()
    {
        var scene = new NodeScene().RunTo(5000);
        scene.Session.Desire("""{"sampling":{"captureIntervalSeconds":10}}""");
        scene.RunTo(105_000);
        Assert.That(scene.Status.Captures, Is.InRange(10, 12));
    }

    [Test]
    public void FeaturesKeepToTheirIntervalAndAChangeOfVerdictDoesNotWait()
    {
        var scene = new NodeScene().RunTo(5000);
        scene.Session.Desire("""{"sampling":{"captureIntervalSeconds":5},"reporting":{"telemetryIntervalSeconds":60,"spectrumEveryCaptures":10}}""");
        scene.RunTo(305_000);
        Assert.That(scene.Status.Captures, Is.InRange(58, 64));
        Assert.That(scene.Features, Has.Length.InRange(5, 7));
        Assert.That(scene.Spectra, Has.Length.InRange(5, 7));

        int before = scene.Features.Length;
        scene.Session.Desire("""{"detection":{"velocityLimitUmPerSecond":100}}""");
        scene.RunTo(318_000);
        Assert.That(scene.Features, Has.Length.GreaterThan(before));
        Assert.That(scene.Features[^1]["verdict"]!.GetValue<string>(), Is.EqualTo("high"));
    }

    [Test]
    public void MessagesAreNumberedWithoutGaps()
    {
        var scene = new NodeScene().RunTo(5000);
        scene.Session.Desire("""{"sampling":{"captureIntervalSeconds":5},"reporting":{"telemetryIntervalSeconds":5}}""");
        scene.RunTo(60_000);
        int[] numbers = scene.Features.Concat(scene.Spectra).Select(message => message["seq"]!.GetValue<int>()).Order().ToArray();
        Assert.That(numbers, Is.EqualTo(Enumerable.Range(1, numbers.Length)));
        foreach (var message in scene.Session.Telemetry)
        {
            var body = JsonNode.Parse(message.Payload)!;
            Assert.That(message.Topic, Does.EndWith($"&bootId={body["bootId"]}&seq={body["seq"]}"), "the hub need not read the body");
        }

        Assert.That(scene.Features.Select(message => message["bootId"]!.GetValue<string>()).Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public void SettingsOutliveARestartWithoutTheHub()
    {
        var files = new MemoryFiles();
        var scene = new NodeScene(files: files).RunTo(5000);
        scene.Session.Desire("""{"sampling":{"captureIntervalSeconds":7}}""");
        scene.RunTo(10_000);

        var session = new StubSession { ConnectAnswer = -1 };
        var restarted = new NodeScene(files: files, session: session).RunTo(60_000);
        Assert.That(restarted.Status.Captures, Is.InRange(8, 10));
        Assert.That(restarted.Status.BootId, Does.StartWith("2-"));
        Assert.That(restarted.Status.BootId, Is.Not.EqualTo(scene.Status.BootId));
    }

    [Test]
    public void NothingIsAcknowledgedBeforeItIsSaved()
    {
        var files = new FaultyFiles();
        var scene = new NodeScene(files: files).RunTo(5000);
        scene.Session.Desire("""{"sampling":{"captureIntervalSeconds":7}}""");
        int acknowledgements = 0;
        int published = scene.Session.Published.Count;
        var written = new List<string>();
        files.Written = (name, content) =>
        {
            written.Add(name);
            acknowledgements = scene.Session.Published.Count - published;
        };
        scene.RunTo(6000);
        Assert.That(acknowledgements, Is.Zero);
        Assert.That(written, Does.Contain(TalkLoop.SettingsFile));
        Assert.That(scene.Session.Published.Count, Is.GreaterThan(published));
    }

    [Test]
    public void AFileSystemThatFailsDoesNotStopTheNode()
    {
        var files = new FaultyFiles { Fails = true };
        var scene = new NodeScene(files: files).RunTo(5000);
        scene.Session.Desire("""{"sampling":{"captureIntervalSeconds":7}}""");
        scene.RunTo(60_000);
        Assert.That(scene.Status.Captures, Is.InRange(8, 10));
        Assert.That(scene.Node.Health.FileFailures, Is.InRange(8 + 11, 8 + 12), "five reads and two writes at the start, one of the trace, one write of the settings each 5 s");
        Assert.That(scene.Session.Twin.ReportedAt("sampling.captureIntervalSeconds.value")!.GetValue<int>(), Is.Not.EqualTo(7), "not durable, not acknowledged");
        scene.RunTo(70_000);
        Assert.That(
            scene.Session.Twin.ReportedAt("sampling.captureIntervalSeconds.value")!.GetValue<int>(),
            Is.EqualTo(7),
            "a file system that never works again must not silence the node: the hub's twin brings the settings back");
    }

    [Test]
    public void SettingsAreAcknowledgedAsSoonAsTheFileSystemWorksAgain()
    {
        var files = new FaultyFiles();
        var scene = new NodeScene(files: files).RunTo(5000);
        files.Fails = true;
        scene.Session.Desire("""{"sampling":{"captureIntervalSeconds":7}}""");
        scene.RunTo(20_000);
        Assert.That(scene.Session.Twin.ReportedAt("sampling.captureIntervalSeconds.value")!.GetValue<int>(), Is.Not.EqualTo(7));
        files.Fails = false;
        scene.RunTo(30_000);
        Assert.That(scene.Session.Twin.ReportedAt("sampling.captureIntervalSeconds.value")!.GetValue<int>(), Is.EqualTo(7));
        Assert.That(System.Text.Encoding.UTF8.GetString(files.Read(TalkLoop.SettingsFile)), Does.Contain("\"captureIntervalSeconds\":7"));
    }

    [Test]
    public void DuringAnOutageTheNodeMeasuresOnAndLaterTellsWhatMattersMost()
    {
        var scene = new NodeScene().RunTo(5000);
        scene.Session.Desire("""{"sampling":{"captureIntervalSeconds":5},"reporting":{"telemetryIntervalSeconds":5},"detection":{"velocityLimitUmPerSecond":7000}}""");
        scene.RunTo(30_000);
        scene.Board.Radio.InReach = false;
        int before = scene.Session.Telemetry.Count();
        scene.RunTo(200_000);
        Assert.That(scene.Session.Telemetry.Count(), Is.EqualTo(before));
        Assert.That(scene.Status.IsConnected, Is.False);
        scene.Board.Radio.InReach = true;
        scene.RunTo(260_000);
        Assert.That(scene.Status.IsConnected, Is.True);
        Assert.That(scene.Status.Captures, Is.GreaterThan(45));
        Assert.That(scene.Status.TelemetryDropped, Is.Positive, "the outbox is bounded");
        int newest = scene.Features[^1]["capture"]!.GetValue<int>();
        Assert.That(newest, Is.InRange(scene.Status.Captures - 2, scene.Status.Captures));
    }

    [Test]
    public void ABrokenSensorIsARefusalWithItsReason()
    {
        var scene = new NodeScene();
        scene.Board.Accelerometer.Broken = true;
        scene.RunTo(20_000);
        JsonObject features = scene.Features[0];
        Assert.That(features["verdict"]!.GetValue<string>(), Is.EqualTo("refused"));
        Assert.That(features["velocityUmPerSecond"], Is.Null);
        Assert.That(features["scores"], Is.Null);
        Assert.That(features["refusals"]!.AsArray().Select(word => word!.GetValue<string>()), Has.Some.AnyOf("busFailure", "wrongDevice"));
        Assert.That(scene.Node.Health.CaptureFaults, Is.Positive);
    }

    [Test]
    public void ALostThermometerIsARefusalWithItsReason()
    {
        var scene = new NodeScene();
        scene.Board.Thermometer.Absent = true;
        scene.RunTo(20_000);
        JsonObject features = scene.Features[0];
        Assert.That(features["verdict"]!.GetValue<string>(), Is.EqualTo("refused"));
        Assert.That(features["temperatureCentiCelsius"], Is.Null);
        Assert.That(features["refusals"]!.ToJsonString(), Is.EqualTo("""["temperatureUnknown","baselineWarmingUp"]"""));
        Assert.That(features["velocityUmPerSecond"], Is.Not.Null);
    }

    [Test]
    public void AMachineOfWhichNothingIsAskedIsRefused()
    {
        var scene = new NodeScene().RunTo(5000);
        scene.Session.Desire("""{"detection":{"velocityLimitUmPerSecond":0,"baselineWarmUpCaptures":0}}""");
        scene.RunTo(70_000);
        Assert.That(scene.Status.Verdict, Is.EqualTo("refused"));
        Assert.That(scene.Features[^1]["refusals"]!.ToJsonString(), Is.EqualTo("""["nothingAsked"]"""));
    }

    [Test]
    public void VerdictsByEarlierSettingsAreNotCountedAsAgreeing()
    {
        var scene = new NodeScene(MachineKind.OuterRace).RunTo(200_000);
        Assert.That((scene.Status.Verdict, scene.Status.SameVerdictRun), Is.EqualTo(("normal", 4)));
        scene.Session.Desire("""{"machine":{"shaftSpeedMilliHertz":29500,"bpfoMilliOrders":3585}}""");
        while (!scene.Status.IsTwinSettled || scene.Status.DesiredVersion != 2)
        {
            scene.RunTo(scene.Board.Clock.UptimeMs() + 1);
            Assert.That(scene.Status.SameVerdictRun, Is.EqualTo(scene.Status.DesiredVersion == 2 ? 0 : 4));
        }

        scene.RunTo(210_000);
        Assert.That((scene.Status.Captures, scene.Status.SameVerdictRun), Is.EqualTo((4, 0)), "the detector has the settings, but no capture yet");
        scene.RunTo(310_000);
        Assert.That((scene.Status.Verdict, scene.Status.SameVerdictRun), Is.EqualTo(("outer", 2)));
        scene.Session.Desire("""{"reporting":{"spectrumEveryCaptures":2}}""");
        scene.RunTo(320_000);
        Assert.That(scene.Status.SameVerdictRun, Is.EqualTo(2), "nothing that the detector computes with");
    }

    [Test]
    public void ACaptureIsJudgedByTheSettingsThatPlannedIt()
    {
        var scene = new NodeScene().RunTo(500);
        Assert.That(scene.Node.IsCapturing(), Is.True);
        while (scene.Node.IsCapturing())
        {
            scene.RunTo(scene.Board.Clock.UptimeMs() + 1);
        }

        // Read out, but not judged: too short for so slow a shaft.
        Assert.That(scene.Status.Captures, Is.Zero);
        scene.Session.Desire("""{"machine":{"shaftSpeedMilliHertz":7000,"bpfoMilliOrders":3585}}""");
        scene.Node.StepTalk(scene.Board.Clock.UptimeMs());
        Assert.That((scene.Status.Captures, scene.Status.DesiredVersion), Is.EqualTo((0, 2)));
        scene.RunTo(20_000);
        Assert.That((scene.Status.Captures, scene.Status.Verdict), Is.EqualTo((1, "normal")));
    }

    [Test]
    public void ADeclaredMachineHasAZoneAndTheStandardItIsMeantBy()
    {
        var scene = new NodeScene(MachineKind.Unbalance).RunTo(5000);
        scene.Session.Desire("""{"machine":{"isoGroup":2,"isoSupport":1,"ratedPowerWatts":55000,"mounting":1}}""");
        scene.RunTo(70_000);
        Assert.That(scene.Features[^1]["zone"]!.GetValue<string>(), Is.EqualTo("D"));
        Assert.That(scene.Features[^1]["zoneEdition"]!.GetValue<string>(), Is.EqualTo(Reported(scene, "zoneEdition")));
        Assert.That(scene.Features[^1]["zoneRefusals"]!.AsArray(), Is.Empty);
        Assert.That(Reported(scene, "zone"), Is.EqualTo("D"));
        Assert.That(scene.Status.Zone, Is.EqualTo("D"));
    }

    [Test]
    public void AnAcknowledgedAlarmStaysAndSaysSo()
    {
        var scene = new NodeScene(MachineKind.Unbalance).RunTo(20_000);
        Assert.That((scene.Status.Alarms, scene.Status.Acknowledged), Is.EqualTo((new[] { "high" }, Array.Empty<string>())));
        Assert.That(scene.Features[^1]["causes"]!.ToJsonString(), Is.EqualTo("""["velocity"]"""));
        scene.Session.Desire("""{"maintenance":{"acknowledgeGeneration":1}}""");
        scene.RunTo(30_000);
        Assert.That((scene.Status.Alarms, scene.Status.Acknowledged), Is.EqualTo((new[] { "high" }, new[] { "high" })));
        Assert.That(scene.Session.Twin.ReportedAt("acknowledgedAlarms.high")!.GetValue<bool>(), Is.True);
        Assert.That(scene.Features[^1]["acknowledged"]!.ToJsonString(), Is.EqualTo("""["high"]"""), "told at once, not with the next capture");
    }

    [Test]
    public void SettingsOnTrialSayWhatTheyWouldHaveSaidAndRaiseNothing()
    {
        var scene = new NodeScene().RunTo(5000);
        scene.Session.Desire("""{"sampling":{"captureIntervalSeconds":10},"shadow":{"enabled":true,"velocityLimitUmPerSecond":100}}""");
        scene.RunTo(75_000);
        Assert.That((scene.Status.Verdict, scene.Status.TrialVerdict, scene.Status.Alarms), Is.EqualTo(("normal", "high", Array.Empty<string>())));
        Assert.That(scene.Status.TrialAlarms, Is.EqualTo(new[] { "high" }));
        Assert.That((Reported(scene, "verdict"), Reported(scene, "shadowVerdict")), Is.EqualTo(("normal", "high")));
        Assert.That(scene.Session.Twin.ReportedAt("shadowAlarms.high")!.GetValue<bool>(), Is.True);
        Assert.That(scene.Session.Twin.ReportedAt("alarms.high"), Is.Null);
        Assert.That(Reported(scene, "shadowSettingsHash"), Is.Not.EqualTo(Reported(scene, "settingsHash")));
        JsonObject trial = scene.Features[^1]["trial"]!.AsObject();
        Assert.That(trial["verdict"]!.GetValue<string>(), Is.EqualTo("high"));
        Assert.That(trial["alarms"]!.ToJsonString(), Is.EqualTo("""["high"]"""));
        Assert.That(trial["settingsHash"]!.GetValue<string>(), Is.EqualTo(Reported(scene, "shadowSettingsHash")));

        scene.Session.Desire("""{"shadow":{"velocityLimitUmPerSecond":null}}""");
        scene.RunTo(100_000);
        Assert.That(Reported(scene, "shadowVerdict"), Is.EqualTo("normal"));
        Assert.That(Reported(scene, "shadowSettingsHash"), Is.EqualTo(Reported(scene, "settingsHash")), "nothing overridden: the same settings");

        scene.Session.Desire("""{"shadow":null}""");
        scene.RunTo(130_000);
        Assert.That(scene.Session.Twin.ReportedAt("shadowVerdict"), Is.Null);
        Assert.That(scene.Session.Twin.ReportedAt("shadowSettingsHash"), Is.Null);
        Assert.That(scene.Features[^1]["trial"], Is.Null);
    }

    [Test]
    public void ABoardWithoutMemoryForATrialOrAForestSaysSoAndForgetsThoseOfAnotherBuild()
    {
        byte[] content = [Forest.Version, ForestFeatures.ListId, 1, (byte)Verdict.Flag(Verdict.Outer), Forest.Leaf + Verdict.Outer];
        uint checksum = (uint)Crc32.Of(content, content.Length);
        string forest = Convert.ToBase64String([.. content, (byte)(checksum >> 24), (byte)(checksum >> 16), (byte)(checksum >> 8), (byte)checksum]);
        var large = new NodeScene().RunTo(5000);
        large.Session.Desire($$$"""{"shadow":{"enabled":true,"velocityLimitUmPerSecond":100},"detection":{"forest":"{{{forest}}}","velocityLimitUmPerSecond":7000}}""");
        large.RunTo(30_000);
        Assert.That(large.Session.Twin.ReportedAt("shadow.enabled.ac")!.GetValue<int>(), Is.EqualTo(200));

        var small = new NodeScene(files: large.Files, session: large.Session, isSmall: true).RunTo(75_000);
        Assert.That(small.Status.IsTwinSettled, Is.True);
        Assert.That(small.Status.TrialVerdict, Is.Null);
        Assert.That(Reported(small, "shadow.enabled.ad"), Does.StartWith("notFitted: "));
        Assert.That(small.Session.Twin.ReportedAt("shadow.enabled.value")!.GetValue<bool>(), Is.False);
        Assert.That(Reported(small, "detection.forest.ad"), Does.StartWith("notFitted: "));
        Assert.That(Reported(small, "detection.forest.value"), Is.Empty);
        Assert.That(Reported(small, "detection.velocityLimitUmPerSecond.ad"), Is.EqualTo("applied"));
        Assert.That(small.Features[^1]["trial"], Is.Null);
    }

    [Test]
    public void SettingsOnTrialThatMeasureSomethingElseMeasureForThemselves()
    {
        var scene = new NodeScene(MachineKind.OuterRace).RunTo(5000);
        scene.Session.Desire("""
            {"sampling":{"captureIntervalSeconds":10},"machine":{"shaftSpeedMilliHertz":29500,"bpfoMilliOrders":3572},
             "shadow":{"enabled":true,"bearingScoreLimitMilli":60000}}
            """);
        scene.RunTo(75_000);
        Assert.That(scene.Status.Verdict, Is.EqualTo("outer"));
        Assert.That(scene.Status.TrialVerdict, Is.Not.EqualTo("outer"));
    }

    [Test]
    public void AForestIsTakenWhereItIsOneAndOtherwiseAnsweredWithWhatIsWrong()
    {
        byte[] content = [Forest.Version, ForestFeatures.ListId, 1, (byte)Verdict.Flag(Verdict.Outer), Forest.Leaf + Verdict.Outer];
        uint checksum = (uint)Crc32.Of(content, content.Length);
        string forest = Convert.ToBase64String([.. content, (byte)(checksum >> 24), (byte)(checksum >> 16), (byte)(checksum >> 8), (byte)checksum]);
        var scene = new NodeScene().RunTo(20_000);
        string before = Reported(scene, "settingsHash");
        scene.Session.Desire($$$"""{"detection":{"forest":"{{{forest}}}"},"shadow":{"forest":"AAAA"}}""");
        scene.RunTo(90_000);
        Assert.That(Reported(scene, "detection.forest.value"), Is.EqualTo(forest));
        Assert.That(Reported(scene, "shadow.forest.ad"), Is.EqualTo("malformed: shadow.forest: the text is cut off"));
        Assert.That(Reported(scene, "settingsHash"), Is.Not.EqualTo(before));
    }

    [Test]
    public void WhatWasLearnedOutlivesARestartAndIsForgottenOnRequest()
    {
        var files = new MemoryFiles();
        var scene = new NodeScene(files: files).RunTo(5000);
        scene.Session.Desire("""{"sampling":{"captureIntervalSeconds":10},"machine":{"shaftSpeedMilliHertz":29500},"detection":{"baselineWarmUpCaptures":20}}""");
        scene.RunTo(700_000);
        Assert.That(files.Read(TalkLoop.BaselineFile), Is.Not.Null);
        Assert.That(Words(scene, "refusals"), Is.Empty);

        var session = new StubSession();
        session.Desire("""{"sampling":{"captureIntervalSeconds":10},"machine":{"shaftSpeedMilliHertz":29500},"detection":{"baselineWarmUpCaptures":20}}""");
        var restarted = new NodeScene(files: files, session: session).RunTo(100_000);
        Assert.That(Words(restarted, "refusals"), Does.Not.Contain("baselineWarmingUp"));

        restarted.Session.Desire("""{"sampling":{"captureIntervalSeconds":10},"machine":{"shaftSpeedMilliHertz":29500},"detection":{"baselineWarmUpCaptures":20,"baselineGeneration":1}}""");
        restarted.RunTo(180_000);
        Assert.That(Words(restarted, "refusals"), Does.Contain("baselineWarmingUp"), "it learns anew");
    }

    [Test]
    public void TheSameSeedGivesTheSameBytes()
    {
        Assert.That(Bytes(3), Is.EqualTo(Bytes(3)));

        static string Bytes(int seed)
        {
            var scene = new NodeScene(MachineKind.OuterRace, seed: seed).RunTo(5000);
            scene.Session.Desire("""{"machine":{"shaftSpeedMilliHertz":29500,"bpfoMilliOrders":3585}}""");
            scene.RunTo(130_000);
            return string.Join('\n', scene.Session.Published.Select(message => message.Topic + message.Payload));
        }
    }

    private static string[] Words(NodeScene scene, string name) =>
        scene.Features[^1][name]!.AsArray().Select(word => word!.GetValue<string>()).ToArray();

    private static (string Id, string Alarm, string State) Told(JsonObject alarm) =>
        (alarm["id"]!.GetValue<string>(), alarm["alarm"]!.GetValue<string>(), alarm["state"]!.GetValue<string>());

    private static string Reported(NodeScene scene, string path) => scene.Session.Twin.ReportedAt(path)!.GetValue<string>();

    private sealed class FaultyFiles : IFiles
    {
        private readonly MemoryFiles _files = new();

        public bool Fails { get; set; }

        public Action<string, byte[]>? Written { get; set; }

        public byte[] Read(string name) => Fails ? throw new IOException("no medium") : _files.Read(name)!;

        public void Write(string name, byte[] content)
        {
            if (Fails)
            {
                throw new IOException("no medium");
            }

            Written?.Invoke(name, content);
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

        public string[] List() => Fails ? throw new IOException("no medium") : _files.List();
    }
}
