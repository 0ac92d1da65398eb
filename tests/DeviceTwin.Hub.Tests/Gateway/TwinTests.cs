using System.Text;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Gateway.Messaging;
using DeviceTwin.Mqtt;
using DeviceTwin.Storage;

namespace DeviceTwin.Tests.Hub.Gateway;

/// <summary>The twin over MQTT, section 4.</summary>
[TestFixture]
public class TwinTests : GatewayTest
{
    private const string Patch = "$iothub/twin/PATCH/properties/reported/?$rid=";
    private const string DesiredFilter = "$iothub/twin/PATCH/properties/desired/#";

    [TearDown]
    public void NothingWentWrong() => Assert.That(host.Log.Errors(), Is.Empty);

    [TestCase(" ", 0, TestName = "TW1 Node asks with one space")]
    [TestCase("", 0, TestName = "TW1 C# asks with nothing")]
    [TestCase("whatever", 0, TestName = "TW1 the question's payload does not matter")]
    public async Task Get(string payload, int qos)
    {
        await host.Fleet.PatchTwin(
            "dev1",
            (JsonObject)JsonNode.Parse("""{"tags":{"line":"L1"},"properties":{"desired":{"interval":5,"cfg":{"a":1}}}}""")!,
            null,
            "operator",
            CancellationToken.None);
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Publish("$iothub/twin/GET/?$rid=c1c92a31-5bcc-4894-a331-804be82437d0", payload, qos);
        await wire.ExpectPublish(
            "$iothub/twin/res/200/?$rid=c1c92a31-5bcc-4894-a331-804be82437d0",
            """{"desired":{"interval":5,"cfg":{"a":1},"$version":2},"reported":{"$version":1}}""");
    }

    [Test]
    public async Task TW1_Nano_asks_with_QoS_1_and_hears_PUBACK_first_and_not_too_soon()
    {
        await using Wire wire = await host.Connect(host.NanoConnect(dev1));
        await wire.Publish("$iothub/twin/GET/?$rid=569b3963", "", qos: 1, packetId: 2);
        await host.PassNanoDelay();
        await wire.Expect("40 02 00 02");
        await wire.ExpectPublish("$iothub/twin/res/200/?$rid=569b3963", """{"desired":{"$version":1},"reported":{"$version":1}}""");
    }

    [Test]
    public async Task TW1_The_answer_comes_to_a_client_whose_session_was_lost()
    {
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Publish("$iothub/twin/GET/?$rid=1", " ");
        await wire.ExpectPublish("$iothub/twin/res/200/?$rid=1", """{"desired":{"$version":1},"reported":{"$version":1}}""");
    }

    [Test]
    public async Task TW2_A_patch_is_merged_and_answered_with_204_and_the_new_version()
    {
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Publish(Patch + "a386bce7", """{"temp":21.5,"fw":{"v":"1.0"},"gone":null}""");
        await wire.ExpectPublish("$iothub/twin/res/204/?$rid=a386bce7&$version=2", "");
        await wire.Publish(Patch + "2", """{"fw":{"w":[1,2]},"temp":null}""");
        await wire.ExpectPublish("$iothub/twin/res/204/?$rid=2&$version=3", "");
        Assert.That(host.Fleet.FindTwin("dev1")!.Reported.Properties.ToJsonString(), Is.EqualTo("""{"fw":{"v":"1.0","w":[1,2]}}"""));
    }

    [Test]
    public async Task TW2_An_array_is_replaced_whole_and_a_type_may_change()
    {
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Publish(Patch + "1", """{"list":[1,2,3],"kind":{"a":1},"one":1}""");
        await wire.ExpectPublish("$iothub/twin/res/204/?$rid=1&$version=2", "");
        await wire.Publish(Patch + "2", """{"list":[4],"kind":"text","one":{"b":true}}""");
        await wire.ExpectPublish("$iothub/twin/res/204/?$rid=2&$version=3", "");
        Assert.That(host.Fleet.FindTwin("dev1")!.Reported.Properties.ToJsonString(), Is.EqualTo("""{"list":[4],"kind":"text","one":{"b":true}}"""));
    }

