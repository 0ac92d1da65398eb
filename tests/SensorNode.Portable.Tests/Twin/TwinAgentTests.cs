using System.Text;
using System.Text.Json.Nodes;
using DeviceTwin.SensorNode.Forms;
using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.Tests.SensorNode.Portable.Twin;

/// <summary>What an operator and a hub see of a node's twin.</summary>
public sealed class TwinAgentTests
{
    [Test]
    public void AfterTheFirstConnectionTheDefaultsAreReportedAsInitial()
    {
        var scene = new TwinScene().Settle();
        Assert.That(scene.Agent.IsSettled, Is.True);
        Assert.That(scene.Requests, Has.Count.EqualTo(2), "one GET, one report");
        for (int index = 0; index < TwinModel.Count; index++)
        {
            string value = TwinModel.TypeOf(index) == TwinModel.BooleanType ? "false"
                : TwinModel.TypeOf(index) == TwinModel.TextType ? "\"\""
                : TwinModel.Default(index).ToString();
            Assert.That(
                scene.Acknowledged(TwinModel.Path(index)),
                Is.EqualTo(TwinModel.Like(index) >= 0 ? "none" : $"{value}/203/0/default"),
                "what may be absent is absent");
        }

        Assert.That(scene.Hub.ReportedAt("sampling.__t")!.GetValue<string>(), Is.EqualTo("c"));
        TestContext.Out.WriteLine($"first report {scene.Requests[^1].Patch!.Length} bytes, {HubSize(scene.Hub.Reported)} as a hub counts");
        Assert.That(scene.Requests[^1].Patch!, Has.Length.LessThan(6000), "what most nodes report");
    }

    [Test]
    public void ADesiredValueIsAppliedAndAcknowledgedWithItsVersion()
    {
        var scene = new TwinScene().Settle();
        scene.Desire("""{"detection":{"velocityLimitUmPerSecond":4500}}""");
        Assert.That(scene.Value("detection.velocityLimitUmPerSecond"), Is.EqualTo(4500));
        Assert.That(scene.Acknowledged("detection.velocityLimitUmPerSecond"), Is.EqualTo("4500/200/2/applied"));
        Assert.That(scene.Agent.DesiredVersion, Is.EqualTo(2));
        Assert.That(scene.Agent.ReportedVersion, Is.EqualTo(scene.Hub.ReportedVersion));
    }

    /// <summary>Found by exploring every order of messages: without this the hub would wait for ever.</summary>
    [Test]
    public void WhatAnOlderReportThatCameOnceMoreWroteOverIsSaidAgain()
    {
        var scene = new TwinScene().Settle();
        byte[] older = scene.Requests[^1].Patch!;
        scene.Desire("""{"detection":{"velocityLimitUmPerSecond":4500}}""");
        scene.Hub.Report(older);
        Assert.That(scene.Acknowledged("detection.velocityLimitUmPerSecond"), Does.Contain("/203/0/"));
        scene.Desire("""{"sampling":{"captureIntervalSeconds":10}}""");
        Assert.That(scene.Acknowledged("detection.velocityLimitUmPerSecond"), Is.EqualTo("4500/200/2/applied"));
        Assert.That(scene.Agent.IsSettled, Is.True);
        int requests = scene.Requests.Count;
        scene.Desire("""{"sampling":{"captureIntervalSeconds":11}}""");
        Assert.That(scene.Requests, Has.Count.EqualTo(requests + 1), "one report where nothing came in between");
    }

    [Test]
    public void ARejectedValueLeavesTheOldOneInForceAndSaysWhy()
    {
        var scene = new TwinScene().Settle();
        scene.Desire("""{"detection":{"velocityLimitUmPerSecond":4500}}""");
        scene.Desire("""{"detection":{"velocityLimitUmPerSecond":100001}}""");
        Assert.That(scene.Value("detection.velocityLimitUmPerSecond"), Is.EqualTo(4500));
        Assert.That(
            scene.Acknowledged("detection.velocityLimitUmPerSecond"),
            Is.EqualTo("4500/400/3/aboveMaximum: detection.velocityLimitUmPerSecond takes 0 to 100000 um/s"));
        Assert.That(scene.Agent.Book.Rejections, Is.EqualTo(1));
    }

    [Test]
    public void EachKeyOfAPatchGetsItsOwnAnswer()
    {
        var scene = new TwinScene().Settle();
        scene.Desire("""{"sampling":{"captureIntervalSeconds":10,"accelerationRangeG":5,"temperatureIntervalSeconds":"soon"},"maintenance":{"alarmsInhibited":true}}""");
        Assert.That(scene.Acknowledged("sampling.captureIntervalSeconds"), Is.EqualTo("10/200/2/applied"));
        Assert.That(scene.Acknowledged("sampling.accelerationRangeG"), Does.StartWith("16/400/2/notAllowed: "));
        Assert.That(scene.Acknowledged("sampling.temperatureIntervalSeconds"), Does.StartWith("30/400/2/wrongType: "));
        Assert.That(scene.Acknowledged("maintenance.alarmsInhibited"), Is.EqualTo("true/200/2/applied"));
        Assert.That(scene.Acknowledged("machine.bpfoMilliOrders"), Is.EqualTo("0/203/0/default"), "what was not asked for is not answered again");
    }

