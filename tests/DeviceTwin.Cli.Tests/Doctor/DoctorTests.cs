using DeviceTwin.Cli.Doctor;
using DeviceTwin.Cli.Hub;
using DeviceTwin.Provisioning.Serial;
using DeviceTwin.Tests.Cli.Changes;

namespace DeviceTwin.Tests.Cli.Doctor;

/// <summary>Each finding is a sentence, and what is not well has a next step.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class DoctorTests : IDisposable
{
    private readonly FakeHub hub = new();
    private readonly Machine machine = new();

    public DoctorTests() => Answer("Mon, 23 Nov 2026 12:00:00 GMT", """{"status":"ready","checks":{},"reasons":[]}""", 61);

    public void Dispose() => hub.Dispose();

    [Test]
    public async Task A_sound_machine_with_a_sound_hub_has_nothing_to_do()
    {
        machine.Tools.UnionWith(["dotnet", "nanoff", "esptool"]);
        var findings = await Examine();
        Assert.That(findings.Select(finding => finding.Check), Is.EqualTo(new[] { "dotnet", "nanoff", "esptool", "serial", "disk", "hub", "clock", "ready", "certificates" }));
        Assert.That(findings.Select(finding => finding.Gravity), Has.All.EqualTo(Gravity.Good));
        Assert.That(findings.Select(finding => finding.NextStep), Has.All.Null);
    }

    [TestCase(5, "Good")]
    [TestCase(6, "Warning")]
    [TestCase(60, "Warning")]
    [TestCase(61, "Problem")]
    [TestCase(-61, "Problem")]
    public async Task Clocks_may_be_seconds_apart(int seconds, string gravity)
    {
        machine.Now = machine.Now.AddSeconds(seconds);
        Assert.That((await Find("clock")).Gravity.ToString(), Is.EqualTo(gravity));
    }

    [TestCase(31, "Good")]
    [TestCase(30, "Warning")]
    [TestCase(1, "Warning")]
    [TestCase(0, "Problem")]
    public async Task A_certificate_that_ends_soon_is_told(int days, string gravity)
    {
        Answer("Mon, 23 Nov 2026 12:00:00 GMT", """{"status":"ready","checks":{},"reasons":[]}""", days);
        Assert.That((await Find("certificates")).Gravity.ToString(), Is.EqualTo(gravity));
    }

    [TestCase(1L << 30, "Good")]
    [TestCase((1L << 30) - 1, "Warning")]
    public async Task A_full_disk_is_told(long free, string gravity)
    {
        machine.Free = free;
        Assert.That((await Find("disk")).Gravity.ToString(), Is.EqualTo(gravity));
    }

    [Test]
    public async Task Everything_that_is_missing_has_a_next_step()
    {
        machine.IsInDialout = false;
        hub.Answer("GET", "/readyz", """{"status":"notReady","checks":{"disk":"failed"},"reasons":["Free space."]}""", 503)
            .Answer("GET", "/api/v1/certificates", """{"Message":"ErrorCode:IotHubUnauthorized;No."}""", 401);
        var findings = await Examine();
        Assert.That(findings.Where(finding => finding.Gravity is Gravity.Warning or Gravity.Problem).Select(finding => finding.NextStep), Has.None.Null);
        Assert.That(findings.Single(finding => finding.Check == "ready").Sentence, Does.Contain("Free space."));
        Assert.That(findings.Single(finding => finding.Check == "certificates").NextStep, Does.Contain("--token-file"));
        Assert.That(findings.Single(finding => finding.Check == "serial").NextStep, Does.Contain("dialout"));
    }

    [Test]
    public async Task A_hub_that_is_not_there_is_one_finding()
    {
        using var client = new HubClient(new Uri("http://127.0.0.1:1"), null);
        var findings = await new Examination(machine, client).Run(CancellationToken.None);
        Assert.That(findings.Where(finding => finding.Check is "hub" or "clock" or "ready").Select(finding => (finding.Check, finding.Gravity)), Is.EqualTo(new[] { ("hub", Gravity.Problem) }));
        Assert.That((await new Examination(machine, null).Run(CancellationToken.None)).Single(finding => finding.Check == "hub").Gravity, Is.EqualTo(Gravity.Skipped));
    }

    private void Answer(string clock, string ready, int days) => hub
        .Answer("GET", "/healthz", """{"status":"ok","devices":3,"connected":2}""", headers: ("Date", clock))
        .Answer("GET", "/readyz", ready)
        .Answer("GET", "/api/v1/certificates", $$"""[{"kind":"server","name":"localhost","daysLeft":{{days}}},{"kind":"authority","name":"plant","daysLeft":3600}]""");

    private async Task<IReadOnlyList<Finding>> Examine()
    {
        using var client = new HubClient(new Uri(hub.Address), null);
        return await new Examination(machine, client).Run(CancellationToken.None);
    }

    private async Task<Finding> Find(string check) => (await Examine()).Single(finding => finding.Check == check);

    private sealed class Machine : IMachine
    {
        public HashSet<string> Tools { get; } = [];

        public bool IsInDialout { get; set; } = true;

        public long Free { get; set; } = 1L << 40;

        public DateTimeOffset Now { get; set; } = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

        public Task<string?> FirstLine(string program, string[] arguments, CancellationToken cancellation) => Task.FromResult(Tools.Contains(program) ? "1.0" : null);

        public ISerialPorts Ports(string? folder) => new FixedPorts("/dev/ttyUSB0");

        public bool MayUse(string port) => IsInDialout;

        public (string Folder, long Free) Disk() => ("/tmp/", Free);
    }
}
