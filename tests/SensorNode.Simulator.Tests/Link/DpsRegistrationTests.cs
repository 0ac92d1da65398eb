using DeviceTwin.SensorNode.Link;

namespace DeviceTwin.Tests.SensorNode.Simulator.Link;

/// <summary>The provisioning service names the hub; the hub may refuse the node later.</summary>
public sealed class DpsRegistrationTests
{
    private const string Register = "$dps/registrations/PUT/iotdps-register/?$rid=";
    private const string Query = "$dps/registrations/GET/iotdps-get-operationstatus/?$rid=";

    [Test]
    public void TheNodeRegistersAndConnectsToTheHubThatItIsGiven()
    {
        LinkScene scene = Scene();
        Answer(scene, polls: 2);
        scene.RunTo(30_000);
        MqttSessionOptions dps = scene.Session.Connects[0];
        Assert.That((dps.Host, dps.Port, dps.ClientId, dps.CleanSession), Is.EqualTo(("dps.plant.local", 8883, "node-7", true)));
        Assert.That(dps.UserName, Does.StartWith("0ne1/registrations/node-7/api-version=2019-03-31&ClientVersion=DeviceTwin.SensorNode"));
        Assert.That(dps.Password, Does.StartWith("SharedAccessSignature sr=0ne1%2Fregistrations%2Fnode-7&sig=").And.EndsWith("&skn=registration"));
        Assert.That(scene.Session.Subscriptions[0], Is.EqualTo(new[] { "$dps/registrations/res/#" }));
        Assert.That(scene.Session.Published.Count(message => message.Topic.StartsWith(Query, StringComparison.Ordinal)), Is.EqualTo(2));
        Assert.That(scene.Session.Published[0].Payload, Does.Contain("\"registrationId\":\"node-7\"").And.Contain("dtmi:com:devicetwin:vibrationNode;1"));
        MqttSessionOptions hub = scene.Session.Connects[1];
        Assert.That((hub.Host, hub.Port, hub.ClientId), Is.EqualTo(("hub-3.plant.local", 18883, "press-7")));
        Assert.That(hub.Password, Does.StartWith("SharedAccessSignature sr=hub-3.plant.local%2Fdevices%2Fpress-7&"));
        Assert.That(scene.Link.State, Is.EqualTo(LinkState.Ready));
        Assert.That(scene.Link.Assignments, Is.EqualTo(1));
    }

    [Test]
    public void TheServiceSaysHowLongToWait()
    {
        LinkScene scene = Scene();
        Answer(scene, polls: 1, retryAfter: 7);
        long register = scene.RunUntil(() => scene.Session.Published.Any(message => message.Topic.StartsWith(Register, StringComparison.Ordinal)));
        long query = scene.RunUntil(() => scene.Session.Published.Any(message => message.Topic.StartsWith(Query, StringComparison.Ordinal)));
        Assert.That(query - register, Is.InRange(7000, 7600));
    }

    [TestCase("disabled")]
    [TestCase("failed")]
    public void AServiceThatDoesNotAssignIsAskedAgainMuchLater(string status)
    {
        LinkScene scene = Scene();
        Answer(scene, status: status);
        scene.RunUntil(() => scene.Link.LastFailure == 200);
        int connects = scene.Session.Connects.Count;
        scene.RunTo(scene.NowMs + 90);
        Assert.That(scene.Session.Connects, Has.Count.EqualTo(connects));
        Assert.That(scene.Link.Assignments, Is.Zero);
        Answer(scene);
        scene.RunUntil(() => scene.Link.State == LinkState.Ready);
    }

    [Test]
    public void ARefusalOfTheServiceWaits()
    {
        LinkScene scene = Scene();
        scene.Session.Sent = (topic, _) => Push(scene, topic, 404, "{\"errorCode\":404201,\"message\":\"no\"}");
        long failed = scene.RunUntil(() => scene.Link.LastFailure == 404);
        long again = scene.RunUntil(() => scene.Session.Connects.Count == 2);
        Assert.That(again - failed, Is.GreaterThanOrEqualTo(HubLink.RefusedMinimumMs));
    }

    [Test]
    public void AServiceThatSaysNothingIsLeftAndTriedAgain()
    {
        LinkScene scene = Scene();
        scene.RunTo(DpsRegistration.AnswerTimeoutMs + HubLink.ReconnectBaseMs + 2000);
        Assert.That(scene.Session.Connects, Has.Count.EqualTo(2));
        Assert.That(scene.Link.LastFailure, Is.EqualTo(-1));
    }