    [Test]
    public void TheSettingsOfAComponentChangeTogether()
    {
        // Each of the two alone would cross the other: only applied as one they are good.
        var scene = new TwinScene().Settle();
        scene.Desire("""{"detection":{"envelopeBandLowHertz":6000,"envelopeBandHighHertz":9000}}""");
        Assert.That(scene.Acknowledged("detection.envelopeBandLowHertz"), Is.EqualTo("6000/200/2/applied"));
        Assert.That(scene.Acknowledged("detection.envelopeBandHighHertz"), Is.EqualTo("9000/200/2/applied"));
        Assert.That(scene.Agent.Book.Changes, Is.EqualTo(1));
    }

    [Test]
    public void WhereValuesDoNotGoTogetherNoneOfTheComponentChangesAndEachIsAnswered()
    {
        var scene = new TwinScene().Settle();
        scene.Desire("""{"detection":{"velocityLimitUmPerSecond":7000}}""");
        scene.Desire("""{"detection":{"velocityLimitUmPerSecond":7000,"velocityHysteresisPercent":20,"envelopeBandLowHertz":5000,"envelopeBandHighHertz":4000},"sampling":{"captureIntervalSeconds":10}}""");
        Assert.That(scene.Acknowledged("detection.envelopeBandLowHertz"), Does.StartWith("500/400/3/notAllowed: "));
        Assert.That(scene.Acknowledged("detection.envelopeBandHighHertz"), Does.Contain("/400/3/notAllowed: "));
        Assert.That(
            scene.Acknowledged("detection.velocityHysteresisPercent"),
            Does.EndWith("/400/3/notTogether: detection.velocityHysteresisPercent is good, but others of its component do not go together"));
        Assert.That(scene.Value("detection.velocityHysteresisPercent"), Is.Not.EqualTo(20));
        Assert.That(scene.Acknowledged("detection.velocityLimitUmPerSecond"), Is.EqualTo("7000/200/3/applied"), "what is in force is no change");
        Assert.That(scene.Acknowledged("sampling.captureIntervalSeconds"), Is.EqualTo("10/200/3/applied"), "another component");
        scene.Desire("""{"detection":{"envelopeBandHighHertz":9000}}""");
        Assert.That(scene.Acknowledged("detection.velocityHysteresisPercent"), Is.EqualTo("20/200/4/applied"), "all of it, as soon as it goes together");
        Assert.That(scene.Acknowledged("detection.envelopeBandLowHertz"), Is.EqualTo("5000/200/4/applied"));
    }

    [Test]
    public void WhatTheBoardDoesNotHaveIsAnsweredAndTheOthersOfTheComponentApply()
    {
        var scene = new TwinScene(new PlainTextRule { IsShadowFitted = false }).Settle();
        scene.Desire("""{"shadow":{"enabled":true,"velocityLimitUmPerSecond":7000,"forest":"abc"}}""");
        Assert.That(scene.Acknowledged("shadow.enabled"), Is.EqualTo("false/400/2/notFitted: shadow.enabled is not fitted on this board: it has no memory for it"));
        Assert.That(scene.Acknowledged("shadow.forest"), Does.Contain("/400/2/notFitted: "));
        Assert.That(scene.Acknowledged("shadow.velocityLimitUmPerSecond"), Is.EqualTo("7000/200/2/applied"));
        Assert.That(scene.Agent.Book.Rejections, Is.EqualTo(2));
        scene.Desire("""{"shadow":{"enabled":false,"forest":""}}""");
        Assert.That(scene.Acknowledged("shadow.enabled"), Is.EqualTo("false/200/3/applied"), "whoever asks for nothing gets it");
        Assert.That(scene.Acknowledged("shadow.forest"), Does.Contain("/200/3/applied"));
    }

    [Test]
    public void WhatStandsInThePlaceOfAComponentEndsWhatWasDesiredOfIt()
    {
        var scene = new TwinScene().Settle();
        scene.Desire("""{"sampling":{"captureIntervalSeconds":10}}""");
        scene.Desire("""{"sampling":3}""");
        Assert.That(scene.Acknowledged("sampling.captureIntervalSeconds"), Is.EqualTo("60/203/3/default"));
        Assert.That(scene.Hub.ReportedAt("sampling.ac")!.GetValue<int>(), Is.EqualTo(400));
    }

    [Test]
    public void APatchIsBoundedAndTheRestFollows()
    {
        var scene = new TwinScene();
        scene.Agent.Connected(0);
        scene.Answer(scene.Next()!);
        var desired = new JsonObject();
        for (int index = 0; index < TwinModel.Count; index++)
        {
            string component = TwinModel.Component(TwinModel.ComponentOf(index));
            desired[component] ??= new JsonObject();
            desired[component]![TwinModel.Name(index)] = JsonValue.Create("wrong");
        }

        scene.Desire(desired.ToJsonString());
        int longest = scene.Requests.Where(request => request.Patch is not null).Max(request => request.Patch!.Length);
        TestContext.Out.WriteLine($"{scene.Requests.Count - 1} patches, the longest of {longest} bytes");
        Assert.That(scene.Requests, Has.Count.GreaterThan(3));
        Assert.That(longest, Is.LessThan(ReportWriter.PatchLength + 512), "an acknowledgement without a long text has at most 512 bytes");
        Assert.That(scene.Agent.IsSettled, Is.True);
    }

