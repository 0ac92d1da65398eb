using DeviceTwin.SensorNode.Link;

namespace DeviceTwin.Tests.SensorNode.Simulator.Link;

/// <summary>Tokens have dates, and the clock of a node may be unknown, wrong, or jump.</summary>
public sealed class ClockTests
{
    private const long HourMs = 3_600_000;

    [Test]
    public void AfterAJumpBackTheTokenIsRenewedByTheClockThatDoesNotJump()
    {
        var scene = new LinkScene().RunTo(2000);
        scene.UtcOffsetMs -= 24 * HourMs;
        long renewal = scene.RunUntil(() => scene.Session.Connects.Count == 2, HourMs);
        Assert.That(renewal, Is.InRange(HourMs * 3 / 4, (HourMs * 7 / 8) + 1000));
        Assert.That(scene.Counters.TokenRenewals, Is.EqualTo(1));
    }

    [Test]
    public void AfterAJumpForwardTheTokenIsRenewedAtOnceAndOnlyOnce()
    {
        var scene = new LinkScene().RunTo(2000);
        scene.UtcOffsetMs += 24 * HourMs;
        scene.RunTo(60_000);
        Assert.That(scene.Session.Connects, Has.Count.EqualTo(2));
        Assert.That(scene.Counters.TokenRenewals, Is.EqualTo(1));
    }

    [Test]
    public void ASmallCorrectionCostsNoConnection()
    {
        var scene = new LinkScene().RunTo(2000);
        foreach (int step in new[] { 1500, -3000, 60_000, -60_000 })
        {
            scene.UtcOffsetMs += step;
            scene.RunTo(scene.NowMs + 60_000);
        }

        Assert.That(scene.Session.Connects, Has.Count.EqualTo(1));
    }

    [Test]
    public void AClockThatIsForgottenOnALivingConnectionCostsNoConnection()
    {
        var scene = new LinkScene().RunTo(2000);
        scene.UtcOffsetMs = null;
        scene.RunTo(600_000);
        Assert.That(scene.Session.Connects, Has.Count.EqualTo(1));
        scene.Session.Tear();
        scene.RunTo(700_000);
        Assert.That(scene.Session.Connects, Has.Count.EqualTo(1), "without the time there is no token");
        scene.UtcOffsetMs = LinkScene.StartUtcMs;
        scene.RunTo(702_000);
        Assert.That(scene.Link.State, Is.EqualTo(LinkState.Ready));
    }

    [TestCase(-2 * HourMs, Description = "behind: the token has ended before it begins")]
    [TestCase(-400 * 24 * HourMs)]
    public void AHubThatRefusesForTheTimeMakesTheNodeAskTheTimeServerAndComeBack(long errorMs)
    {
        var scene = new LinkScene { UtcOffsetMs = LinkScene.StartUtcMs + errorMs };
        int asked = 0;
        scene.Session.Judge = options => Expiry(options) > LinkScene.StartUtcMs + scene.NowMs ? 0 : 5;
        scene.TimeServer = () =>
        {
            asked++;
            scene.UtcOffsetMs = LinkScene.StartUtcMs;
        };
        scene.RunUntil(() => scene.Link.State == LinkState.Ready);
        Assert.That(asked, Is.EqualTo(1));
        Assert.That(scene.Session.Connects, Has.Count.EqualTo(2));
        Assert.That(scene.Counters.ClockDoubts, Is.EqualTo(1));
        Assert.That(scene.NowMs, Is.LessThan(HubLink.RefusedMinimumMs + HubLink.ReconnectBaseMs + 1000));
    }

    [Test]
    public void AHubThatIsNotReachedMayMeanTheDatesOfItsCertificate()
    {
        var scene = new LinkScene();
        int asked = 0;
        scene.Session.ConnectAnswer = -1;
        scene.TimeServer = () => asked++;
        scene.RunUntil(() => scene.Session.Connects.Count == HubLink.FailuresBeforeDoubt);
        scene.RunTo(scene.NowMs + 100);
        Assert.That(asked, Is.EqualTo(1));
    }

    [Test]
    public void ACertificateNeedsNoRenewal()
    {
        var scene = new LinkScene(change: options =>
        {
            options.Key = null;
            options.ClientCertificate = "-----BEGIN CERTIFICATE-----";
            options.ClientKey = "-----BEGIN PRIVATE KEY-----";
        }).RunTo(2000);
        MqttSessionOptions connect = scene.Session.Connects.Single();
        Assert.That((connect.Password, connect.ClientCertificate, connect.ClientKey), Is.EqualTo((default(string), "-----BEGIN CERTIFICATE-----", "-----BEGIN PRIVATE KEY-----")));
        scene.RunTo(5 * HourMs);
        Assert.That(scene.Session.Connects, Has.Count.EqualTo(1));
        Assert.That(scene.Link.TokenRenewalUtcMs, Is.Zero);
    }

    private static long Expiry(MqttSessionOptions options) => long.Parse(options.Password[(options.Password.IndexOf("&se=", StringComparison.Ordinal) + 4)..]) * 1000;
}