    [Test]
    public async Task TW2_Patches_and_questions_are_answered_in_their_order()
    {
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Send(
            new MqttPublish(Patch + "1", """{"n":1}"""u8.ToArray()),
            new MqttPublish("$iothub/twin/GET/?$rid=2", default),
            new MqttPublish(Patch + "3", """{"n":2}"""u8.ToArray()),
            new MqttPublish("$iothub/twin/GET/?$rid=4", default));
        await wire.ExpectPublish("$iothub/twin/res/204/?$rid=1&$version=2", "");
        await wire.ExpectPublish("$iothub/twin/res/200/?$rid=2", """{"desired":{"$version":1},"reported":{"n":1,"$version":2}}""");
        await wire.ExpectPublish("$iothub/twin/res/204/?$rid=3&$version=3", "");
        await wire.ExpectPublish("$iothub/twin/res/200/?$rid=4", """{"desired":{"$version":1},"reported":{"n":2,"$version":3}}""");
    }

    [Test]
    public async Task TW5_A_patch_that_insists_on_a_version_is_refused_when_it_is_another()
    {
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Publish(Patch + "1&$version=7", """{"n":1}""");
        await wire.ExpectError(412, "1", 412001);
        await wire.Publish(Patch + "2&$version=x", """{"n":1}""");
        await wire.ExpectError(400, "2", 400004);
        await wire.Publish(Patch + "3&$version=1", """{"n":1}""");
        await wire.ExpectPublish("$iothub/twin/res/204/?$rid=3&$version=2", "");
    }

    [Test]
    public async Task TW3_Ten_objects_below_reported_and_not_eleven()
    {
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Publish(Patch + "1", Nested.Objects(11));
        await wire.ExpectError(400, "1", 400004);
        await wire.Publish(Patch + "2", Nested.Objects(10));
        await wire.ExpectPublish("$iothub/twin/res/204/?$rid=2&$version=2", "");
        await wire.Publish("$iothub/twin/GET/?$rid=3", "");
        await wire.ExpectPublish(
            "$iothub/twin/res/200/?$rid=3",
            $$$"""{"desired":{"$version":1},"reported":{{{Nested.Objects(10)[..^1]}}},"$version":2}}""");
    }

    [TestCase("")]
    [TestCase("{")]
    [TestCase("""{"a":1}}""")]
    [TestCase("""{"a":1,"a":2}""")]
    [TestCase("""{"a":NaN}""")]
    [TestCase("[1]")]
    [TestCase("7")]
    [TestCase("null")]
    [TestCase("\"text\"")]
    [TestCase("""{"a":"\uD800"}""")]
    [TestCase("""{"\uD800":1}""")]
    public async Task TW3_What_is_no_JSON_object_is_refused_with_a_body(string payload)
    {
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Publish(Patch + "1", payload);
        await wire.ExpectError(400, "1", 400006);
        await wire.ExpectQuiet();
        Assert.That(host.Fleet.FindTwin("dev1")!.Reported.Version, Is.EqualTo(1));
    }

    [Test]
    public async Task TW3_Bytes_that_are_no_text_are_refused()
    {
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Send(new MqttPublish(Patch + "1", new byte[] { (byte)'{', (byte)'"', 0xFF, (byte)'"', (byte)':', (byte)'1', (byte)'}' }));
        await wire.ExpectError(400, "1", 400006);
    }

    [Test]
    public async Task TW3_JSON_that_is_too_deep_is_refused()
    {
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Publish(Patch + "1", string.Concat(Enumerable.Repeat("{\"a\":", 15)) + "1" + new string('}', 15));
        MqttPublish answer = await wire.Next<MqttPublish>();
        Assert.That(answer.Topic, Is.EqualTo("$iothub/twin/res/400/?$rid=1"));
        await wire.Publish(Patch + "2", string.Concat(Enumerable.Repeat("{\"a\":", 10_000)) + "1" + new string('}', 10_000));
        await wire.ExpectError(400, "2", 400006);
    }

