using DeviceTwin.SensorNode.Link;
using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.Tests.SensorNode.Simulator.Link;

/// <summary>Connecting, staying connected, coming back.</summary>
public sealed class HubLinkTests
{
    [Test]
    public void ConnectsTheWayTheDialectAsksFor()
    {
        var scene = new LinkScene().RunTo(2000);
        var options = scene.Session.Connects.Single();
        Assert.That(options.Host, Is.EqualTo("hub.plant.local"));
        Assert.That(options.Port, Is.EqualTo(18883));
        Assert.That(options.ClientId, Is.EqualTo("node-1"));
        Assert.That(
            options.UserName,
            Is.EqualTo("hub.plant.local/node-1/?api-version=2021-04-12&model-id=dtmi%3Acom%3Adevicetwin%3AvibrationNode%3B1"
                + "&DeviceClientType=DeviceTwin.SensorNode%2F0.1.0%20%28nanoFramework%29"));
        Assert.That(options.CleanSession, Is.False);
        Assert.That(options.KeepAliveSeconds, Is.EqualTo(60));
        Assert.That(options.CertificateAuthority, Does.StartWith("-----BEGIN"));
        Assert.That(
            scene.Session.Subscriptions.Single(),
            Is.EqualTo(new[] { "$iothub/twin/res/#", "$iothub/twin/PATCH/properties/desired/#" }));
        Assert.That(scene.Link.State, Is.EqualTo(LinkState.Ready));
        Assert.That(scene.Agent.IsSettled, Is.True);
    }

    [Test]
    public void TwinRequestsAreQos0AndNumbered()
    {
        var scene = new LinkScene().RunTo(2000);
        Assert.That(
            scene.Session.Published.Select(message => (message.Topic, message.Qos)),
            Is.EqualTo(new[] { ("$iothub/twin/GET/?$rid=101", 0), ("$iothub/twin/PATCH/properties/reported/?$rid=102", 0) }));
        Assert.That(scene.Session.Published[0].Payload, Is.Empty);
    }

    [Test]
    public void WaitsForTheNetwork()
    {
        var scene = new LinkScene { IsNetworkUp = false };
        scene.RunTo(100_000);
        Assert.That(scene.Session.Connects, Is.Empty);
        scene.IsNetworkUp = true;
        scene.RunTo(102_000);
        Assert.That(scene.Link.State, Is.EqualTo(LinkState.Ready));
    }

    [Test]
    public void WaitsForTheTimeOfDayBecauseATokenNeedsIt()
    {
        var scene = new LinkScene { UtcOffsetMs = null };
        scene.RunTo(100_000);
        Assert.That(scene.Session.Connects, Is.Empty);
        scene.UtcOffsetMs = LinkScene.StartUtcMs;
        scene.RunTo(102_000);
        Assert.That(scene.Link.State, Is.EqualTo(LinkState.Ready));
    }

    [Test]
    public void ADesiredChangeIsAppliedAndAcknowledged()
    {
        var scene = new LinkScene().RunTo(2000);
        scene.Session.Desire("""{"sampling":{"captureIntervalSeconds":10}}""");
        scene.RunTo(3000);
        Assert.That(scene.Session.Twin.ReportedAt("sampling.captureIntervalSeconds")!.ToJsonString(), Is.EqualTo("""{"value":10,"ac":200,"av":2,"ad":"applied"}"""));
    }