    [TestCase("")]
    [TestCase("{")]
    [TestCase("[]")]
    [TestCase("{\"operationId\":\"o\",\"status\":\"assigned\"}")]
    [TestCase("{\"status\":\"assigned\",\"registrationState\":{\"assignedHub\":\"\",\"deviceId\":\"d\"}}")]
    [TestCase("{\"status\":\"assigned\",\"registrationState\":{\"assignedHub\":\"h:0\",\"deviceId\":\"d\"}}")]
    [TestCase("{\"status\":\"assigned\",\"registrationState\":{\"assignedHub\":7,\"deviceId\":\"d\"}}")]
    public void AnAnswerThatNamesNoHubIsNone(string body)
    {
        LinkScene scene = Scene();
        scene.Session.Sent = (topic, _) => Push(scene, topic, 200, body);
        scene.RunUntil(() => scene.Counters.ConnectFailures == 1);
        Assert.That(scene.Link.Assignments, Is.Zero);
        Assert.That(scene.Link.LastFailure, Is.EqualTo(200));
    }

    [Test]
    public void AHubThatRefusesTheNodeThreeTimesSendsItBackToTheService()
    {
        LinkScene scene = Scene();
        Answer(scene);
        scene.RunUntil(() => scene.Link.State == LinkState.Ready);
        scene.Session.Judge = options => options.Host == "dps.plant.local" ? 0 : 5;
        scene.Session.Tear();
        scene.RunUntil(() => scene.Session.Connects.Count(options => options.Host == "dps.plant.local") == 2);
        Assert.That(scene.Session.Connects.Count(options => options.Host == "hub-3.plant.local"), Is.EqualTo(1 + HubLink.RefusalsBeforeRegistering));
        scene.Session.Judge = null;
        scene.RunUntil(() => scene.Link.State == LinkState.Ready);
        Assert.That(scene.Link.Assignments, Is.EqualTo(2));
    }

    [Test]
    public void ANodeThatKnowsItsHubDoesNotAskTheService()
    {
        var scene = new LinkScene(change: options => options.DpsHost = "dps.plant.local").RunTo(2000);
        Assert.That(scene.Session.Connects.Single().Host, Is.EqualTo("hub.plant.local"));
    }

    [Test]
    public void WithACertificateThereIsNoToken()
    {
        LinkScene scene = Scene(options =>
        {
            options.Key = null;
            options.ClientCertificate = "cert";
            options.ClientKey = "key";
        });
        scene.RunTo(1000);
        MqttSessionOptions connect = scene.Session.Connects[0];
        Assert.That((connect.Password, connect.ClientCertificate, connect.ClientKey), Is.EqualTo((default(string), "cert", "key")));
    }

    // Microsoft Learn, "Symmetric key attestation", has the derivation: HMAC-SHA256 of the registration id under the decoded group key.
    [Test]
    public void AGroupsKeyGivesEachDeviceItsOwn()
    {
        string group = Convert.ToBase64String(Enumerable.Range(0, 32).Select(number => (byte)number).ToArray());
        string expected = Convert.ToBase64String(
            System.Security.Cryptography.HMACSHA256.HashData(Convert.FromBase64String(group), System.Text.Encoding.UTF8.GetBytes("node-7")));
        Assert.That(SasToken.DeriveKey(group, "node-7"), Is.EqualTo(expected));
    }

    private static LinkScene Scene(Action<LinkOptions>? change = null) => new(change: options =>
    {
        options.DeviceId = null;
        options.HubHost = null;
        options.DpsHost = "dps.plant.local";
        options.DpsPort = 8883;
        options.IdScope = "0ne1";
        options.RegistrationId = "node-7";
        change?.Invoke(options);
    });

    private static void Answer(LinkScene scene, int polls = 1, int retryAfter = 1, string status = "assigned")
    {
        int asked = 0;
        scene.Session.Sent = (topic, _) =>
        {
            if (topic.StartsWith("$dps/", StringComparison.Ordinal) && asked++ < polls)
            {
                Push(scene, topic, 202, "{\"operationId\":\"o-1\",\"status\":\"assigning\"}", $"&retry-after={retryAfter}");
            }
            else
            {
                Push(
                    scene,
                    topic,
                    200,
                    $$"""{"operationId":"o-1","status":"{{status}}","registrationState":{"registrationId":"node-7","assignedHub":"hub-3.plant.local","deviceId":"press-7","status":"{{status}}","x":{"deviceId":"other"} } }""");
            }
        };
    }

    private static void Push(LinkScene scene, string topic, int status, string body, string more = "")
    {
        if (topic.StartsWith("$dps/", StringComparison.Ordinal))
        {
            string request = topic[(topic.IndexOf("$rid=", StringComparison.Ordinal) + 5)..].Split('&')[0];
            scene.Session.Push($"$dps/registrations/res/{status}/?$rid={request}{more}", body);
        }
    }
}
