using DeviceTwin.Twins;
using DeviceTwin.Twins.DigitalTwins;

namespace DeviceTwin.Tests.Twins.DigitalTwins;

/// <summary>The digital twin of a device, by the examples of Azure's documentation and at the edges.</summary>
public sealed class DigitalTwinTests
{
    private static string Time(int second) => Json.Timestamp(Doc.Start.AddSeconds(second));

    private static string Read(TwinDocument twin) => DigitalTwin.Read(twin).Text();

    /// <summary>What the operations make of the desired properties.</summary>
    private static string Desired(TwinDocument twin, string operations) => DigitalTwinPatch.Apply(twin, Operations(operations), Doc.Start.AddSeconds(9)).Twin.Desired.Properties.Text();

    private static System.Text.Json.Nodes.JsonArray Operations(string json) => (System.Text.Json.Nodes.JsonArray)Json.Parse(json)!;

    private static TwinException Refused(TwinDocument twin, string operations) => Doc.Refusal(() => DigitalTwinPatch.Apply(twin, Operations(operations), Doc.Start));

    private static TwinDocument Thermostat => Doc.Empty
        .Desire("""{"thermostat1":{"__t":"c","targetTemperature":20.4,"gone":1}}""")
        .Report("""{"serialNumber":"al-8329","thermostat1":{"__t":"c","maxTempSinceLastReboot":25.3,"targetTemperature":{"value":20.4,"ac":200,"av":2,"ad":"done"}}}""");

    [Test]
    public void A_new_device_has_an_empty_one() =>
        Assert.That(Read(Doc.Empty), Is.EqualTo("""{"$dtId":"node-1","$metadata":{"$model":""}}"""));

    [Test]
    public void PN3_Components_values_acknowledgements_and_times_stand_where_Azure_puts_them() => Assert.That(
        Read(Thermostat with { ModelId = "dtmi:com:example:TemperatureController;1" }).Replace(Time(2), "T"),
        Is.EqualTo(Doc.Object(
            """
            {"$dtId":"node-1","serialNumber":"al-8329","thermostat1":{"maxTempSinceLastReboot":25.3,"targetTemperature":20.4,"$metadata":{
              "maxTempSinceLastReboot":{"lastUpdateTime":"T"},
              "targetTemperature":{"desiredValue":20.4,"desiredVersion":2,"ackVersion":2,"ackCode":200,"ackDescription":"done","lastUpdateTime":"T"},
              "gone":{"desiredValue":1,"desiredVersion":2}}},
             "$metadata":{"$model":"dtmi:com:example:TemperatureController;1","serialNumber":{"lastUpdateTime":"T"}}}
            """).Text()));

    [Test]
    public void A_value_that_the_device_has_not_taken_over_yet_stands_beside_its_own()
    {
        var twin = Doc.Empty.Desire("""{"fanSpeed":2}""").Desire("""{"fanSpeed":3,"other":{"deep":1}}""").Report("""{"fanSpeed":{"value":2,"ac":202,"av":2},"refused":{"ac":400,"av":1}}""", 5);
        Assert.That(
            Read(twin).Replace(Time(5), "T"),
            Is.EqualTo(Doc.Object(
                """
                {"$dtId":"node-1","fanSpeed":2,"$metadata":{"$model":"",
                  "fanSpeed":{"desiredValue":3,"desiredVersion":3,"ackVersion":2,"ackCode":202,"lastUpdateTime":"T"},
                  "refused":{"ackVersion":1,"ackCode":400,"lastUpdateTime":"T"},"other":{"desiredValue":{"deep":1},"desiredVersion":3}}}
                """).Text()));
    }

    [Test]
    public void A_component_that_nobody_marked_is_known_by_its_acknowledgements() =>
        Assert.That(Read(Doc.Empty.Report("""{"c":{"p":{"value":1,"ac":200,"av":1}},"plain":{"p":1}}""")), Does.Contain("\"c\":{\"p\":1,\"$metadata\":").And.Contain("\"plain\":{\"p\":1}"));