    [TestCase(400)]
    [TestCase(413)]
    public void OneItemThatTheHubDoesNotTakeDoesNotKeepTheOthersBack(int status)
    {
        var scene = new TwinScene();
        scene.Agent.Facts.Set(TwinFacts.Board, "poison");
        scene.Agent.Connected(0);
        scene.Answer(scene.Next()!);
        int requests = 0;
        for (; !scene.Agent.IsSettled && requests < 60; requests++)
        {
            TwinRequest report = NextWithin(scene, 70000)!;
            if (Encoding.UTF8.GetString(report.Patch!).Contains("poison"))
            {
                scene.Refuse(report, status);
            }
            else
            {
                scene.Answer(report);
            }
        }

        Assert.That(scene.Agent.IsSettled, Is.True);
        Assert.That(scene.Agent.Unreportable, Is.EqualTo(1));
        Assert.That(scene.Hub.ReportedAt("board"), Is.Null);
        Assert.That(scene.Acknowledged("sampling.captureIntervalSeconds"), Is.EqualTo("60/203/0/default"));
        Assert.That(requests, Is.LessThan(12), "patches grow again");
    }

    [Test]
    public void AFailedPreconditionIsAnsweredByReadingTheTwin()
    {
        var scene = new TwinScene();
        scene.Agent.Connected(0);
        scene.Answer(scene.Next()!);
        scene.Refuse(scene.Next()!, 412);
        Assert.That(scene.Agent.State, Is.EqualTo(TwinState.Reading));
        scene.Talk();
        Assert.That(scene.Agent.IsSettled, Is.True);
    }

    [Test]
    public void WhileItIsHeldNothingIsReported()
    {
        var scene = new TwinScene().Settle();
        int before = scene.Requests.Count;
        scene.Agent.IsHeld = true;
        scene.Desire("""{"sampling":{"captureIntervalSeconds":10}}""");
        Assert.That(scene.Requests, Has.Count.EqualTo(before));
        scene.Agent.IsHeld = false;
        scene.Talk();
        Assert.That(scene.Acknowledged("sampling.captureIntervalSeconds"), Is.EqualTo("10/200/2/applied"));
    }

    [Test]
    public void ValuesThatDoNotGoTogetherAreRejectedUntilTheyDo()
    {
        var scene = new TwinScene().Settle();
        scene.Desire("""{"detection":{"envelopeBandLowHertz":6000}}""");
        Assert.That(
            scene.Acknowledged("detection.envelopeBandLowHertz"),
            Is.EqualTo("500/400/2/notAllowed: detection.envelopeBandLowHertz must be below detection.envelopeBandHighHertz"));
        scene.Desire("""{"detection":{"envelopeBandHighHertz":8000}}""");
        Assert.That(scene.Acknowledged("detection.envelopeBandHighHertz"), Is.EqualTo("8000/200/3/applied"));
        Assert.That(scene.Acknowledged("detection.envelopeBandLowHertz"), Is.EqualTo("6000/200/3/applied"));
    }

    [Test]
    public void AnUnknownPropertyIsAnsweredAndTheAnswerLeavesWithIt()
    {
        var scene = new TwinScene().Settle();
        scene.Desire("""{"sampling":{"colour":"red"},"fan":{"speed":3}}""");
        Assert.That(scene.Acknowledged("sampling.colour"), Is.EqualTo("/400/2/unknownProperty: the model has no sampling.colour"));
        Assert.That(scene.Acknowledged("fan"), Is.EqualTo("/400/2/unknownProperty: the model has no fan"));
        scene.Desire("""{"sampling":{"colour":null},"fan":null}""");
        Assert.That(scene.Acknowledged("sampling.colour"), Is.EqualTo("none"));
        Assert.That(scene.Acknowledged("fan"), Is.EqualTo("none"));
    }

    [Test]
    public void AComponentThatIsNoObjectIsAnswered()
    {
        var scene = new TwinScene().Settle();
        scene.Desire("""{"sampling":5}""");
        Assert.That(scene.Acknowledged("sampling"), Is.EqualTo("/400/2/wrongType: sampling takes an object"));
        Assert.That(scene.Acknowledged("sampling.captureIntervalSeconds"), Is.EqualTo("60/203/0/default"));
        scene.Desire("""{"sampling":{"captureIntervalSeconds":5}}""");
        Assert.That(scene.Hub.ReportedAt("sampling.ac"), Is.Null);
        Assert.That(scene.Acknowledged("sampling.captureIntervalSeconds"), Is.EqualTo("5/200/3/applied"));
    }

    [Test]
    public void ManyUnknownPropertiesAreCountedBeyondTheFirstSixteen()
    {
        var scene = new TwinScene().Settle();
        scene.Desire("{" + string.Join(',', Enumerable.Range(0, 40).Select(number => $"\"x{number}\":1")) + "}");
        Assert.That(Enumerable.Range(0, 40).Count(number => scene.Acknowledged($"x{number}") != "none"), Is.EqualTo(16));
        Assert.That(scene.Hub.ReportedAt("unacknowledged")!.GetValue<int>(), Is.EqualTo(24));
        scene.DesireUnseen("{" + string.Join(',', Enumerable.Range(0, 40).Select(number => $"\"x{number}\":null")) + "}");
        scene.Settle();
        Assert.That(scene.Hub.ReportedAt("unacknowledged")!.GetValue<int>(), Is.EqualTo(0));
        Assert.That(scene.Hub.ReportedAt("x0"), Is.Null);
    }

