using System.Text.Json.Nodes;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Access;
using DeviceTwin.Storage.Alarms;
using DeviceTwin.Storage.Evidence;
using DeviceTwin.Storage.Feedback;
using DeviceTwin.Storage.Jobs;
using DeviceTwin.Storage.Plant;
using DeviceTwin.Storage.Rollouts;
using DeviceTwin.Storage.Sequence;
using DeviceTwin.Storage.Sqlite;
using DeviceTwin.Storage.Waveforms;
using DeviceTwin.Tests.Storage.Alarms;
using DeviceTwin.Tests.Storage.Waveforms;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Jobs;
using DeviceTwin.Twins.Reconciliation;

namespace DeviceTwin.Tests.Storage.Dumps;

/// <summary>Something of every subject that came with schemas 2 to 4, for the dumps: what is written, and that it is there.</summary>
internal static class EverySubject
{
    private static readonly byte[] Whole = Samples.Content(1, 64);
    private static readonly byte[] Half = Samples.Content(2, 64);

    private static readonly Enrollment Enrollment = new(
        false,
        "press-1",
        ETags.First,
        true,
        "press-1",
        new Attestation(AttestationType.SymmetricKey, "cHJpbWFyeS1rZXktMTIzNA==", "c2Vjb25kYXJ5LWtleS0xMjM0"),
        ReprovisionPolicy.ResetData,
        null,
        null,
        null,
        StoreFolder.Start,
        StoreFolder.Start)
    {
        Allocation = AllocationPolicy.Static,
        Hubs = ["hub.plant.example"],
        Information = "{\"batch\":7}",
    };

    private static readonly FeedbackRecord Confirmed = new(3, "m", "press-1", "g", "Success", StoreFolder.Start);

    private static readonly Configuration Cameras = new(
        "cameras", "*", 1, new Dictionary<string, JsonNode?> { ["properties.desired.fps"] = 25 }, new Dictionary<string, string>(), ETags.First, StoreFolder.Start, StoreFolder.Start)
    { ForModules = true };

    private static readonly SealedEvidence Sealed = new(
        $"press-1~{SampleAlarms.Name}", 1, "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", SampleAlarms.Second(4), "{}"u8.ToArray());

    private static readonly Job Rebooting = Job.Create(
        new JobOrder("reboot", JobType.DeviceMethod, "*", "{\"methodName\":\"reboot\"}", StoreFolder.Start, TimeSpan.FromHours(1), "mara", StoreFolder.Start)).Begin(1, StoreFolder.Start);

    /// <summary>Writes it beside the devices that every dump has.</summary>
    public static async Task Write(SqliteHubStore store)
    {
        await Samples.Send(store, Samples.Head(Whole), Whole, 0, 64);
        await store.Write([new WaveformChange.Complete(store.ReadWholeUpload("press-1", Samples.Head(Whole).Sha256)!.Value.Upload, 87)]);
        await Samples.Send(store, Samples.Head(Half), Half, 8, 16);
        await store.Write([new WaveformChange.Discard("press-2", Samples.Head(Half).Sha256, DiscardReason.HashDiffers, StoreFolder.Start)]);

        var press = store.Load().Identities.First(identity => identity.DeviceId == "press-1");
        await WriteModule(store, "press-1");
        await store.Write(
        [
            new StoreChange.PutIdentity(press with { StatusReason = "in use", StatusUpdatedAt = StoreFolder.Start }),
            new StoreChange.PutPresence(new StoredPresence("press-1", false, StoreFolder.Start)),
            new StoreChange.PutConfiguration(Cameras),
            new FeedbackChange.Append(Confirmed),
        ]);
        await store.Write(
        [
            new CloudToDeviceChange.Put(
                new CloudToDeviceMessage(1, "press-1", StoreFolder.Start, StoreFolder.Start.AddHours(1), new Dictionary<string, string?> { ["$.mid"] = "m" }, new byte[] { 1, 2 }), press.GenerationId),
            new PutSequence(SequenceWindow.Begin("press-1", "1-a", 7, StoreFolder.Start)),
            new ProvisioningChange.PutEnrollment(Enrollment),
            new ProvisioningChange.PutRegistration(new Registration("press-1", false, "press-1", "press-1", RegistrationSubstatus.InitialAssignment, ETags.First, StoreFolder.Start, StoreFolder.Start)),
            new AccessChange.PutUser(new UserRecord("mara", "engineer", "hash", false, StoreFolder.Start)),
            new AccessChange.PutPolicy(new PolicyRecord("service", "cHJpbWFyeQ==", "c2Vjb25kYXJ5", 4)),
            new PutPlantItem(new PlantItem(PlantLevel.Site, "plant", "", "Plant", ETags.First)),
            new PutAssignment(new Assignment(1, "pump-1", "drive-end", "press-1", StoreFolder.Start, null, "mara", "new", null)),
            new AppendTwinChange(new TwinChangeRow("press-1", StoreFolder.Start, "mara", TwinOperation.UpdateTwin, TwinPart.Tags, 2, "{}")),
            new MergeAlarm(SampleAlarms.Told(AlarmEvent.Raised, 1, device: "press-1", waveforms: [Samples.Head(Whole).Sha256]), (_, _) => { }),
            new MergeAlarm(new AlarmDelivery.Acknowledged("press-1", SampleAlarms.Name, SampleAlarms.Second(2), "mara", "looked at"), (_, _) => { }),
            new AppendFinding(
                new Finding($"press-1~{SampleAlarms.Name}", "press-1", null, null, null, null, "outer", "spalled", SampleAlarms.Second(3), "mara", SampleAlarms.Second(3), "mara", null), _ => { }),
            new EvidenceChange.Open(new OpenEvidence($"press-1~{SampleAlarms.Name}", "press-1", SampleAlarms.Second(1), "{}", 0)),
            new EvidenceChange.Seal(Sealed, IsComplete: false),
            new PutChange(new StoredChange("limits-1", "{}")),
            new AppendObservations("limits-1", ["{}"]),
            new PutReplayReport(Sealed.Sha256, Sealed.Content),
            new PutJob(Rebooting),
            new AddDeviceJobs(Rebooting.Id, ["press-1"], StoreFolder.Start),
        ]);
    }