    // As in "Manage IoT Plug and Play digital twins".
    [TestCase("""[{"op":"add","path":"/thermostat1/targetTemperature","value":21.4}]""", """{"thermostat1":{"__t":"c","targetTemperature":21.4,"gone":1}}""")]
    [TestCase("""[{"op":"replace","path":"/thermostat1","value":{"targetTemperature":21,"$metadata":{}}}]""", """{"thermostat1":{"__t":"c","targetTemperature":21}}""")]
    [TestCase("""[{"op":"add","path":"/thermostat1","value":{"x":42,"$metadata":{}}}]""", """{"thermostat1":{"__t":"c","x":42}}""")]
    [TestCase("""[{"op":"add","path":"/thermostat2","value":{"x":42,"$metadata":{}}}]""", """{"thermostat1":{"__t":"c","targetTemperature":20.4,"gone":1},"thermostat2":{"__t":"c","x":42}}""")]
    [TestCase("""[{"op":"remove","path":"/thermostat1"}]""", "{}")]
    [TestCase("""[{"op":"remove","path":"/thermostat1/gone"}]""", """{"thermostat1":{"__t":"c","targetTemperature":20.4}}""")]
    [TestCase("""[{"op":"remove","path":"/thermostat1/gone"},{"op":"remove","path":"/thermostat1/targetTemperature"}]""", "{}")]
    [TestCase("""[{"op":"remove","path":"/thermostat1/maxTempSinceLastReboot"}]""", """{"thermostat1":{"__t":"c","targetTemperature":20.4,"gone":1}}""")]
    [TestCase("""[{"op":"remove","path":"/serialNumber"}]""", """{"thermostat1":{"__t":"c","targetTemperature":20.4,"gone":1}}""")]
    [TestCase("""[{"op":"replace","path":"/serialNumber","value":"x"}]""", """{"thermostat1":{"__t":"c","targetTemperature":20.4,"gone":1},"serialNumber":"x"}""")]
    [TestCase("""[{"op":"add","path":"/a~1b~0c","value":{"x":{"y":[1]}}},{"op":"remove","path":"/a~1b~0c"},{"op":"add","path":"/a~1b~0c","value":[]}]""", """{"thermostat1":{"__t":"c","targetTemperature":20.4,"gone":1},"a/b~c":[]}""")]
    [TestCase("""[{"op":"remove","path":"/thermostat1"},{"op":"add","path":"/thermostat1/x","value":1}]""", """{"thermostat1":{"__t":"c","x":1}}""")]
    [TestCase("[]", """{"thermostat1":{"__t":"c","targetTemperature":20.4,"gone":1}}""")]
    public void PN3_What_is_patched_is_desired(string operations, string desired) => Assert.That(Desired(Thermostat, operations), Is.EqualTo(desired));

    [Test]
    public void A_component_that_only_the_device_knows_is_marked_when_something_is_desired_of_it() => Assert.That(
        Desired(Doc.Empty.Report("""{"c":{"p":{"value":1,"ac":203,"av":0}}}"""), """[{"op":"replace","path":"/c/p","value":2}]"""), Is.EqualTo("""{"c":{"__t":"c","p":2}}"""));

    [Test]
    public void What_is_desired_and_is_no_object_gives_way_to_the_component_that_the_device_reports() => Assert.That(
        Desired(Doc.Empty.Desire("""{"c":5}""").Report("""{"c":{"__t":"c"}}"""), """[{"op":"add","path":"/c/p","value":2}]"""), Is.EqualTo("""{"c":{"__t":"c","p":2}}"""));

    [Test]
    public void A_device_that_only_merges_is_told_what_a_replaced_value_has_no_more()
    {
        var change = DigitalTwinPatch.Apply(Doc.Empty.Desire("""{"p":{"a":1,"b":{"c":2}}}"""), Operations("""[{"op":"replace","path":"/p","value":{"b":{}}}]"""), Doc.Start);
        Assert.That(change.DesiredPatch!.Text(), Is.EqualTo("""{"p":{"b":{"c":null},"a":null}}"""));
    }

    [Test]
    public void What_was_so_already_is_told_again_and_nothing_makes_no_version()
    {
        var twin = Doc.Empty.Desire("""{"p":1}""");
        Assert.That(DigitalTwinPatch.Apply(twin, Operations("""[{"op":"add","path":"/p","value":1}]"""), Doc.Start).Twin.Desired.Version, Is.EqualTo(3));
        Assert.That(DigitalTwinPatch.Apply(twin.Report("""{"r":1}"""), Operations("""[{"op":"remove","path":"/r"}]"""), Doc.Start).Any, Is.False);
    }