    [Test]
    public void NullBringsTheDefaultBack()
    {
        var scene = new TwinScene().Settle();
        scene.Desire("""{"sampling":{"captureIntervalSeconds":10,"temperatureIntervalSeconds":11}}""");
        scene.Desire("""{"sampling":{"captureIntervalSeconds":null}}""");
        Assert.That(scene.Acknowledged("sampling.captureIntervalSeconds"), Is.EqualTo("60/203/3/default"));
        scene.Desire("""{"sampling":null}""");
        Assert.That(scene.Acknowledged("sampling.temperatureIntervalSeconds"), Is.EqualTo("30/203/4/default"));
    }

    [Test]
    public void WhatIsNoLongerDesiredAfterAGapIsDefaultAgain()
    {
        var scene = new TwinScene().Settle();
        scene.Desire("""{"sampling":{"captureIntervalSeconds":10}}""");
        scene.DesireUnseen("""{"sampling":{"captureIntervalSeconds":null}}""");
        scene.Desire("""{"reporting":{"spectrumEveryCaptures":4}}""");
        Assert.That(scene.Acknowledged("sampling.captureIntervalSeconds"), Is.EqualTo("60/203/4/default"));
        Assert.That(scene.Acknowledged("reporting.spectrumEveryCaptures"), Is.EqualTo("4/200/4/applied"));
    }

    [Test]
    public void OldAndDoubledPatchesAreIgnored()
    {
        var scene = new TwinScene().Settle();
        byte[] first = scene.Hub.Desire("""{"sampling":{"captureIntervalSeconds":10}}""");
        byte[] second = scene.Hub.Desire("""{"sampling":{"captureIntervalSeconds":20}}""");
        foreach (byte[] patch in new[] { first, second, first, second })
        {
            scene.Agent.Desired(patch, 0);
        }

        Assert.That(scene.Value("sampling.captureIntervalSeconds"), Is.EqualTo(20));
        scene.Talk();
        Assert.That(scene.Requests, Has.Count.EqualTo(3), "GET, first report, one acknowledgement");
    }

    [Test]
    public void AGapIsClosedByReadingTheTwinAgain()
    {
        var scene = new TwinScene().Settle();
        scene.DesireUnseen("""{"sampling":{"captureIntervalSeconds":10}}""");
        scene.Desire("""{"sampling":{"temperatureIntervalSeconds":11}}""");
        Assert.That(scene.Requests[2].Patch, Is.Null, "a GET");
        Assert.That(scene.Value("sampling.captureIntervalSeconds"), Is.EqualTo(10));
        Assert.That(scene.Value("sampling.temperatureIntervalSeconds"), Is.EqualTo(11));
    }

    [Test]
    public void APatchThatOvertakesTheTwinIsNotLost()
    {
        var scene = new TwinScene();
        scene.Agent.Connected(0);
        TwinRequest read = scene.Next()!;
        byte[] older = scene.Hub.Get();
        scene.Agent.Desired(scene.Hub.Desire("""{"sampling":{"captureIntervalSeconds":10}}"""), 0);
        scene.Agent.Answered(200, read.RequestId, -1, older, 0);
        scene.Talk();
        Assert.That(scene.Acknowledged("sampling.captureIntervalSeconds"), Is.EqualTo("10/200/2/applied"));
    }

    [Test]
    public void AnAnswerToAnotherQuestionIsIgnored()
    {
        var scene = new TwinScene();
        scene.Agent.Connected(0);
        TwinRequest read = scene.Next()!;
        scene.Agent.Answered(200, read.RequestId + 1, -1, scene.Hub.Get(), 0);
        Assert.That(scene.Agent.State, Is.EqualTo(TwinState.Reading));
        scene.Answer(read);
        Assert.That(scene.Agent.State, Is.EqualTo(TwinState.Current));
        scene.Answer(read);
        Assert.That(scene.Agent.State, Is.EqualTo(TwinState.Current));
    }

    [TestCase("")]
    [TestCase("not json")]
    [TestCase("""{"desired":{"$version":2}""")]
    [TestCase("""{"desired":{},"reported":{"$version":1}}""")]
    [TestCase("""{"desired":{"$version":2}}""")]
    [TestCase("""{"desired":{"sampling":{"captureIntervalSeconds":10},"$version":2},"reported":{"$version":1}}}""")]
    [TestCase("""{"errorCode":429,"message":"slow down"}""")]
    public void AMalformedTwinChangesNothingAndIsAskedForAgain(string payload)
    {
        var scene = new TwinScene();
        scene.Agent.Connected(0);
        scene.Agent.Answered(200, scene.Next()!.RequestId, -1, Encoding.UTF8.GetBytes(payload), 0);
        Assert.That(scene.Agent.State, Is.EqualTo(TwinState.ReadPause));
        Assert.That(scene.Agent.Malformed, Is.EqualTo(1));
        Assert.That(scene.Agent.Book.Values.Numbers, Is.EqualTo(TwinForms.Defaults));
        Assert.That(scene.Next(), Is.Null, "not at once");
        scene.NowMs = 2000;
        scene.Talk();
        Assert.That(scene.Agent.IsSettled, Is.True);
    }

