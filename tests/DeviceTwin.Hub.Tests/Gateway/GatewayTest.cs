using DeviceTwin.Storage;

namespace DeviceTwin.Tests.Hub.Gateway;

/// <summary>A test with a gateway of its own and one registered device.</summary>
public abstract class GatewayTest
{
    private protected GatewayHost host = null!;
    private protected DeviceIdentity dev1 = null!;

    [SetUp]
    public async Task StartHost()
    {
        host = await GatewayHost.Start();
        dev1 = await host.Register("dev1");
    }

    /// <summary>Runs after the tear-down of the class itself, which may look at the host once more.</summary>
    [TearDown]
    public async Task StopHost() => await host.DisposeAsync();
}