    [TestCase(-1, 0)]
    [TestCase(3, 0)]
    [TestCase(1, HubLink.RefusedMinimumMs)]
    [TestCase(2, HubLink.RefusedMinimumMs)]
    [TestCase(4, HubLink.RefusedMinimumMs)]
    [TestCase(5, HubLink.RefusedMinimumMs)]
    public void AfterAFailureTheWaitGrowsAndARefusalWaitsLonger(int code, int least)
    {
        var scene = new LinkScene();
        scene.Session.ConnectAnswer = code;
        var times = new List<long>();
        for (int attempt = 1; attempt <= 10; attempt++)
        {
            times.Add(scene.RunUntil(() => scene.Session.Connects.Count >= attempt));
        }

        long[] waits = times.Zip(times.Skip(1), (earlier, later) => later - earlier).ToArray();
        for (int attempt = 0; attempt < waits.Length; attempt++)
        {
            long ceiling = Math.Min(HubLink.ReconnectMaximumMs, HubLink.ReconnectBaseMs << attempt);
            Assert.That(waits[attempt], Is.InRange(least + 100, least + ceiling + 500), $"attempt {attempt}");
        }

        Assert.That(scene.Link.LastFailure, Is.EqualTo(code));
        Assert.That(scene.Counters.ConnectFailures, Is.GreaterThanOrEqualTo(9));
        Assert.That(scene.Counters.ConnectRefusals, least > 0 ? Is.EqualTo(scene.Counters.ConnectFailures) : Is.Zero);
        Assert.That(scene.Session.Published, Is.Empty);
    }

    [Test]
    public void TheSameSeedReturnsAtTheSameTimesAndAnotherSeedDoesNot()
    {
        Assert.That(ReconnectTimes(7), Is.EqualTo(ReconnectTimes(7)));
        Assert.That(ReconnectTimes(7), Is.Not.EqualTo(ReconnectTimes(8)));
    }

    [Test]
    public void AConnectionThatNeverComesAboutIsGivenUp()
    {
        var scene = new LinkScene();
        scene.Session.ConnectAnswer = null;
        scene.RunTo(HubLink.OpenTimeoutMs + HubLink.ReconnectBaseMs + 1000);
        Assert.That(scene.Session.Connects, Has.Count.EqualTo(2));
    }

    [Test]
    public void AfterALossTheNodeSubscribesAgainAndReadsTheTwinAgain()
    {
        var scene = new LinkScene().RunTo(2000);
        scene.Session.Tear();
        scene.Session.Desire("""{"sampling":{"captureIntervalSeconds":10}}""");
        scene.RunTo(6000);
        Assert.That(scene.Session.Subscriptions, Has.Count.EqualTo(2));
        Assert.That(scene.Session.Twin.ReportedAt("sampling.captureIntervalSeconds.value")!.GetValue<int>(), Is.EqualTo(10));
        Assert.That(scene.Counters.Reconnects, Is.EqualTo(1));
    }

    [Test]
    public void AHubThatTakesConnectionsAndDropsThemIsNotHammered()
    {
        var scene = new LinkScene();
        for (int round = 1; round <= 8; round++)
        {
            scene.RunUntil(() => scene.Session.Connects.Count >= round && scene.Link.State == LinkState.Opening);
            scene.Session.IsSilent = true;
            scene.Session.Tear();
        }

        Assert.That(scene.NowMs, Is.GreaterThan(30_000), "the waits grew although each CONNECT was accepted");
    }

    [Test]
    public void ALostSubackDoesNotStopTheNode()
    {
        var scene = new LinkScene();
        scene.Session.LoseSuback = true;
        scene.RunTo(HubLink.SubscribeTimeoutMs + 2000);
        Assert.That(scene.Link.State, Is.EqualTo(LinkState.Ready));
        Assert.That(scene.Agent.IsSettled, Is.True);
    }

    [Test]
    public void AHalfOpenConnectionIsNoticedByUnansweredTwinRequests()
    {
        var scene = new LinkScene().RunTo(2000);
        scene.Session.IsSilent = true;
        scene.Agent.Facts.Set(TwinFacts.Verdict, "high");
        long lost = scene.RunUntil(() => scene.Session.Connects.Count == 2);
        Assert.That(lost, Is.InRange(2 * TwinAgent.AnswerTimeoutMs, (2 * TwinAgent.AnswerTimeoutMs) + 10_000));
        Assert.That(scene.Counters.HalfOpen, Is.EqualTo(1));
        scene.Session.IsSilent = false;
        scene.RunUntil(() => scene.Agent.IsSettled);
        Assert.That(scene.Session.Twin.ReportedAt("verdict")!.GetValue<string>(), Is.EqualTo("high"));
    }