    [Test]
    public void AMalformedPatchChangesNothingAndTheTwinIsReadAgain()
    {
        var scene = new TwinScene().Settle();
        scene.Hub.Desire("""{"sampling":{"captureIntervalSeconds":10}}""");
        scene.Agent.Desired(Encoding.UTF8.GetBytes("""{"sampling":{"captureIntervalSeconds":99},"$version":2"""), 0);
        Assert.That(scene.Value("sampling.captureIntervalSeconds"), Is.EqualTo(60));
        Assert.That(scene.Agent.MalformedAt, Is.EqualTo(54), "the end, where a brace is missing");
        scene.Talk();
        Assert.That(scene.Value("sampling.captureIntervalSeconds"), Is.EqualTo(10));
    }

    [TestCase(404)]
    [TestCase(429)]
    [TestCase(500)]
    [TestCase(503)]
    public void ARefusedReportIsSentAgainUntilItIsTaken(int status)
    {
        var scene = new TwinScene();
        scene.Agent.Connected(0);
        scene.Answer(scene.Next()!);
        int attempts = 0;
        for (; attempts < 5; attempts++)
        {
            TwinRequest report = NextWithin(scene, 70000)!;
            Assert.That(report.Patch, Is.Not.Null);
            scene.Refuse(report, status);
        }

        Assert.That(scene.Agent.LastErrorStatus, Is.EqualTo(status));
        Assert.That(scene.Agent.IsSettled, Is.False);
        scene.Answer(NextWithin(scene, 70000)!);
        Assert.That(scene.Agent.IsSettled, Is.True);
        Assert.That(scene.Acknowledged("sampling.captureIntervalSeconds"), Is.EqualTo("60/203/0/default"));
    }

    [Test]
    public void ARefusedReadIsRepeatedWithGrowingWaits()
    {
        var scene = new TwinScene();
        scene.Agent.Connected(0);
        var waits = new List<long>();
        for (int attempt = 0; attempt < 8; attempt++)
        {
            scene.Refuse(scene.Next()!, 503);
            waits.Add(scene.Agent.NextWakeMs - scene.NowMs);
            scene.NowMs = scene.Agent.NextWakeMs;
        }

        Assert.That(waits, Is.All.InRange(250, 60000));
        Assert.That(waits[0], Is.LessThanOrEqualTo(1000));
        Assert.That(waits.Max(), Is.GreaterThan(8000));
        scene.Talk();
        Assert.That(scene.Agent.IsSettled, Is.True);
    }

    [Test]
    public void AnUnansweredRequestIsRepeatedAndCounted()
    {
        var scene = new TwinScene();
        scene.Agent.Connected(0);
        Assert.That(scene.Next(), Is.Not.Null);
        scene.NowMs = TwinAgent.AnswerTimeoutMs - 1;
        scene.Agent.Step(scene.NowMs);
        Assert.That(scene.Agent.Unanswered, Is.Zero);
        scene.NowMs++;
        scene.Agent.Step(scene.NowMs);
        Assert.That(scene.Agent.Unanswered, Is.EqualTo(1));
        scene.NowMs += 1000;
        scene.Talk();
        Assert.That(scene.Agent.Unanswered, Is.Zero);
        Assert.That(scene.Agent.IsSettled, Is.True);
    }

    [Test]
    public void ALateAnswerStillCounts()
    {
        var scene = new TwinScene();
        scene.Agent.Connected(0);
        TwinRequest read = scene.Next()!;
        scene.NowMs = TwinAgent.AnswerTimeoutMs;
        scene.Agent.Step(scene.NowMs);
        Assert.That(scene.Agent.State, Is.EqualTo(TwinState.ReadPause));
        scene.Answer(read);
        Assert.That(scene.Agent.State, Is.EqualTo(TwinState.Current));
    }

    [Test]
    public void ChangesDuringAReportTravelTogetherInTheNextOne()
    {
        var scene = new TwinScene().Settle();
        scene.Agent.Facts.Set(TwinFacts.Verdict, "normal");
        TwinRequest first = scene.Next()!;
        scene.Agent.Facts.Set(TwinFacts.Verdict, "high");
        scene.Agent.Facts.SetAlarms(TwinFacts.Alarms, 2);
        scene.Agent.Facts.Set(TwinFacts.Verdict, "outer");
        scene.Agent.Desired(scene.Hub.Desire("""{"sampling":{"captureIntervalSeconds":10}}"""), 0);
        scene.Agent.Desired(scene.Hub.Desire("""{"sampling":{"captureIntervalSeconds":20}}"""), 0);
        Assert.That(scene.Next(), Is.Null, "one report at a time");
        scene.Answer(first);
        TwinRequest second = scene.Next()!;
        Assert.That(
            Encoding.UTF8.GetString(second.Patch!),
            Is.EqualTo(
                """{"verdict":"outer","alarms":{"high":true,"outer":null,"inner":null,"ball":null,"cage":null,"unbalance":null,"misalignment":null,"looseness":null,"hot":null},"sampling":{"__t":"c","captureIntervalSeconds":{"value":20,"ac":200,"av":3,"ad":"applied"}}}"""));
        scene.Answer(second);
        Assert.That(scene.Next(), Is.Null);
        Assert.That(scene.Agent.IsSettled, Is.True);
    }

    [Test]
    public void WhatWasInALostReportIsReportedAfterReconnecting()
    {
        var scene = new TwinScene().Settle();
        scene.Agent.Desired(scene.Hub.Desire("""{"sampling":{"captureIntervalSeconds":10}}"""), 0);
        Assert.That(scene.Next(), Is.Not.Null, "sent, and lost with the connection");
        scene.Agent.Disconnected(0);
        Assert.That(scene.Next(), Is.Null);
        scene.Settle();
        Assert.That(scene.Acknowledged("sampling.captureIntervalSeconds"), Is.EqualTo("10/200/2/applied"));
    }

