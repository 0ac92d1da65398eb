using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;

namespace DeviceTwin.Tests.Hub.Rest;

/// <summary>How many browsers and programs may be connected at once.</summary>
public sealed class HttpConnectionTests
{
    private const int Most = 3;
    private HubFixture hub = null!;

    [SetUp]
    public async Task StartHub() => hub = await HubFixture.Start(httpConnections: Most);

    [TearDown]
    public async Task StopHub() => await hub.DisposeAsync();

    [Test]
    public async Task As_many_as_allowed_are_answered_and_one_more_is_closed_until_another_has_gone()
    {
        using var first = await Dial();
        Assert.That(await Ask(first), Is.True, "one less");
        using var second = await Dial();
        Assert.That(await Ask(second), Is.True);
        var third = await Dial();
        Assert.That(await Ask(third), Is.True, "as many");
        using (var fourth = await Dial())
        {
            Assert.That(await Ask(fourth), Is.False, "one more");
        }

        third.Dispose();
        await UntilTaken();
        Assert.That(await Ask(first), Is.True, "who was there stays");
        Assert.That(await Ask(second), Is.True);
    }

    [Test]
    public async Task A_connection_that_became_a_web_socket_counts_while_it_lasts()
    {
        using var page = new ClientWebSocket();
        page.Options.SetRequestHeader("Origin", hub.Url.GetLeftPart(UriPartial.Authority));
        await page.ConnectAsync(new Uri($"ws://{hub.Url.Authority}/_blazor"), CancellationToken.None);
        using var second = await Dial();
        using var third = await Dial();
        Assert.That((await Ask(second), await Ask(third)), Is.EqualTo((true, true)));
        using (var fourth = await Dial())
        {
            Assert.That(await Ask(fourth), Is.False);
        }

        page.Abort();
        await UntilTaken();
    }

    [Test]
    public async Task Devices_have_a_bound_of_their_own()
    {
        using var first = await Dial();
        using var second = await Dial();
        using var third = await Dial();
        Assert.That((await Ask(first), await Ask(second), await Ask(third)), Is.EqualTo((true, true, true)));
        await using var device = await hub.Connect("press-1");
    }

    /// <summary>The hub hears of an end when it reads it: until then the place is taken.</summary>
    private async Task UntilTaken()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            patience.Token.ThrowIfCancellationRequested();
            using var again = await Dial();
            if (await Ask(again))
            {
                return;
            }
        }
    }

    private async Task<TcpClient> Dial()
    {
        var client = new TcpClient();
        await client.ConnectAsync(hub.Url.Host, hub.Url.Port);
        return client;
    }

    /// <returns>Whether the hub answers; else it has closed the connection.</returns>
    private async Task<bool> Ask(TcpClient client)
    {
        try
        {
            var stream = client.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET /healthz HTTP/1.1\r\nHost: {hub.Url.Authority}\r\n\r\n"));
            var answer = new byte[4096];
            var read = await stream.ReadAsync(answer).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
            return Encoding.ASCII.GetString(answer, 0, read).StartsWith("HTTP/1.1 200", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
