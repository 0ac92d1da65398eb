using System.Text;
using DeviceTwin.SensorNode;
using DeviceTwin.SensorNode.Link;
using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.Tests.SensorNode.Simulator.Link;

/// <summary>The link with its neighbours on a stub session, in virtual time.</summary>
internal sealed class LinkScene
{
    public const long StartUtcMs = 1_700_000_000_000;

    public LinkScene(int seed = 1, Action<LinkOptions>? change = null, IMethodDesk? desk = null)
    {
        var jitter = new Jitter(seed);
        change?.Invoke(Options);
        Agent = new TwinAgent(
            new SettingsValues(),
            new SettingsTextRule(),
            [null!, "high", "outer", "inner", "ball", "cage", "unbalance", "misalignment", "looseness", "hot", null!, null!],
            new Backoff(1000, 300000, 250, jitter),
            100);
        Link = new HubLink(Session, Options, Agent, Outbox, jitter, desk!);
    }

    public StubSession Session { get; } = new();

    public LinkOptions Options { get; } = new()
    {
        DeviceId = "node-1",
        HubHost = "hub.plant.local",
        HubPort = 18883,
        Key = Convert.ToBase64String(Encoding.ASCII.GetBytes("0123456789abcdef0123456789abcdef")),
        CertificateAuthority = "-----BEGIN CERTIFICATE-----",
        TokenLifetimeSeconds = 3600,
    };

    public LinkCounters Counters => Link.Counters;

    public Outbox Outbox { get; } = new(8, 10000);

    public TwinAgent Agent { get; }

    public HubLink Link { get; }

    public long NowMs { get; private set; }

    /// <summary>UTC minus virtual time; 0 as a whole while the clock is not known.</summary>
    public long? UtcOffsetMs { get; set; } = StartUtcMs;

    public bool IsNetworkUp { get; set; } = true;

    /// <summary>What the time server does where the link doubts the clock.</summary>
    public Action? TimeServer { get; set; }

    /// <summary>Steps the link as a loop does, until a time.</summary>
    public LinkScene RunTo(long untilMs)
    {
        while (NowMs < untilMs)
        {
            NowMs = Math.Min(untilMs, Step());
        }

        return this;
    }

    /// <summary>Steps the link until something holds.</summary>
    /// <returns>The time at which it did.</returns>
    public long RunUntil(Func<bool> holds, long withinMs = 600_000)
    {
        for (long end = NowMs + withinMs; NowMs < end; NowMs = Step())
        {
            if (holds())
            {
                return NowMs;
            }
        }

        Assert.Fail("did not happen in time");
        return 0;
    }

    public void Offer(string kind, string payload, int priority, int sequence = 1) =>
        Outbox.Offer(new TelemetryMessage(kind, Encoding.UTF8.GetBytes(payload), priority, "1-a", sequence));

    private long Step()
    {
        Link.Receive(NowMs, UtcOffsetMs is { } offset ? offset + NowMs : 0, IsNetworkUp);
        long next = Link.Send(NowMs);
        if (Link.TakeClockDoubt())
        {
            TimeServer?.Invoke();
        }

        Assert.That(next, Is.GreaterThan(NowMs), "a step always asks for a later one");
        return next;
    }
}