    [Test]
    public void ReconnectingWithoutNewsCostsOneGet()
    {
        var scene = new TwinScene().Settle();
        scene.Requests.Clear();
        scene.Agent.Disconnected(0);
        scene.Settle();
        Assert.That(scene.Requests.Single().Patch, Is.Null);
        Assert.That(scene.Agent.IsSettled, Is.True);
    }

    [Test]
    public void AfterARestartTheSavedSettingsAreInForceAndEverythingIsReportedAgain()
    {
        var scene = new TwinScene().Settle();
        scene.Desire("""{"sampling":{"captureIntervalSeconds":10}}""");
        scene.Restart();
        Assert.That(scene.Value("sampling.captureIntervalSeconds"), Is.EqualTo(10), "before any connection");
        scene.Desire("""{"sampling":{"temperatureIntervalSeconds":11}}""");
        scene.Settle();
        Assert.That(scene.Acknowledged("sampling.captureIntervalSeconds"), Is.EqualTo("10/200/3/applied"));
        Assert.That(scene.Acknowledged("sampling.temperatureIntervalSeconds"), Is.EqualTo("11/200/3/applied"));
    }

    [Test]
    public void AfterARestartAnswersToWhatNobodyDesiresAnyMoreAreTakenOut()
    {
        var scene = new TwinScene().Settle();
        scene.Desire("""{"fan":1,"sampling":{"colour":2},"machine":3}""");
        scene.Agent.Facts.SetAlarms(TwinFacts.Alarms, 1 << 2);
        scene.Talk();
        Assert.That(scene.Hub.ReportedAt("alarms.outer"), Is.Not.Null);
        scene.Restart();
        scene.Agent.Facts.SetAlarms(TwinFacts.Alarms, 0);
        scene.DesireUnseen("""{"fan":null,"sampling":{"colour":null},"machine":null}""");
        scene.Settle();
        Assert.That(scene.Hub.ReportedAt("fan"), Is.Null);
        Assert.That(scene.Hub.ReportedAt("sampling.colour"), Is.Null);
        Assert.That(scene.Hub.ReportedAt("machine.ac"), Is.Null);
        Assert.That(scene.Hub.ReportedAt("machine.bpfoMilliOrders"), Is.Not.Null);
        Assert.That(scene.Hub.ReportedAt("alarms.outer"), Is.Null);
    }

    [Test]
    public void ATwinMadeAnewThatCameToTheSameVersionIsApplied()
    {
        var scene = new TwinScene().Settle();
        scene.Desire("""{"sampling":{"captureIntervalSeconds":10}}""");
        int version = scene.Agent.DesiredVersion;
        scene.Agent.Disconnected(0);
        scene.Hub.MakeAnew();
        scene.DesireUnseen("""{"sampling":{"captureIntervalSeconds":20}}""");
        Assert.That(scene.Hub.DesiredVersion, Is.EqualTo(version));
        scene.Agent.Connected(0);
        scene.Talk();
        Assert.That(scene.Value("sampling.captureIntervalSeconds"), Is.EqualTo(20));
        Assert.That(scene.Acknowledged("sampling.captureIntervalSeconds"), Is.EqualTo("20/200/2/applied"));
    }

    [TestCase("""{"strange\ud83d\ude00":1,"$version":2}""")]
    [TestCase("""{"strange😀":1,"$version":2}""")]
    [TestCase("""{"sampling":{"strange\u0000":1},"$version":2}""")]
    public void ANameThatTheDevicesStringsCannotKeepIsOnlyCounted(string desired)
    {
        var scene = new TwinScene().Settle();
        scene.Agent.Desired(Encoding.UTF8.GetBytes(desired), 0);
        scene.Talk();
        Assert.That(scene.Hub.ReportedAt("unacknowledged")!.GetValue<int>(), Is.EqualTo(1));
        Assert.That(scene.Hub.Reported.ToJsonString(), Does.Not.Contain("strange"));
    }

    [TestCase("strange\u00e9")]
    [TestCase("strange\\u20ac")]
    [TestCase("strange\\\\u0000")]
    public void AnyOtherNameIsAcknowledged(string name)
    {
        var scene = new TwinScene().Settle();
        scene.Agent.Desired(Encoding.UTF8.GetBytes("{\"" + name + "\":1,\"$version\":2}"), 0);
        scene.Talk();
        Assert.That(scene.Hub.Reported.Select(member => member.Key), Has.One.StartsWith("strange"));
    }

    [Test]
    public void AnOlderTwinIsNotAppliedUnlessTheHubInsists()
    {
        var scene = new TwinScene().Settle();
        scene.Desire("""{"sampling":{"captureIntervalSeconds":10}}""");
        scene.Hub.MakeAnew();
        scene.Agent.Connected(0);
        scene.Answer(scene.Next()!);
        Assert.That(scene.Value("sampling.captureIntervalSeconds"), Is.EqualTo(10), "once may be a mistake");
        scene.NowMs = 2000;
        scene.Talk();
        Assert.That(scene.Agent.DesiredVersion, Is.EqualTo(1));
        Assert.That(scene.Acknowledged("sampling.captureIntervalSeconds"), Is.EqualTo("60/203/1/default"));
    }

