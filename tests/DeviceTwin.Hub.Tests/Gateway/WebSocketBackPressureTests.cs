namespace DeviceTwin.Tests.Hub.Gateway;

/// <summary>All of it holds over WebSocket too.</summary>
[TestFixture]
public class WebSocketBackPressureTests : BackPressureTests
{
    private protected override bool OverWebSocket => true;
}
