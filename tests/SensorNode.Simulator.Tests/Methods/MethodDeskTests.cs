using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.SensorNode;
using DeviceTwin.SensorNode.Link;
using DeviceTwin.SensorNode.Methods;
using DeviceTwin.SensorNode.Supervision;
using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.Tests.SensorNode.Simulator.Methods;

/// <summary>What each direct method takes, does and answers.</summary>
public sealed class MethodDeskTests
{
    private readonly string[] _words = [null!, null!, "high", "outer"];
    private MeasureMailbox _requests = null!;
    private TraceRing _trace = null!;
    private MethodDesk _desk = null!;
    private int _lastId = 1000;

    [SetUp]
    public void SetUp()
    {
        _requests = new MeasureMailbox();
        _trace = new TraceRing();
        _desk = new MethodDesk(new LinkOptions { DeviceId = "node-1" }, "3-77", _requests, _trace, _words, true, new Jitter(1));
    }

    [Test]
    public void EveryMethodIsACommandOfTheModel()
    {
        using JsonDocument model = JsonDocument.Parse(File.ReadAllText(TestFiles.InRepository("firmware/SensorNode/Twin/Model/vibrationNode-1.json")));
        IEnumerable<string> commands = model.RootElement[0].GetProperty("contents").EnumerateArray()
            .Where(content => content.GetProperty("@type").GetString() == "Command")
            .Select(content => content.GetProperty("name").GetString()!);
        Assert.That(commands, Is.EqualTo(Enumerable.Range(1, MethodCatalogue.Count - 1).Select(MethodCatalogue.Command)));
        Assert.That(commands.Select(MethodCatalogue.Of), Is.EqualTo(Enumerable.Range(1, MethodCatalogue.Count - 1)));
    }

    [TestCase("dance", "{}", 404, "unknownMethod")]
    [TestCase("", "{}", 404, "unknownMethod")]
    [TestCase("Reboot", "{}", 404, "unknownMethod")]
    [TestCase("reboot", "[]", 400, "badPayload")]
    [TestCase("reboot", "{", 400, "badPayload")]
    [TestCase("reboot", "{\"x\":1}", 400, "badPayload")]
    [TestCase("reboot", "{\"bootId\":{}}", 400, "badPayload")]
    [TestCase("reboot", "{\"bootId\":\"2-77\"}", 409, "conflict")]
    [TestCase("identify", "{\"seconds\":-1}", 400, "badPayload")]
    [TestCase("identify", "{\"seconds\":301}", 400, "badPayload")]
    [TestCase("identify", "{\"seconds\":\"5\"}", 400, "badPayload")]
    [TestCase("identify", "{\"seconds\":5,\"x\":1}", 400, "badPayload")]
    [TestCase("tapTest", "{\"seconds\":0}", 400, "badPayload")]
    [TestCase("tapTest", "{\"seconds\":31}", 400, "badPayload")]
    [TestCase("getTrace", "{\"count\":0}", 400, "badPayload")]
    [TestCase("getTrace", "{\"count\":33}", 400, "badPayload")]
    [TestCase("getTrace", "{\"after\":-1}", 400, "badPayload")]
    [TestCase("acknowledgeAlarm", "{\"alarm\":\"cold\"}", 400, "badPayload")]
    [TestCase("factoryReset", "null", 403, "notConfirmed")]
    [TestCase("factoryReset", "{\"deviceId\":\"node-2\"}", 403, "notConfirmed")]
    [TestCase("factoryReset", "{\"deviceId\":\"node-1\",\"nonce\":1}", 403, "notConfirmed")]
    public void WhatItDoesNotTakeItRefusesAndDoesNothing(string method, string payload, int status, string word)
    {
        (int answered, JsonObject body) = Call(method, payload);
        Assert.That((answered, (string?)body["error"]), Is.EqualTo((status, word)));
        Assert.That(_requests.Take(), Is.EqualTo(MeasureRequest.None));
        Assert.That(_desk.IsRestartDue(long.MaxValue), Is.False);
        Assert.That(_desk.IsIdentifying(0), Is.False);
    }