    [Test]
    public void ALastPatchThatGotLostIsFoundWithinTheHour()
    {
        var scene = new TwinScene().Settle();
        scene.DesireUnseen("""{"sampling":{"captureIntervalSeconds":10}}""");
        scene.NowMs = TwinAgent.RefreshMs;
        scene.Talk();
        Assert.That(scene.Acknowledged("sampling.captureIntervalSeconds"), Is.EqualTo("10/200/2/applied"));
    }

    [Test]
    public void TheLargestReportFits()
    {
        string name = new('n', PropertyBook.MaximumStrayName);
        var desired = new JsonObject();
        for (int index = 0; index < TwinModel.Count; index++)
        {
            string component = TwinModel.Component(TwinModel.ComponentOf(index));
            desired[component] ??= new JsonObject();
            desired[component]![TwinModel.Name(index)] = TwinModel.TypeOf(index) == TwinModel.TextType
                ? JsonValue.Create(new string('f', TwinModel.Maximum(index)))
                : TwinModel.TypeOf(index) == TwinModel.BooleanType ? JsonValue.Create("wrong") : JsonValue.Create(999999999);
        }

        for (int number = 0; number < 40; number++)
        {
            desired["maintenance"]![number + name[2..]] = 1;
        }

        var scene = new TwinScene().Settle();
        scene.Agent.Facts.Set(TwinFacts.BootId, name);
        scene.Agent.Facts.SetAlarms(TwinFacts.Alarms, -1);
        scene.Agent.Facts.SetAlarms(TwinFacts.AcknowledgedAlarms, -1);
        scene.Agent.Facts.SetAlarms(TwinFacts.ShadowAlarms, -1);
        scene.Desire(desired.ToJsonString());
        Assert.That(scene.Agent.IsSettled, Is.True);
        byte[][] patches = [.. scene.Requests.Where(request => request.Patch is not null).Select(request => request.Patch!)];
        Assert.That(patches, Has.All.Length.LessThan(ReportWriter.MaximumLength * 3 / 4), "room to spare");
        TestContext.Out.WriteLine($"{patches.Length} patches of at most {patches.Max(patch => patch.Length)} bytes, {HubSize(scene.Hub.Reported)} as a hub counts");
        Assert.That(
            HubSize(scene.Hub.Reported),
            Is.LessThan(32 * 1024 * 3 / 4),
            "a hub holds 32 KB of reported properties, counted without punctuation");
    }

    [Test]
    public void AnOverrideIsReportedFromWhenItIsSetUntilItIsNoMore()
    {
        var scene = new TwinScene().Settle();
        scene.Desire("""{"shadow":{"enabled":true,"velocityLimitUmPerSecond":4500}}""");
        Assert.That(scene.Acknowledged("shadow.velocityLimitUmPerSecond"), Is.EqualTo("4500/200/2/applied"));
        Assert.That(scene.Acknowledged("shadow.temperatureLimitCentiCelsius"), Is.EqualTo("none"));
        scene.Restart();
        scene.Settle();
        Assert.That(scene.Acknowledged("shadow.velocityLimitUmPerSecond"), Is.EqualTo("4500/200/2/applied"));
        scene.Desire("""{"shadow":{"velocityLimitUmPerSecond":null}}""");
        Assert.That(scene.Acknowledged("shadow.velocityLimitUmPerSecond"), Is.EqualTo("none"));
        Assert.That(scene.Agent.Book.Values.IsSet(TwinModel.ShadowVelocityLimitUmPerSecond), Is.False);
    }

    [Test]
    public void AnOverrideThatNobodyDesiresAnyMoreLeavesTheTwinEvenWhereTheNodeWasNotThere()
    {
        var scene = new TwinScene().Settle();
        scene.Desire("""{"shadow":{"velocityLimitUmPerSecond":4500}}""");
        scene.DesireUnseen("""{"shadow":null}""");
        scene.Restart();
        scene.Settle();
        Assert.That(scene.Acknowledged("shadow.velocityLimitUmPerSecond"), Is.EqualTo("none"));
        Assert.That(scene.Acknowledged("shadow.enabled"), Does.StartWith("false/203/"));
    }

    [Test]
    public void ARejectedOverrideIsAnsweredAndStaysAbsent()
    {
        var scene = new TwinScene().Settle();
        scene.Desire("""{"shadow":{"velocityLimitUmPerSecond":100001}}""");
        Assert.That(
            scene.Acknowledged("shadow.velocityLimitUmPerSecond"),
            Is.EqualTo("/400/2/aboveMaximum: shadow.velocityLimitUmPerSecond takes 0 to 100000 um/s"));
        Assert.That(scene.Agent.Book.Values.IsSet(TwinModel.ShadowVelocityLimitUmPerSecond), Is.False);
    }

    [Test]
    public void OverridesHaveToGoTogetherAmongThemselves()
    {
        var scene = new TwinScene().Settle();
        scene.Desire("""{"shadow":{"envelopeBandLowHertz":6000}}""");
        Assert.That(scene.Acknowledged("shadow.envelopeBandLowHertz"), Is.EqualTo("6000/200/2/applied"), "the other one is absent");
        scene.Desire("""{"shadow":{"envelopeBandHighHertz":5000}}""");
        Assert.That(
            scene.Acknowledged("shadow.envelopeBandHighHertz"),
            Is.EqualTo("/400/3/notAllowed: shadow.envelopeBandHighHertz must be above shadow.envelopeBandLowHertz"));
    }