    [TestCase("""[1]""", "is no object")]
    [TestCase("""[{"path":"/p"}]""", "has no text \"op\"")]
    [TestCase("""[{"op":"remove","path":1}]""", "has no text \"path\"")]
    public void What_is_no_JSON_Patch_is_a_matter_of_form(string operations, string saying)
    {
        var refusal = Refused(Thermostat, operations);
        Assert.That((refusal.Error, refusal.Message), Is.EqualTo((TwinError.Format, refusal.Message)));
        Assert.That(refusal.Message, Does.Contain(saying));
    }

    [TestCase("""[{"op":"test","path":"/p","value":1}]""", "takes add, replace and remove")]
    [TestCase("""[{"op":"add","path":"/p"}]""", "no value")]
    [TestCase("""[{"op":"add","path":"/p","value":null}]""", "\"op\":\"remove\"")]
    [TestCase("""[{"op":"add","path":"/p","value":{"a":[{"b":null}]}}]""", "null in it")]
    [TestCase("""[{"op":"add","path":"","value":{}}]""", "begins with a slash")]
    [TestCase("""[{"op":"add","path":"p","value":1}]""", "begins with a slash")]
    [TestCase("""[{"op":"add","path":"/a/b/c","value":1}]""", "within a property")]
    [TestCase("""[{"op":"add","path":"/a~2","value":1}]""", "tilde is written ~0")]
    [TestCase("""[{"op":"add","path":"/a~","value":1}]""", "tilde is written ~0")]
    [TestCase("""[{"op":"add","path":"/$dtId","value":1}]""", "the hub's to write")]
    [TestCase("""[{"op":"add","path":"/thermostat1/$metadata","value":1}]""", "the hub's to write")]
    [TestCase("""[{"op":"remove","path":"/thermostat1/__t"}]""", "the hub's to write")]
    [TestCase("""[{"op":"add","path":"/nothing/p","value":1}]""", "is no component")]
    [TestCase("""[{"op":"remove","path":"/serialNumber/p"}]""", "is no component")]
    [TestCase("""[{"op":"add","path":"/thermostat1","value":{"p":1}}]""", "\"$metadata\":{}")]
    [TestCase("""[{"op":"add","path":"/c","value":{"$metadata":{"p":{}}}}]""", "is an empty object")]
    [TestCase("""[{"op":"add","path":"/serialNumber","value":{"$metadata":{}}}]""", "'serialNumber' exists within the device twin and is not digital twin conformant property")]
    [TestCase("""[{"op":"replace","path":"/nothing","value":1}]""", "nothing at /nothing")]
    [TestCase("""[{"op":"replace","path":"/nothing","value":{"$metadata":{}}}]""", "nothing at /nothing")]
    [TestCase("""[{"op":"replace","path":"/thermostat1/nothing","value":1}]""", "nothing at /thermostat1/nothing")]
    [TestCase("""[{"op":"remove","path":"/nothing"}]""", "nothing at /nothing")]
    [TestCase("""[{"op":"remove","path":"/thermostat1/nothing"}]""", "nothing at /thermostat1/nothing")]
    [TestCase("""[{"op":"add","path":"/with space","value":1}]""", "must not contain")]
    [TestCase("""[{"op":"add","path":"/","value":1}]""", "without a name")]
    public void PN3_A_refused_operation_says_what_to_do_instead(string operations, string saying)
    {
        var refusal = Refused(Thermostat, operations);
        Assert.That((refusal.Error, refusal.Message), Is.EqualTo((TwinError.ArgumentInvalid, refusal.Message)));
        Assert.That(refusal.Message, Does.Contain(saying));
    }

    [Test]
    public void Operations_are_counted()
    {
        string Many(int count) => "[" + string.Join(',', Enumerable.Range(0, count).Select(number => $$"""{"op":"add","path":"/p{{number % 10}}","value":1}""")) + "]";
        Assert.That(Desired(Doc.Empty, Many(DigitalTwinPatch.MostOperations)), Does.Contain("p9"));
        Assert.That(Refused(Doc.Empty, Many(DigitalTwinPatch.MostOperations + 1)).Message, Does.Contain("1001 operations, 1000 are allowed"));
    }
}
