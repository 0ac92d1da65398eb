using DeviceTwin.Hub.Gateway;

namespace DeviceTwin.Tests.Hub.Gateway;

/// <summary>What one connection can make the hub hold of its messages, however fast it sends and however slow the disk is.</summary>
public sealed class InFlightTests
{
    [Test]
    public async Task Of_a_fast_sender_no_more_than_the_bound_is_held()
    {
        var options = new GatewayOptions();
        var inFlight = new InFlight(options.MaxInFlight, options.MaxInFlightBytes);
        for (int i = 0; i < options.MaxInFlight; i++)
        {
            await inFlight.Enter(100, CancellationToken.None);
        }

        ValueTask next = inFlight.Enter(100, CancellationToken.None);
        Assert.That(next.IsCompleted, Is.False);

        inFlight.Leave(100);
        await next;
    }

    [Test]
    public async Task Of_large_messages_fewer_are_held()
    {
        var options = new GatewayOptions();
        var inFlight = new InFlight(options.MaxInFlight, options.MaxInFlightBytes);
        for (int held = 0; held < options.MaxInFlightBytes; held += options.MaxPayload)
        {
            await inFlight.Enter(options.MaxPayload, CancellationToken.None);
        }

        ValueTask next = inFlight.Enter(1, CancellationToken.None);
        Assert.That(next.IsCompleted, Is.False);

        inFlight.Leave(options.MaxPayload);
        await next;
    }

    [Test]
    public async Task A_message_above_the_bound_passes_alone()
    {
        var inFlight = new InFlight(4, 10);

        await inFlight.Enter(1000, CancellationToken.None);

        Assert.That(inFlight.Enter(1, CancellationToken.None).IsCompleted, Is.False);
    }
}
