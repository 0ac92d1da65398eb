using DeviceTwin.SensorNode.Link;

namespace DeviceTwin.Tests.SensorNode.Simulator.Link;

/// <summary>
/// What nanoFramework.M2Mqtt makes of confirmations (nanoframework/Home#935): early, late, double, missing. A message is done when any of its
/// transmissions was confirmed, and by nothing else.
/// </summary>
public sealed class ConfirmationTests
{
    [Test]
    public void AConfirmationThatIsThereBeforePublishReturnsCounts()
    {
        // The stub puts it into its queue first and returns the number then.
        var scene = new LinkScene().RunTo(2000);
        scene.Offer("features", "1", TelemetryMessage.Normal);
        scene.RunTo(2300);
        Assert.That(scene.Counters.TelemetryConfirmed, Is.EqualTo(1));
        Assert.That(scene.Session.Telemetry.Count(), Is.EqualTo(1));
    }

    [Test]
    public void ALateConfirmationOfAnEarlierTransmissionCounts()
    {
        var scene = new LinkScene().RunTo(2000);
        scene.Session.LosePubacks = 2;
        scene.Offer("features", "1", TelemetryMessage.Normal);
        scene.RunUntil(() => scene.Session.Telemetry.Count() == 2);

        // The stub counts packet identifiers: SUBSCRIBE was 1, the first transmission 2, the second 3.
        scene.Session.ConfirmLate(2);
        scene.RunTo(scene.NowMs + 300);
        Assert.That(scene.Counters.TelemetryConfirmed, Is.EqualTo(1));
        scene.RunTo(scene.NowMs + 120_000);
        Assert.That(scene.Session.Telemetry.Count(), Is.EqualTo(2), "it is not sent a third time");
    }

    [Test]
    public void ADoubleConfirmationConfirmsOneMessage()
    {
        var scene = new LinkScene().RunTo(2000);
        scene.Session.PubackCopies = 2;
        scene.Offer("features", "1", TelemetryMessage.Normal);
        scene.Offer("features", "2", TelemetryMessage.Normal, sequence: 2);
        scene.RunTo(5000);
        Assert.That(scene.Counters.TelemetryConfirmed, Is.EqualTo(2));
        Assert.That(scene.Counters.StrayConfirmations, Is.EqualTo(2));
        Assert.That(scene.Session.Telemetry.Select(message => message.Payload), Is.EqualTo(new[] { "1", "2" }));
    }

    [Test]
    public void ALateConfirmationDoesNotConfirmTheNextMessage()
    {
        var scene = new LinkScene().RunTo(2000);
        scene.Session.LosePubacks = 100;
        scene.Offer("features", "1", TelemetryMessage.Normal);
        scene.RunUntil(() => scene.Counters.TelemetryUnconfirmed == 1);
        scene.Offer("features", "2", TelemetryMessage.Normal, sequence: 2);
        scene.RunUntil(() => scene.Session.Telemetry.Last().Payload == "2");
        scene.Session.ConfirmLate(2);
        scene.Session.ConfirmLate(3);
        scene.Session.ConfirmLate(4);
        scene.RunTo(scene.NowMs + 1000);
        Assert.That(scene.Counters.TelemetryConfirmed, Is.Zero);
        Assert.That(scene.Counters.StrayConfirmations, Is.EqualTo(3));
    }

    [Test]
    public void AConfirmationOfAnOlderConnectionIsNone()
    {
        var scene = new LinkScene().RunTo(2000);
        scene.Session.LosePubacks = 1;
        scene.Offer("features", "1", TelemetryMessage.Normal);
        scene.RunUntil(() => scene.Session.Telemetry.Count() == 1);
        scene.Session.Tear();
        scene.Session.LosePubacks = 1;
        scene.RunUntil(() => scene.Session.Telemetry.Count() == 2);
        scene.Session.ConfirmLate(2);
        scene.RunTo(scene.NowMs + 500);
        Assert.That(scene.Counters.TelemetryConfirmed, Is.Zero, "2 was its identifier on the connection that broke");
        scene.RunUntil(() => scene.Counters.TelemetryConfirmed == 1);
    }
}