    [Test]
    public void ABodyThatIsTooLongIsRefused()
    {
        Assert.That(Call("reboot", new string(' ', MethodDesk.MaximumPayload + 1)).Status, Is.EqualTo(413));
        Assert.That(Call("reboot", "{}" + new string(' ', MethodDesk.MaximumPayload - 2)).Status, Is.EqualTo(200));
    }

    [TestCase("")]
    [TestCase("null")]
    [TestCase("{}")]
    public void NothingNullAndAnEmptyObjectAreTheSame(string payload)
    {
        (int status, JsonObject body) = Call("identify", payload);
        Assert.That((status, body.ToJsonString()), Is.EqualTo((200, "{\"seconds\":30}")));
    }

    [Test]
    public void IdentifyBlinksForItsTime()
    {
        Call("identify", "{\"seconds\":2}");
        bool[] lamp = [.. Enumerable.Range(0, 10).Select(quarter => _desk.IsLampOn(quarter * 250))];
        Assert.That(lamp, Is.EqualTo(new[] { true, false, true, false, true, false, true, false, false, false }));
        Call("identify", "{\"seconds\":300}", 5000);
        Call("identify", "{\"seconds\":0}", 6000);
        Assert.That(_desk.IsIdentifying(6000), Is.False);
    }

    [Test]
    public void WithoutALampIdentifyIsNotFitted()
    {
        _desk = new MethodDesk(new LinkOptions { DeviceId = "node-1" }, "3-77", _requests, _trace, _words, false, new Jitter(1));
        Assert.That(Call("identify", "{}").Status, Is.EqualTo(501));
    }

    [TestCase("capture", MeasureRequest.Capture, 0)]
    [TestCase("selfTest", MeasureRequest.SelfTest, 0)]
    [TestCase("tapTest", MeasureRequest.TapTest, 15)]
    [TestCase("relearnBaseline", MeasureRequest.RelearnBaseline, 0)]
    [TestCase("acknowledgeAlarm", MeasureRequest.AcknowledgeAlarms, 12)]
    public void WhatTheMeasureSideDoesIsAnsweredWhenItIsDone(string method, int request, int argument)
    {
        Called(method, "1", "null", 0);
        Assert.That(_desk.TakeAnswer(0), Is.Null);
        Assert.That((_requests.Take(), _requests.Argument()), Is.EqualTo((request, argument)));
        Assert.That(_requests.Take(), Is.EqualTo(MeasureRequest.None), "it is given once");
        _desk.Step(1000);
        Assert.That(_desk.TakeAnswer(1000), Is.Null);
        _requests.Answer(MethodStatus.Done, Encoding.UTF8.GetBytes("{\"x\":1}"));
        _desk.Step(1100);
        MethodAnswer answer = _desk.TakeAnswer(1100)!;
        Assert.That((answer.RequestId, answer.Status, Encoding.UTF8.GetString(answer.Payload)), Is.EqualTo(("1", 200, "{\"x\":1}")));
        Assert.That(_desk.TakeAnswer(1100), Is.Null);
    }

    [Test]
    public void OneAlarmCanBeAcknowledged()
    {
        Called("acknowledgeAlarm", "1", "{\"alarm\":\"outer\"}", 0);
        _requests.Take();
        Assert.That(_requests.Argument(), Is.EqualTo(1 << 3));
    }

    [Test]
    public void OneRequestAtATime()
    {
        Called("capture", "1", "null", 0);
        Called("selfTest", "2", "null", 0);
        Assert.That((_desk.TakeAnswer(0)!.Status, _requests.Take()), Is.EqualTo((409, MeasureRequest.Capture)));
    }

    [Test]
    public void WhatTakesLongIsAcceptedAndItsResultIsNotMixedUpWithTheNext()
    {
        Called("capture", "1", "null", 0);
        _requests.Take();
        _desk.Step(MethodDesk.MeasurePatienceMs - 1);
        Assert.That(_desk.TakeAnswer(0), Is.Null);
        _desk.Step(MethodDesk.MeasurePatienceMs);
        Assert.That(_desk.TakeAnswer(0)!.Status, Is.EqualTo(202));
        Called("capture", "2", "null", 30_000);
        Assert.That(_desk.TakeAnswer(0)!.Status, Is.EqualTo(409), "the first is still under way");
        _requests.Answer(MethodStatus.Done, "{}"u8.ToArray());
        Called("capture", "3", "null", 31_000);
        Assert.That(_requests.Take(), Is.EqualTo(MeasureRequest.Capture));
        _desk.Step(31_000);
        Assert.That(_desk.TakeAnswer(31_000), Is.Null, "the result of the first is nobody's");
    }

