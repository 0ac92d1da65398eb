using System.Text.Json.Nodes;
using DeviceTwin.Cli;
using DeviceTwin.SensorNode.Evidence;
using DeviceTwin.SensorNode.Twin;
using DeviceTwin.Storage.Audit;
using EvidenceWaveform = DeviceTwin.SensorNode.Evidence.EvidenceWaveform;

namespace DeviceTwin.Tests.Cli.Detection;

/// <summary>The evidence of an alarm, without the hub that sealed it.</summary>
[NonParallelizable]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class VerifyAlarmTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dtwin-alarm-");
    private readonly MeasuredMachine machine = new();
    private readonly EvidenceDocument document;

    public VerifyAlarmTests()
    {
        machine.Measure(1);
        var alarm = machine.Alarm();
        var waveform = new EvidenceWaveform(machine.Sha256, machine.Content.Length, "z", MeasuredMachine.Rate, MeasuredMachine.Scale, null, 1000, 0, false);
        var values = EvidenceSettings.Of(machine.Reported);
        document = new EvidenceDocument(
            "vib~1",
            "1",
            "unbalance",
            "vib",
            null,
            new EvidenceMessage(Noon, alarm),
            [new EvidenceCapture(EvidenceCapture.OfAlarm, MeasuredMachine.BootId, 1, new EvidenceMessage(Noon, machine.Features()), [waveform])],
            new EvidenceSettingsPart(3, machine.SettingsHash, "reported", values, EvidenceSettings.Hash(values)),
            (string?)JsonNode.Parse(alarm)!["fingerprint"],
            [],
            1,
            null,
            Noon);
        File.WriteAllBytes(InFolder("samples.i16"), machine.Content);
    }

    public void Dispose() => folder.Delete(recursive: true);

    [Test]
    public void Equal_says_what_was_computed_and_what_does_not_follow_from_one_capture()
    {
        var run = Verify(document);
        Assert.That(run.Code, Is.Zero, run.Talk);
        Assert.That(run.Output, Does.StartWith("vib~1: equal: ").And.Contain("not computed, rests on captures before this one, trip delays, temperature and baseline: acknowledged, alarms, causes, verdict"));
        run = Verify(document, "--json", "--sha256", EvidenceDocument.HashOf(document.ToBytes()).ToUpperInvariant());
        Assert.That((run.Code, (string?)JsonNode.Parse(run.Output)!["result"]), Is.EqualTo((0, "equal")), run.Talk);
    }

    [Test]
    public void Each_way_of_not_being_equal_has_its_code()
    {
        var capture = document.Captures[0];
        Check(document with { Captures = [capture with { Features = Altered("\"windows\":", "\"windows\":1") }] }, ExitCode.VerdictDiffers, "windows");
        Check(document with { Captures = [capture with { Features = Altered(DeviceTwin.SensorNode.Detection.Fingerprint.BuildId, "00000000") }] }, ExitCode.OtherDetector);
        Check(document with { Captures = [capture with { Waveforms = [] }] }, ExitCode.EvidenceIncomplete, "waveformMissing");
        Check(document with { Captures = [capture with { Features = null }] }, ExitCode.EvidenceIncomplete, "featuresMissing");
        Check(document with { Captures = [] }, ExitCode.EvidenceIncomplete, "captureUnknown");
        Check(document with { Settings = document.Settings with { ValuesHash = new string('0', 16) } }, ExitCode.VerdictDiffers, "settingsHash");
        Check(document with { Settings = document.Settings with { Values = null, ValuesHash = null } }, ExitCode.EvidenceIncomplete, "settingsMissing");
        Check(document with { Captures = [capture with { Waveforms = [capture.Waveforms[0] with { Sha256 = new string('0', 64) }] }] }, ExitCode.WaveformDiffers);
        Check(document with { Captures = [capture with { Waveforms = [capture.Waveforms[0] with { RateMilliHertz = 13_000_000 }] }] }, ExitCode.VerdictDiffers, "velocityUmPerSecond");

        EvidenceMessage Altered(string from, string to) =>
            new(Noon, System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(capture.Features!.Body).Replace(from, to)));

        void Check(EvidenceDocument altered, ExitCode code, string saying = "")
        {
            var run = Verify(altered);
            Assert.That((run.Code, run.Output.Contains(saying) || run.Talk.Contains(saying)), Is.EqualTo((code.Number, true)), run.Output + run.Talk);
        }
    }

    [Test]
    public void What_is_not_as_it_was_sealed_is_not_computed()
    {
        var text = System.Text.Encoding.UTF8.GetString(document.ToBytes());
        foreach (var altered in new[] { text.Replace("{\"alarm\"", "{ \"alarm\""), text[..^1] + ",\"zz\":1}", text.Replace("\"schema\":1", "\"schema\":2"), text.Replace("\"version\":1}", "\"version\":1.0}") })
        {
            Assert.That(altered, Is.Not.EqualTo(text));
            File.WriteAllText(InFolder("altered.json"), altered);
            var run = Tool.Run("verify", InFolder("altered.json"), "--waveform", InFolder("samples.i16"));
            Assert.That(run.Code, Is.EqualTo(ExitCode.EvidenceUnusable.Number), run.Talk);
        }

        File.WriteAllText(InFolder("line.json"), text + "\n");
        Assert.That(Tool.Run("verify", InFolder("line.json"), "--waveform", InFolder("samples.i16")).Code, Is.Zero, "a line end is nobody's fault");
        Assert.That(Verify(document, "--sha256", new string('0', 64)).Code, Is.EqualTo(ExitCode.VerdictDiffers.Number), "another document than the hub named");
    }

    [Test]
    public void A_hub_that_cannot_be_reached_is_said()
    {
        File.WriteAllBytes(InFolder("evidence.json"), document.ToBytes());
        Assert.That(Tool.Run("verify", InFolder("evidence.json"), "--hub", "http://127.0.0.1:9").Code, Is.EqualTo(ExitCode.HubNotReachable.Number));
    }

    [Test]
    public void Canonical_is_what_is_written_and_read_again()
    {
        var odd = document with { Name = "\"\\\u0001\u2028 ä 😀", Message = new EvidenceMessage(Noon, [0xff, 0xfe, 0x00]), Place = new EvidencePlace("s", "l", "m", "p"), Previous = new string('a', 64), Problems = [new("waveform", "missing", "…")] };
        var again = EvidenceDocument.Parse(odd.ToBytes());
        Assert.That((again.Name, again.Message.Body, again.Place), Is.EqualTo((odd.Name, odd.Message.Body, odd.Place)));
        Assert.That(again.ToBytes(), Is.EqualTo(odd.ToBytes()));
        Assert.That(() => CanonicalJson.Write(JsonNode.Parse("1.5")), Throws.InstanceOf<FormatException>());
    }

    [Test]
    public void The_page_lists_every_reason_flaw_and_member()
    {
        var page = File.ReadAllText(TestFiles.InRepository("cloud/EVIDENCE.md"));
        var flaws = Enum.GetValues<AuditFlawKind>().Select(kind => new AuditFlaw(kind, 0, "").Word);
        var members = JsonNode.Parse(document.ToBytes())!.AsObject().Select(member => member.Key);
        Assert.That(EvidenceReason.All.Concat(flaws).Concat(members).Where(word => !page.Contains($"`{word}`")), Is.Empty);
        Assert.That(EvidenceReason.All, Is.EquivalentTo(typeof(EvidenceReason).GetFields().Where(field => field.IsLiteral).Select(field => field.GetRawConstantValue())));
        Assert.That(EvidenceCheck.NotComputed.Values.Distinct(), Is.SubsetOf(EvidenceCheck.Reasons.Keys));
    }

    /// <summary>Against the node's own map: every setting of the hash, whatever its value.</summary>
    [Test]
    public void Settings_of_a_twin_have_the_hash_that_the_node_computes()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var values = new SettingsValues();
            var section = new JsonObject();
            for (var index = 0; index < TwinModel.Count; index++)
            {
                if (TwinModel.TypeOf(index) == TwinModel.IntegerType && TwinModel.Like(index) < 0 && random.Next(2) == 0)
                {
                    values.Numbers[index] = random.Next(100_000);
                    var path = TwinModel.Path(index).Split('.');
                    var component = section[path[0]] as JsonObject;
                    section[path[0]] = component ??= [];
                    component[path[1]] = random.Next(2) == 0 ? values.Numbers[index] : new JsonObject { ["value"] = values.Numbers[index], ["ac"] = 200, ["av"] = 1 };
                }
            }

            if (random.Next(2) == 0)
            {
                values.Texts[TwinModel.TextOf(TwinModel.DetectionForest)] = "1 2 3";
                section["detection"] = section["detection"] as JsonObject ?? new JsonObject();
                section["detection"]!["forest"] = "1 2 3";
            }

            var settings = new DeviceTwin.SensorNode.Detection.DetectorSettings();
            DeviceTwin.SensorNode.SettingsMap.Apply(values, settings);
            Assert.That(EvidenceSettings.Hash(EvidenceSettings.Of(section)), Is.EqualTo(DeviceTwin.SensorNode.Detection.Fingerprint.SettingsHash(settings)), $"seed {seed}");
        }
    }

    private (int Code, string Output, string Talk) Verify(EvidenceDocument evidence, params string[] options)
    {
        File.WriteAllBytes(InFolder("evidence.json"), evidence.ToBytes());
        return Tool.Run(["verify", InFolder("evidence.json"), "--waveform", InFolder("samples.i16"), .. options]);
    }

    private string InFolder(string name) => Path.Combine(folder.FullName, name);
}
