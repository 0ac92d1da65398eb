using System.Text.Json.Nodes;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Configurations;
using DeviceTwin.Twins;

namespace DeviceTwin.Tests.Storage;

/// <summary>Overrides and staged versions come back as they were, and go with what they belong to.</summary>
public sealed class ConfigurationStateTests
{
    private static SettingOverride Override(string deviceId, string path) =>
        new(deviceId, path, JsonNode.Parse("[1,2.5]")!, "ada", "Größe €", StoreFolder.Start, StoreFolder.Start.AddHours(1)) { Before = JsonValue.Create(7) };

    private static ConfigurationStage Stage => new(
        new Configuration(
            "c", "*", 5, new Dictionary<string, JsonNode?> { ["properties.desired.a.b"] = JsonValue.Create(20) }, new Dictionary<string, string> { ["l"] = "x" }, ETags.First, StoreFolder.Start, StoreFolder.Start)
        {
            Version = 4,
            MetricQueries = new Dictionary<string, string> { ["all"] = "SELECT * FROM devices" },
            ForModules = true,
        },
        "ada",
        StoreFolder.Start,
        9,
        true);

    private static AdmittedDevice Admitted(string deviceId) => new(
        "c",
        9,
        deviceId,
        StoreFolder.Start,
        AdmittedDevice.Empty.Add("a.b", new JournalEntry("a.b", JsonValue.Create(1), new AppliedSetting("c", JsonValue.Create(1)), 3)).Add("n", new JournalEntry("n", null, null, 3)),
        new DeviceRollback(deviceId, ["a.b"], [new KeptPath("n", JsonValue.Create(true), "somebody")]));

    [Test]
    public async Task All_of_it_comes_back()
    {
        using var folder = new StoreFolder();
        using (var store = folder.Open())
        {
            await store.Write([
                new StoreChange.PutIdentity(StoreFolder.Identity("p")), new StoreChange.PutTwin(StoreFolder.Twin("p")), new PutOverride(Override("p", "x")), new PutOverride(Override("p", "y")),
                new DeleteOverride("p", "y"), new PutStage(Stage), new PutAdmission(Admitted("p")), new StoreChange.PutConfiguration(Stage.Next)]);
        }

        using var again = folder.Open();
        var state = again.LoadConfigurationState();
        var setting = state.Overrides.Single();
        Assert.That((setting.Path, setting.Value.ToJsonString(), setting.Before!.ToJsonString(), setting.Reason, setting.ExpiresAt), Is.EqualTo(("x", "[1,2.5]", "7", "Größe €", StoreFolder.Start.AddHours(1))));
        var stage = state.Stages.Single();
        Assert.That((stage.Number, stage.RollingBack, stage.Next.Version, stage.Next.DeviceContent.Single().Value!.ToJsonString()), Is.EqualTo((9L, true, 4L, "20")));
        var admitted = state.Admissions.Single();
        Assert.That((admitted.DeviceId, admitted.Journal["a.b"].BeforeBy!.ConfigurationId, admitted.Journal["n"].Before, admitted.Journal["a.b"].Version), Is.EqualTo(("p", "c", default(JsonNode), 3L)));
        Assert.That((admitted.Rollback!.Restored.Single(), admitted.Rollback.Kept.Single().Why), Is.EqualTo(("a.b", "somebody")));
        Assert.That((again.Load().Configurations.Single().Version, again.Load().Configurations.Single().MetricQueries["all"], again.Load().Configurations.Single().ForModules), Is.EqualTo((4L, "SELECT * FROM devices", true)));
    }

    [Test]
    public async Task It_goes_with_its_device_and_with_its_stage()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        await store.Write([
            new PutOverride(Override("p", "x")), new PutOverride(Override("q", "x")), new PutStage(Stage), new PutAdmission(Admitted("p")), new PutAdmission(Admitted("q")), new StoreChange.DeleteDevice("p")]);
        var state = store.LoadConfigurationState();
        Assert.That((state.Overrides.Single().DeviceId, state.Admissions.Single().DeviceId), Is.EqualTo(("q", "q")));
        await store.Write([new DeleteStage("c")]);
        state = store.LoadConfigurationState();
        Assert.That((state.Stages.Count, state.Admissions.Count, state.Overrides.Count), Is.EqualTo((0, 0, 1)));
    }
}