    [Test]
    public void ACallThatComesTwiceIsCarriedOutOnceAndAnsweredTwice()
    {
        Called("capture", "1", "null", 0);
        Called("capture", "1", "null", 10);
        Assert.That(_requests.Take(), Is.EqualTo(MeasureRequest.Capture));
        _requests.Answer(MethodStatus.Done, "{}"u8.ToArray());
        _desk.Step(100);
        Assert.That(_desk.TakeAnswer(100)!.RequestId, Is.EqualTo("1"));
        Called("capture", "1", "null", 200);
        Assert.That(_requests.Take(), Is.EqualTo(MeasureRequest.None));
        Assert.That(_desk.TakeAnswer(200)!.Status, Is.EqualTo(200));
        Called("capture", "2", "null", 300);
        Assert.That(_requests.Take(), Is.EqualTo(MeasureRequest.Capture), "another number is another call");
    }

    [Test]
    public void ANewConnectionForgetsCallsAndTheirAnswers()
    {
        Called("identify", "1", "null", 0);
        _desk.Connected();
        Assert.That(_desk.TakeAnswer(0), Is.Null);
        Assert.That(Call("identify", "null", 10, "1").Status, Is.EqualTo(200), "a hub that restarted counts anew");
    }

    [Test]
    public void MoreCallsThanPlacesAreBounded()
    {
        for (int call = 0; call < 100; call++)
        {
            Called("identify", call.ToString(), "null", 0);
        }

        int answers = 0;
        while (_desk.TakeAnswer(0) is not null)
        {
            answers++;
        }

        Assert.That(answers, Is.InRange(7, 8));
        Assert.That(Call("identify", "null").Status, Is.EqualTo(200));
    }

    [Test]
    public void RebootAnswersAndThenRestarts()
    {
        Called("reboot", "1", "{\"bootId\":\"3-77\"}", 1000);
        Assert.That(_desk.IsRestartDue(1000 + MethodDesk.RestartAtLatestMs - 1), Is.False);
        Assert.That(_desk.TakeAnswer(1500)!.Status, Is.EqualTo(200));
        Assert.That(_desk.IsRestartDue(1500 + MethodDesk.RestartDelayMs - 1), Is.False);
        Assert.That(_desk.IsRestartDue(1500 + MethodDesk.RestartDelayMs), Is.True);
        Assert.That(_desk.IsResetAsked, Is.False);
    }

    [Test]
    public void RebootComesAlsoWhereTheAnswerCannotBeSent()
    {
        Called("reboot", "1", "null", 1000);
        Assert.That(_desk.IsRestartDue(1000 + MethodDesk.RestartAtLatestMs), Is.True);
    }

    [Test]
    public void FactoryResetTakesTwoCalls()
    {
        (int status, JsonObject body) = Call("factoryReset", "{\"deviceId\":\"node-1\"}");
        Assert.That(status, Is.EqualTo(202));
        int nonce = (int)body["nonce"]!;
        Assert.That(Call("factoryReset", $$"""{"deviceId":"node-1","nonce":{{nonce + 1}}}""").Status, Is.EqualTo(403));
        Assert.That(Call("factoryReset", $$"""{"deviceId":"node-1","nonce":{{nonce}}}""").Status, Is.EqualTo(403), "a wrong number ends the right one");
        nonce = (int)Call("factoryReset", "{\"deviceId\":\"node-1\"}").Body["nonce"]!;
        Assert.That(Call("factoryReset", $$"""{"deviceId":"node-1","nonce":{{nonce}}}""", MethodDesk.NonceLifeMs).Status, Is.EqualTo(403), "too late");
        Assert.That(_desk.IsResetAsked, Is.False);
        nonce = (int)Call("factoryReset", "{\"deviceId\":\"node-1\"}").Body["nonce"]!;
        Assert.That(Call("factoryReset", $$"""{"deviceId":"node-1","nonce":{{nonce}}}""", MethodDesk.NonceLifeMs - 1).Status, Is.EqualTo(200));
        Assert.That(_desk.IsResetAsked, Is.True);
        Assert.That(_desk.IsRestartDue(long.MaxValue), Is.True);
    }