    [Test]
    public void ABandThatIsOffNeedsNoOrder()
    {
        var scene = new TwinScene().Settle();
        scene.Desire("""{"detection":{"band1LowHertz":300}}""");
        Assert.That(scene.Acknowledged("detection.band1LowHertz"), Is.EqualTo("300/200/2/applied"));
        scene.Desire("""{"detection":{"band1HighHertz":200}}""");
        Assert.That(scene.Acknowledged("detection.band1HighHertz"), Does.StartWith("0/400/3/notAllowed: detection.band1HighHertz must be above"));
        scene.Desire("""{"detection":{"band1HighHertz":301}}""");
        Assert.That(scene.Acknowledged("detection.band1HighHertz"), Is.EqualTo("301/200/4/applied"));
    }

    [Test]
    public void ATextIsAppliedAcknowledgedAndOutlivesARestart()
    {
        string forest = new('f', TwinModel.Maximum(TwinModel.DetectionForest));
        var scene = new TwinScene().Settle();
        scene.Desire($$$"""{"detection":{"forest":"{{{forest}}}"}}""");
        Assert.That(Forest(scene), Is.EqualTo(forest));
        Assert.That(scene.Acknowledged("detection.forest"), Is.EqualTo($"\"{forest}\"/200/2/applied"));
        Assert.That(scene.Agent.Book.Changes, Is.EqualTo(1));
        scene.Restart();
        Assert.That(Forest(scene), Is.EqualTo(forest), "before any connection");
        scene.Settle();
        scene.Desire("""{"detection":{"forest":"\u0066gh"}}""");
        Assert.That(scene.Acknowledged("detection.forest"), Is.EqualTo("\"fgh\"/200/3/applied"), "an escape is a character");
        scene.Desire("""{"detection":{"forest":"xyz"}}""");
        Assert.That((Forest(scene), scene.Agent.Book.Changes), Is.EqualTo(("xyz", 2)), "of the same length, but another text");
        scene.Desire("""{"detection":{"forest":null}}""");
        Assert.That(scene.Acknowledged("detection.forest"), Is.EqualTo("\"\"/203/5/default"));
        Assert.That(Forest(scene), Is.Empty);
    }

    [TestCase("5", "wrongType: detection.forest takes a text of 0 to 4096 bytes")]
    [TestCase("{\"a\":\"b\"}", "wrongType: detection.forest takes a text of 0 to 4096 bytes")]
    [TestCase("\"not well formed\"", "malformed: detection.forest: it is not plain")]
    [TestCase("\"a\\u0000\"", "malformed: detection.forest: the text holds characters that cannot be kept")]
    [TestCase("\"😀\"", "malformed: detection.forest: the text holds characters that cannot be kept")]
    [TestCase("4097", "aboveMaximum: detection.forest takes a text of 0 to 4096 bytes")]
    [TestCase("100000", "aboveMaximum: detection.forest takes a text of 0 to 4096 bytes")]
    public void ATextThatCannotBeTakenLeavesTheOldOneInForceAndSaysWhy(string text, string reason)
    {
        var scene = new TwinScene().Settle();
        scene.Desire("""{"detection":{"forest":"old"}}""");
        string value = int.TryParse(text, out int length) && length > 5 ? $"\"{new string('f', length)}\"" : text;
        scene.Desire($$$"""{"detection":{"forest":{{{value}}},"velocityLimitUmPerSecond":4500}}""");
        Assert.That(Forest(scene), Is.EqualTo("old"));
        Assert.That(scene.Acknowledged("detection.forest"), Is.EqualTo($"\"old\"/400/3/{reason}"));
        Assert.That(scene.Acknowledged("detection.velocityLimitUmPerSecond"), Is.EqualTo("4500/200/3/applied"));
        scene.Desire("""{"detection":{"velocityLimitUmPerSecond":4600}}""");
        Assert.That(scene.Acknowledged("detection.forest"), Is.EqualTo($"\"old\"/400/3/{reason}"), "what else changes makes it no better");
    }

    [Test]
    public void AFactWithoutATextLeavesTheTwin()
    {
        var scene = new TwinScene().Settle();
        scene.Agent.Facts.Set(TwinFacts.ShadowVerdict, "normal");
        scene.Talk();
        Assert.That(scene.Hub.ReportedAt("shadowVerdict")!.GetValue<string>(), Is.EqualTo("normal"));
        scene.Agent.Facts.Set(TwinFacts.ShadowVerdict, null);
        scene.Talk();
        Assert.That(scene.Hub.ReportedAt("shadowVerdict"), Is.Null);
    }

    private static string Forest(TwinScene scene) => scene.Agent.Book.Values.Texts[TwinModel.TextOf(TwinModel.DetectionForest)];

    // Names, and values as text, as Azure counts.
    private static int HubSize(JsonNode? node) => node switch
    {
        JsonObject members => members.Sum(member => Encoding.UTF8.GetByteCount(member.Key) + HubSize(member.Value)),
        JsonArray items => items.Sum(HubSize),
        null => 0,
        _ => node.ToJsonString().Length,
    };

    private static TwinRequest? NextWithin(TwinScene scene, int milliseconds)
    {
        TwinRequest? request = scene.Next();
        for (long end = scene.NowMs + milliseconds; request is null && scene.NowMs < end; scene.NowMs += 50)
        {
            request = scene.Next();
        }

        return request;
    }
}
