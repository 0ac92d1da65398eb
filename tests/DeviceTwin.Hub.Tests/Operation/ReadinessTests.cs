using DeviceTwin.Hub.Gateway;
using DeviceTwin.Hub.Operation;
using DeviceTwin.Tests.Hub.Fleet;
using DeviceTwin.Tests.Hub.Rest;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceTwin.Tests.Hub.Operation;

/// <summary>Ready is who can do the work now, and says why not otherwise.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ReadinessTests
{
    private readonly ManualTime time = new();
    private readonly ManualStore store = new();
    private readonly HubPhase phase = new();
    private readonly Dates dates = new();
    private long? free = 1L << 40;

    [Test]
    public async Task While_starting_and_while_stopping_it_is_not_ready()
    {
        await using var hub = await HubFixture.Start();
        var readiness = Make(hub);
        Assert.That(Problems(await readiness.Check()), Does.Contain("The hub is starting."));
        phase.Started();
        Assert.That(Problems(await readiness.Check()), Is.Empty);
        phase.Drain();
        Assert.That(Problems(await readiness.Check()), Does.Contain("The hub is stopping."), "told at once, not from memory");
    }

    [Test]
    public async Task A_store_that_does_not_commit_is_not_ready()
    {
        await using var hub = await HubFixture.Start();
        phase.Started();
        var readiness = Make(hub);
        store.Immediate = false;
        var checking = readiness.Check();
        await time.UntilTimerWithin(TimeSpan.FromSeconds(2));
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.That(Problems(await checking), Does.Contain("A commit took more than 2 s"));
        time.Advance(TimeSpan.FromSeconds(1));
        checking = readiness.Check();
        store.Commit(1);
        store.Fail();
        Assert.That(Problems(await checking), Does.Contain("The disk is full."));
        store.Immediate = true;
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(Problems(await readiness.Check()), Is.Empty, "and it is ready again when the store is");
    }

    [Test]
    public async Task Disk_space_and_certificates_count()
    {
        await using var hub = await HubFixture.Start();
        phase.Started();
        var readiness = Make(hub);
        free = 10L << 20;
        Assert.That(Problems(await readiness.Check()), Does.Contain("10 MiB are free"));
        (free, dates.End) = (1L << 40, time.GetUtcNow());
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(Problems(await readiness.Check()), Does.Contain("The server certificate ended on 2026-11-22"));
    }

    [Test]
    public async Task Who_asks_often_does_not_wear_out_the_disk()
    {
        await using var hub = await HubFixture.Start();
        phase.Started();
        var readiness = Make(hub);
        for (var question = 0; question < 100; question++)
        {
            await readiness.Check();
        }

        Assert.That(store.Committed, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_running_hub_says_that_it_is_ready()
    {
        await using var hub = await HubFixture.Start();
        var answer = await hub.Get("/readyz");
        Assert.That(answer.ToJsonString(), Is.EqualTo(
            """{"status":"ready","checks":{"phase":"ok","mqtt":"ok","store":"ok","disk":"ok","certificates":"ok"},"reasons":[]}"""));
    }

    private Readiness Make(HubFixture hub) => new(
        phase,
        store,
        (GatewayEndpoint)hub.Services.GetService(typeof(GatewayEndpoint))!,
        dates,
        new OperationOptions { DataFolder = "/data", FreeBytes = _ => free },
        time,
        NullLogger<Readiness>.Instance);

    private static string Problems(IReadOnlyList<ReadinessCheck> checks) => string.Join(' ', checks.Select(check => check.Problem).OfType<string>());

    private sealed class Dates : ICertificateDates
    {
        public DateTimeOffset End { get; set; } = DateTimeOffset.MaxValue;

        public IReadOnlyList<CertificateDate> Read() => [new("server", End)];
    }
}