    [Test]
    public async Task TW3_32_KB_fit_and_one_byte_more_is_refused()
    {
        string full = "{" + string.Join(",", Enumerable.Range(0, 8).Select(i => $"\"k{i}\":\"{new string('x', 4094)}\"")) + "}";
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Publish(Patch + "1", full);
        await wire.ExpectPublish("$iothub/twin/res/204/?$rid=1&$version=2", "");
        await wire.Publish(Patch + "2", """{"z":""}""");
        await wire.ExpectError(413, "2", 413001);
        Assert.That(host.Fleet.FindTwin("dev1")!.Reported.Version, Is.EqualTo(2));
    }

    [TestCase("""{"a":4503599627370495,"b":-4503599627370496}""", true, TestName = "TW3 the greatest and the least integer")]
    [TestCase("""{"a":4503599627370496}""", false, TestName = "TW3 an integer too great")]
    [TestCase("""{"a":-4503599627370497}""", false, TestName = "TW3 an integer too small")]
    [TestCase("""{"a$b":1}""", false, TestName = "TW3 a key with a dollar sign")]
    [TestCase("""{"a.b":1}""", false, TestName = "TW3 a key with a full stop")]
    [TestCase("""{"a b":1}""", false, TestName = "TW3 a key with a space")]
    [TestCase("""{"a\u0001":1}""", false, TestName = "TW3 a key with a control character")]
    [TestCase("""{"a":"4096"}""", true, TestName = "TW3 a string of 4 KB")]
    [TestCase("""{"a":"4097"}""", false, TestName = "TW3 a string of 4 KB and a byte")]
    [TestCase("""{"1024":1}""", true, TestName = "TW3 a key of 1 KB")]
    [TestCase("""{"1025":1}""", false, TestName = "TW3 a key of 1 KB and a byte")]
    public async Task Limit(string patch, bool fits)
    {
        // A text of nothing but four digits stands for one of so many bytes.
        string written = System.Text.RegularExpressions.Regex.Replace(patch, "\"([0-9]{4})\"", match => $"\"{new string('x', int.Parse(match.Groups[1].Value))}\"");
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Publish(Patch + "1", written);
        if (fits)
        {
            await wire.ExpectPublish("$iothub/twin/res/204/?$rid=1&$version=2", "");
        }
        else
        {
            await wire.ExpectError(400, "1", 400004);
            Assert.That(host.Fleet.FindTwin("dev1")!.Reported.Version, Is.EqualTo(1));
        }
    }

    [Test]
    public async Task TW3_Nano_is_told_400_whatever_the_fault_and_reads_the_real_code_in_the_body()
    {
        await using Wire wire = await host.Connect(host.NanoConnect(dev1));
        await wire.Publish(Patch + "1&$version=7", """{"n":1}""");
        await wire.ExpectError(400, "1", 412001);
    }

    [Test]
    public async Task TW4_Desired_changes_come_in_order_and_only_when_subscribed()
    {
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await host.Desire("dev1", """{"before":1}""");
        await wire.Subscribe(1, (DesiredFilter, 1));
        await host.Desire("dev1", """{"interval":10,"cfg":{"a":null}}""");
        await host.Desire("dev1", """{"interval":11}""");
        await wire.ExpectPublish("$iothub/twin/PATCH/properties/desired/?$version=3", """{"interval":10,"cfg":{"a":null},"$version":3}""");
        await wire.ExpectPublish("$iothub/twin/PATCH/properties/desired/?$version=4", """{"interval":11,"$version":4}""");
        await wire.ExpectQuiet();
    }

    [Test]
    public async Task TW4_Nanos_one_filter_covers_desired_changes()
    {
        await using Wire wire = await host.Connect(host.NanoConnect(dev1));
        await wire.Subscribe(1, ("$iothub/twin/#", 1));
        await host.Desire("dev1", """{"interval":6}""");
        await wire.ExpectPublish("$iothub/twin/PATCH/properties/desired/?$version=2", """{"interval":6,"$version":2}""");
    }