    [Test]
    public void AHalfOpenConnectionIsNoticedByUnconfirmedTelemetryAndNothingIsLost()
    {
        var scene = new LinkScene().RunTo(2000);
        scene.Session.IsSilent = true;
        scene.Offer("features", """{"seq":1}""", TelemetryMessage.Normal);
        long lost = scene.RunUntil(() => scene.Session.Connects.Count == 2);
        Assert.That(lost, Is.LessThanOrEqualTo(2000 + HubLink.PublishTimeoutMs + TwinAgent.AnswerTimeoutMs + 1000));
        scene.Session.IsSilent = false;
        scene.RunUntil(() => scene.Counters.TelemetryConfirmed == 1);
        Assert.That(scene.Counters.TelemetryUnconfirmed, Is.Zero);
    }

    [Test]
    public void ALostPubackCostsARepetitionAndNotTheConnection()
    {
        var scene = new LinkScene().RunTo(2000);
        scene.Session.LosePubacks = 1;
        scene.Offer("features", """{"seq":1}""", TelemetryMessage.Normal);
        scene.Offer("features", """{"seq":2}""", TelemetryMessage.Normal);
        scene.RunTo(60_000);
        Assert.That(scene.Session.Telemetry.Select(message => message.Payload), Is.EqualTo(new[] { """{"seq":1}""", """{"seq":1}""", """{"seq":2}""" }));
        Assert.That(scene.Session.Connects, Has.Count.EqualTo(1));
        Assert.That(scene.Counters.TelemetryConfirmed, Is.EqualTo(2));
    }

    [Test]
    public void AMessageWhosePubacksNeverComeOnALivingConnectionLetsOthersGoFirstAndIsNotGivenUp()
    {
        var scene = new LinkScene().RunTo(2000);
        scene.Session.LosePubacks = HubLink.PublishAttempts;
        scene.Offer("features", """{"seq":1}""", TelemetryMessage.Normal);
        scene.Offer("features", """{"seq":2}""", TelemetryMessage.Normal);
        scene.RunTo(120_000);
        Assert.That(
            scene.Session.Telemetry.Select(message => message.Payload),
            Is.EqualTo(Enumerable.Repeat("""{"seq":1}""", HubLink.PublishAttempts).Append("""{"seq":2}""").Append("""{"seq":1}""")));
        Assert.That(scene.Counters.TelemetryUnconfirmed, Is.EqualTo(1));
        Assert.That(scene.Counters.TelemetryConfirmed, Is.EqualTo(2));
        Assert.That(scene.Session.Connects, Has.Count.EqualTo(1));
    }

    [Test]
    public void ALatePubackCountsAndAStrangeOneDoesNot()
    {
        var scene = new LinkScene().RunTo(2000);
        scene.Session.LosePubacks = 1;
        scene.Offer("features", """{"seq":1}""", TelemetryMessage.Normal);
        scene.RunTo(10_000);
        scene.Session.ConfirmLate(60000);
        scene.RunTo(11_000);
        Assert.That(scene.Counters.TelemetryConfirmed, Is.Zero);

        // The stub counts packet identifiers: SUBSCRIBE was 1, this PUBLISH is 2.
        scene.Session.ConfirmLate(2);
        scene.RunTo(60_000);
        Assert.That(scene.Counters.TelemetryConfirmed, Is.EqualTo(1));
        Assert.That(scene.Session.Telemetry.Count(), Is.EqualTo(1));
    }

    [Test]
    public void AMessageUnderWayWhenTheConnectionTearsIsSentAgain()
    {
        var scene = new LinkScene().RunTo(2000);
        scene.Session.LosePubacks = 1;
        scene.Offer("features", """{"seq":1}""", TelemetryMessage.Normal, sequence: 7);
        scene.RunTo(3000);
        scene.Session.Tear();
        scene.RunTo(10_000);
        Assert.That(scene.Session.Telemetry.Select(message => message.Topic), Is.All.EndsWith("&bootId=1-a&seq=7"), "by the same number the hub knows it again");
        Assert.That(scene.Session.Telemetry.Select(message => message.Payload), Is.EqualTo(new[] { """{"seq":1}""", """{"seq":1}""" }));
        Assert.That(scene.Counters.TelemetryConfirmed, Is.EqualTo(1));
    }

