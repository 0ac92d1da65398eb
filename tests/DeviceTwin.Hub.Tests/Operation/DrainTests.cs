using System.Net;
using DeviceTwin.Hub.Operation;
using DeviceTwin.Tests.Hub.Gateway;
using DeviceTwin.Tests.Hub.Rest;
using DeviceTwin.Mqtt;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceTwin.Tests.Hub.Operation;

/// <summary>A hub that was told to stop says so before it goes.</summary>
public sealed class DrainTests
{
    [Test]
    public async Task While_it_drains_it_listens_is_not_ready_and_lets_nobody_in()
    {
        await using var hub = await HubFixture.Start();
        await hub.Register("late");
        hub.Services.GetRequiredService<HubPhase>().Drain();
        var (response, body) = await hub.Send(HttpMethod.Get, "/readyz");
        Assert.That((response.StatusCode, (string?)body!["status"], (string?)body["reasons"]![0]), Is.EqualTo((HttpStatusCode.ServiceUnavailable, "notReady", "The hub is stopping.")));
        Assert.That((await hub.Send(HttpMethod.Get, "/healthz")).Response.StatusCode, Is.EqualTo(HttpStatusCode.OK), "the process lives");
        await using var wire = await Wire.Dial(hub.Application.MqttPort, hub.Application.AuthorityFile);
        await wire.Send(new MqttConnect("late", true, 60, "localhost/late/?api-version=2021-04-12", new byte[] { 1 }));
        Assert.That((await wire.Next<MqttConnAck>()).ReturnCode, Is.EqualTo(MqttConnectReturnCode.ServerUnavailable), "3: come back; 5 would make Azure's Node client give up");
    }

    [Test]
    public async Task It_goes_on_listening_for_as_long_as_it_was_told()
    {
        var (time, phase) = (new ManualTime(), new HubPhase());
        var service = new DrainService(phase, new OperationOptions { DataFolder = "/data", Drain = TimeSpan.FromSeconds(10) }, time, NullLogger<DrainService>.Instance);
        await service.StartedAsync(CancellationToken.None);
        var stopping = service.StoppingAsync(CancellationToken.None);
        Assert.That((phase.IsDraining, stopping.IsCompleted), Is.EqualTo((true, false)));
        time.Advance(TimeSpan.FromSeconds(10));
        await stopping;
    }

    [Test]
    public async Task The_host_may_lose_patience()
    {
        var service = new DrainService(new HubPhase(), new OperationOptions { DataFolder = "/data", Drain = TimeSpan.FromSeconds(10) }, new ManualTime(), NullLogger<DrainService>.Instance);
        await service.StoppingAsync(new CancellationToken(canceled: true));
    }
}