    [Test]
    public async Task TW4_After_a_replacement_the_device_is_told_what_is_gone()
    {
        await host.Desire("dev1", """{"old":1,"kept":{"a":1,"b":2}}""");
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Subscribe(1, (DesiredFilter, 0));
        await host.Fleet.ReplaceTwin(
            "dev1",
            (JsonObject)JsonNode.Parse("""{"properties":{"desired":{"kept":{"a":1},"new":2}}}""")!,
            null,
            "operator",
            CancellationToken.None);
        MqttPublish push = await wire.Next<MqttPublish>();
        Assert.That(push.Topic, Is.EqualTo("$iothub/twin/PATCH/properties/desired/?$version=3"));
        JsonNode body = JsonNode.Parse(push.Payload.Span)!;
        Assert.That(body.AsObject().ContainsKey("old") && body["old"] is null, Is.True);
        Assert.That((int)body["new"]!, Is.EqualTo(2));
    }

    [Test]
    public async Task TW4_A_device_that_does_not_read_gets_the_whole_document_in_the_end()
    {
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Subscribe(1, (DesiredFilter, 0));

        // More than TLS, TCP and 64 waiting patches hold: some must give way.
        string filler = new('x', 4000);
        Task[] changes = [.. Enumerable.Range(1, 3000).Select(i => (Task)host.Desire("dev1", $$"""{"n":{{i}},"filler":"{{filler}}"}"""))];
        await Task.WhenAll(changes);
        long version = 1;
        JsonNode? last = null;
        while (version < 3001)
        {
            MqttPublish push = await wire.Next<MqttPublish>();
            last = JsonNode.Parse(push.Payload.Span)!;
            Assert.That((long)last["$version"]!, Is.GreaterThan(version), "never an older version after a newer one");
            version = (long)last["$version"]!;
        }

        Assert.That((int)last!["n"]!, Is.EqualTo(3000));
        await wire.ExpectQuiet();
    }

    [Test]
    public async Task PN2_Acknowledgements_with_and_without_the_component_mark_converge()
    {
        await host.Desire("dev1", """{"sampling":{"__t":"c","rate":5},"limit":7}""");
        await using Wire wire = await host.Connect(host.NanoConnect(dev1));

        // The initial value covers no version: the device says what it has before it has seen anything.
        await wire.Publish(Patch + "1", """{"sampling":{"rate":{"value":5,"ac":203,"av":0,"ad":"initial"}},"limit":{"value":7,"ac":200,"av":2}}""");
        await wire.ExpectPublish("$iothub/twin/res/204/?$rid=1&$version=2", "");
        Assert.That(States(), Is.EqualTo("limit InSync, sampling.rate Pending"));
        await wire.Publish(Patch + "2", """{"sampling":{"rate":{"value":5,"ac":202,"av":2}}}""");
        await wire.ExpectPublish("$iothub/twin/res/204/?$rid=2&$version=3", "");
        Assert.That(States(), Is.EqualTo("limit InSync, sampling.rate Pending"));

        // nanoFramework's client leaves the mark out.
        await wire.Publish(Patch + "3", """{"sampling":{"rate":{"av":2,"ad":"ok","ac":200,"value":5}}}""");
        await wire.ExpectPublish("$iothub/twin/res/204/?$rid=3&$version=4", "");
        Assert.That(States(), Is.EqualTo("limit InSync, sampling.rate InSync"));
        await wire.Publish(Patch + "4", """{"sampling":{"__t":"c","rate":{"value":4,"ac":400,"av":2,"ad":"too fast"}}}""");
        await wire.ExpectPublish("$iothub/twin/res/204/?$rid=4&$version=5", "");
        Assert.That(States(), Is.EqualTo("limit InSync, sampling.rate Rejected"));

        string States() => string.Join(", ", host.Fleet.FindConvergence("dev1")!.Paths.OrderBy(path => path.Path).Select(path => $"{path.Path} {path.State}"));
    }