    /// <summary>A module of a device, with its twin and session.</summary>
    public static Task WriteModule(SqliteHubStore store, string deviceId) => store.Write(
    [
        new StoreChange.PutIdentity(StoreFolder.Identity(deviceId) with { ModuleId = "camera", ManagedBy = "mara" }),
        new StoreChange.PutTwin(TwinUpdates.Patch(
            TwinDocument.Create(deviceId, StoreFolder.Start, "camera"), Json.ParseObject("""{"properties":{"desired":{"fps":25}}}"""), StoreFolder.Start).Twin),
        new StoreChange.PutSession(new DeviceSession(deviceId + "/camera", new Dictionary<string, int> { ["$iothub/twin/res/#"] = 1 })),
    ]);

    public static void CheckModule(SqliteHubStore store, string deviceId)
    {
        var fleet = store.Load();
        var (identity, twin) = fleet.Modules.Single(module => module.Identity.DeviceId == deviceId);
        Assert.That((identity.ModuleId, identity.ManagedBy, twin.Desired.Properties.ToJsonString()), Is.EqualTo(("camera", "mara", """{"fps":25}""")));
        Assert.That(fleet.Sessions.Select(session => session.DeviceId), Does.Contain(deviceId + "/camera"));
    }

    /// <summary>What came with schema 4.</summary>
    public static void CheckServiceSide(SqliteHubStore store)
    {
        CheckModule(store, "press-1");
        Assert.That((store.LoadOpenJobs().Single(), store.CountDeviceJobs("reboot").Pending), Is.EqualTo((Rebooting, 1)));
        var fleet = store.Load();
        var press = fleet.Identities.First(identity => identity.DeviceId == "press-1");
        Assert.That((press.StatusReason, press.StatusUpdatedAt, fleet.Presence["press-1"].ChangedAt), Is.EqualTo(("in use", StoreFolder.Start, StoreFolder.Start)));
        Assert.That(fleet.Configurations.Single(configuration => configuration.Id == "cameras").ForModules);
        var enrollment = store.LoadProvisioning().Enrollments.Single();
        Assert.That((enrollment.Allocation, enrollment.Hubs, enrollment.Information), Is.EqualTo((Enrollment.Allocation, Enrollment.Hubs, Enrollment.Information)));
        Assert.That(store.ReadFeedback([3]), Is.EqualTo(new[] { Confirmed }));
    }

    /// <summary>What came with schema 3.</summary>
    public static void CheckEvidenceAndChanges(SqliteHubStore store)
    {
        var evidence = store.FindEvidence(Sealed.AlarmId)!;
        Assert.That((evidence.Version, evidence.Sha256, evidence.Content.ToArray()), Is.EqualTo((1, Sealed.Sha256, Sealed.Content.ToArray())));
        Assert.That(store.FindOpenEvidence(Sealed.AlarmId)!.Version, Is.EqualTo(1));
        Assert.That((store.LoadChanges()[0].Id, store.ReadObservations("limits-1"), store.ListReplayReports()), Is.EqualTo(("limits-1", new[] { "{}" }, new[] { Sealed.Sha256 })));
        Assert.That(store.FindReplayReport(Sealed.Sha256), Is.EqualTo(Sealed.Content.ToArray()));
    }

    /// <summary>Holds a store that was opened on a dump against what <see cref="Write"/> wrote into it.</summary>
    public static void Check(SqliteHubStore store)
    {
        Assert.That(store.LoadCloudToDevice().Waiting.Select(message => (message.Sequence, message.DeviceId)), Is.EqualTo(new[] { (1L, "press-1") }));
        Assert.That(store.ReadSequences().Windows.Select(window => (window.DeviceId, window.BootId)), Does.Contain(("press-1", "1-a")));
        var provisioning = store.LoadProvisioning();
        Assert.That(provisioning.Enrollments.Select(enrollment => enrollment.Attestation), Is.EqualTo(new[] { Enrollment.Attestation }));
        Assert.That(provisioning.Registrations.Select(registration => registration.DeviceId), Is.EqualTo(new[] { "press-1" }));
        var access = store.LoadAccess();
        Assert.That(access.Users.Select(user => (user.Name, user.Role)), Is.EqualTo(new[] { ("mara", "engineer") }));
        Assert.That(access.Policies.Select(policy => policy.Name), Is.EqualTo(new[] { "service" }));
        var plant = store.LoadPlant();
        Assert.That((plant.Items[0].Name, plant.Assignments[0].DeviceId), Is.EqualTo(("Plant", "press-1")));
        var alarm = store.FindAlarm($"press-1~{SampleAlarms.Name}")!;
        Assert.That((alarm.State, alarm.Acknowledgement!.By, alarm.Waveforms[0]), Is.EqualTo((AlarmState.Acknowledged, "mara", Samples.Head(Whole).Sha256)));
        Assert.That(alarm.Labels, Is.EqualTo(new[] { "outer" }));
    }
}