    [Test]
    public void TheTraceIsReadFromTheEndOrOnFromANumber()
    {
        for (int number = 1; number <= TraceRing.Capacity + 6; number++)
        {
            _trace.Add(TraceEvent.LinkReady, number * 10, number, -number);
        }

        JsonObject newest = Call("getTrace", "{\"count\":2}").Body;
        Assert.That(newest.ToJsonString(), Does.StartWith("{\"bootId\":\"3-77\",\"last\":70,\"lost\":0,\"events\":[{\"number\":69,\"uptimeMs\":690,\"event\":\"linkReady\",\"first\":69,\"second\":-69}"));
        JsonObject oldest = Call("getTrace", "{\"after\":0,\"count\":3}").Body;
        Assert.That(oldest["events"]!.AsArray().Select(entry => (int)entry!["number"]!), Is.EqualTo(new[] { 8, 9, 10 }), "the call before was noted, too");
        Assert.That((int)oldest["lost"]!, Is.EqualTo(7));
        Assert.That(Call("getTrace", "{\"after\":1000}").Body["events"]!.AsArray(), Is.Empty);
        Assert.That(Call("getTrace", "{\"after\":0,\"count\":32}").Body["events"]!.AsArray(), Has.Count.EqualTo(32), "the longest answer fits");
    }

    [Test]
    public void EveryStatusAndEveryEventHasItsWord()
    {
        Assert.That(Enumerable.Range(1, TraceEvent.Count - 1).Select(TraceEvent.Word), Is.Unique.And.No.Member("unknown"));
        Assert.That(new[] { 200, 202, 400, 403, 404, 409, 413, 500, 501, 503 }.Select(MethodStatus.Word), Is.Unique.And.No.Member("unknown"));
    }

    [Test]
    public void ThePageHasEveryMethodAndStatusWithItsNumber()
    {
        string page = File.ReadAllText(TestFiles.InRepository("firmware/SensorNode/Methods/README.md"));
        IEnumerable<string> rows =
        [
            .. Enumerable.Range(1, MethodCatalogue.Count - 1).Select(method => $"| {method} | `{MethodCatalogue.Word(method)}`"),
            .. new[] { 200, 202, 400, 403, 404, 409, 413, 500, 501, 503 }.Select(status => $"| {status} | `{MethodStatus.Word(status)}` |"),
        ];
        Assert.That(rows.Where(row => !page.Contains(row)), Is.Empty);
    }

    [Test]
    public void InSafeModeWhatNeedsTheSensorsIsRefusedWithItsReasonAndTheRestWorks(
        [Values("selfTest", "tapTest", "capture", "acknowledgeAlarm", "relearnBaseline")] string method)
    {
        _desk = new MethodDesk(new LinkOptions { DeviceId = "node-1" }, "3-77", null, _trace, _words, true, new Jitter(1));

        (int status, JsonObject body) = Call(method, "{}");
        Assert.That((status, (string?)body["error"]), Is.EqualTo((503, "unavailable")));
        Assert.That((string?)body["message"], Does.Contain("safe mode"));
        Assert.That(Call("getTrace", "{}").Status, Is.EqualTo(200));
        Assert.That(Call("reboot", "{}").Status, Is.EqualTo(200));
    }

    private (int Status, JsonObject Body) Call(string method, string payload, long nowMs = 0, string? id = null)
    {
        Called(method, id ?? (++_lastId).ToString(), payload, nowMs);
        MethodAnswer answer = _desk.TakeAnswer(nowMs)!;
        return (answer.Status, (JsonObject)JsonNode.Parse(answer.Payload)!);
    }

    private void Called(string method, string id, string payload, long nowMs) => _desk.Called(method, id, Encoding.UTF8.GetBytes(payload), nowMs);
}