    [Test]
    public async Task JS1_Text_goes_out_unescaped_and_numbers_as_they_came()
    {
        const string Properties = """{"city":"Zürich 水 😀 <&'+>","slash":"a/b","number":20.0,"big":1e3,"tab":"\t","quote":"\"\\"}""";
        await host.Desire("dev1", Properties);
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Publish("$iothub/twin/GET/?$rid=1");
        await wire.ExpectPublish(
            "$iothub/twin/res/200/?$rid=1", """{"desired":{""" + Properties[1..^1] + ""","$version":2},"reported":{"$version":1}}""");
    }

    [Test]
    public async Task JS1_Twins_changes_methods_and_errors_are_read_by_nanoFrameworks_rules()
    {
        var document = new JsonObject { [NanoJson.Key] = NanoJson.Text, ["list"] = new JsonArray(NanoJson.Text, 20.5) };
        var patch = new JsonObject { ["properties"] = new JsonObject { ["desired"] = document.DeepClone() } };
        await using Wire wire = await host.Connect(host.NanoConnect(dev1));
        await wire.Subscribe(1, ("$iothub/twin/#", 1), ("$iothub/methods/POST/#", 1));

        await host.Fleet.PatchTwin("dev1", patch, null, "operator", CancellationToken.None);
        JsonNode push = NanoJson.Read((await wire.Next<MqttPublish>()).Payload)!;
        Assert.That((string?)push[NanoJson.Key], Is.EqualTo(NanoJson.Text));

        await host.Fleet.PatchReported("dev1", document, null, CancellationToken.None);
        await wire.Publish("$iothub/twin/GET/?$rid=1");
        JsonNode twin = NanoJson.Read((await wire.Next<MqttPublish>()).Payload)!;
        Assert.That(((string?)twin["desired"]![NanoJson.Key], (string?)twin["reported"]!["list"]![0]), Is.EqualTo((NanoJson.Text, NanoJson.Text)));

        Task<MethodResult> call = host.Invoke("dev1", "x", document.ToJsonString());
        MqttPublish request = await wire.Next<MqttPublish>();
        Assert.That((string?)NanoJson.Read(request.Payload)![NanoJson.Key], Is.EqualTo(NanoJson.Text));
        await wire.Publish("$iothub/methods/res/200/?$rid=" + request.Topic[(request.Topic.LastIndexOf('=') + 1)..], "1");
        await call;

        // The refusal quotes the key that it refuses.
        await wire.Publish(Patch + "2", new JsonObject { ["ä<\"\\&'+/水 \t"] = 1 }.ToJsonString());
        MqttPublish error = await wire.Next<MqttPublish>();
        Assert.That((string?)NanoJson.Read(error.Payload)!["message"], Does.Contain("ä<\"\\&'+/水"));
    }

    [Test]
    public async Task A_request_without_identifier_is_confirmed_and_not_answered()
    {
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Publish("$iothub/twin/GET/", "", 1, 4);
        await wire.Expect("40 02 00 04");
        await wire.Publish("$iothub/twin/PATCH/properties/reported/?$version=1", "{}", 1, 5);
        await wire.Expect("40 02 00 05");
        await wire.ExpectQuiet();
        Assert.That(host.Fleet.FindTwin("dev1")!.Reported.Version, Is.EqualTo(1));
    }

    [Test]
    public async Task An_identifier_is_echoed_byte_for_byte()
    {
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Publish("$iothub/twin/GET/?$rid=%41%2b é=x");
        MqttPublish answer = await wire.Next<MqttPublish>();
        Assert.That(Encoding.UTF8.GetBytes(answer.Topic), Is.EqualTo(Encoding.UTF8.GetBytes("$iothub/twin/res/200/?$rid=%41%2b é=x")));
    }

    [Test]
    public async Task Method_subscriptions_are_taken_and_answers_to_methods_confirmed()
    {
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Subscribe(1, ("$iothub/methods/POST/#", 1));
        await wire.Publish("$iothub/methods/res/200/?$rid=1", """{"ok":true}""", 1, 9);
        await wire.Expect("40 02 00 09");
        await wire.ExpectQuiet();
    }
}