    [Test]
    public void TelemetryCarriesItsKindAndTypeAndTheMostUrgentGoesFirst()
    {
        var scene = new LinkScene();
        scene.Offer("spectrum", "low", TelemetryMessage.Low);
        scene.Offer("features", "normal", TelemetryMessage.Normal);
        scene.Offer("features", "urgent", TelemetryMessage.Urgent);
        scene.RunTo(5000);
        Assert.That(scene.Session.Telemetry.Select(message => message.Payload), Is.EqualTo(new[] { "urgent", "normal", "low" }));
        var last = scene.Session.Telemetry.Last();
        Assert.That(last.Topic, Is.EqualTo("devices/node-1/messages/events/%24.ct=application%2Fjson&%24.ce=utf-8&kind=spectrum&bootId=1-a&seq=1"));
        Assert.That(last.Qos, Is.EqualTo(1));
    }

    [Test]
    public void AConnectionThatDoesNotTakeAMessageIsReplaced()
    {
        var scene = new LinkScene().RunTo(2000);
        scene.Session.IsClogged = true;
        scene.Offer("features", """{"seq":1}""", TelemetryMessage.Normal);
        scene.RunUntil(() => scene.Session.Closes > 0);
        scene.Session.IsClogged = false;
        scene.RunUntil(() => scene.Counters.TelemetryConfirmed == 1);
    }

    [Test]
    public void TheTokenIsRenewedBeforeItEndsByReconnecting()
    {
        var scene = new LinkScene().RunTo(2000);
        long renewal = scene.RunUntil(() => scene.Session.Connects.Count == 2, 3_600_000);
        Assert.That(renewal, Is.InRange(3_600_000 * 3 / 4, (3_600_000 * 7 / 8) + 1000));
        Assert.That(scene.Counters.TokenRenewals, Is.EqualTo(1));
        Assert.That(scene.Session.Connects[1].Password, Is.Not.EqualTo(scene.Session.Connects[0].Password));
        scene.RunUntil(() => scene.Agent.IsSettled);
        Assert.That(scene.Session.Subscriptions, Has.Count.EqualTo(2));
    }

    [Test]
    public void AStepOfTheClockRenewsTheToken()
    {
        var scene = new LinkScene().RunTo(2000);
        scene.UtcOffsetMs += 86_400_000;
        scene.RunTo(4000);
        Assert.That(scene.Session.Connects, Has.Count.EqualTo(2));
        Assert.That(scene.Session.Connects[1].Password, Does.EndWith("&se=" + (((LinkScene.StartUtcMs + 86_400_000) / 1000) + 3602)));
    }

    [Test]
    public void MessagesOnUnknownTopicsAreCountedAndHarmless()
    {
        var scene = new LinkScene().RunTo(2000);
        foreach (string topic in new[] { "devices/node-1/messages/devicebound/x", "$iothub/methods/POST/reboot/?$rid=1", "$iothub/twin/res/", "$iothub/twin/res/x/?$rid=", "" })
        {
            scene.Session.Push(topic, "{}");
        }

        scene.RunTo(4000);
        Assert.That(scene.Counters.UnknownMessages, Is.EqualTo(3));
        Assert.That(scene.Link.State, Is.EqualTo(LinkState.Ready));
    }

    [Test]
    public void AThrottledHubGetsTheReportLater()
    {
        var scene = new LinkScene();
        scene.Session.TwinError = 429;
        scene.RunTo(20_000);
        Assert.That(scene.Session.Published, Has.Count.InRange(2, 12), "it asks again, and not all the time");
        scene.Session.TwinError = 0;
        scene.RunUntil(() => scene.Agent.IsSettled);
        Assert.That(scene.Session.Connects, Has.Count.EqualTo(1));
    }

    private static List<long> ReconnectTimes(int seed)
    {
        var scene = new LinkScene(seed);
        scene.Session.ConnectAnswer = -1;
        var times = new List<long>();
        for (int attempt = 1; attempt <= 6; attempt++)
        {
            times.Add(scene.RunUntil(() => scene.Session.Connects.Count >= attempt));
        }

        return times;
    }
}
