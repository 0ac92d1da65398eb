using System.Text.RegularExpressions;
using DeviceTwin.Tests.EndToEnd.World;

namespace DeviceTwin.Tests.EndToEnd;

/// <summary>cloud/MOVING.md as a stranger follows it: all that it asks of our hub, with a second one in the place of Azure's.</summary>
[Platform("Linux,MacOsX")]
public sealed partial class MovingTests
{
    /// <summary>What the page calls the ports of the two hubs, and 443, which takes a right that a test may not have.</summary>
    [GeneratedRegex(@"\b(5080|8883|5081|8884|443)\b")]
    private static partial Regex PagePorts { get; }

    [GeneratedRegex(@"(?<=(127\.0\.0\.1|localhost):)\d+")]
    private static partial Regex Ports { get; }

    [GeneratedRegex(@"0ne[0-9A-F]+")]
    private static partial Regex IdScopes { get; }

    [Test]
    public async Task The_page_on_moving_holds_to_the_letter()
    {
        var ports = new Dictionary<string, int>();
        using var page = new PageUnderTest(
            "~/moving",
            $"http://127.0.0.1:{Port("5080")}",
            command => PagePorts.Replace(command, match => $"{Port(match.Value)}"),
            line => IdScopes.Replace(Ports.Replace(line, "N"), "0neN"));
        Assert.That(await page.Follow("cloud", "MOVING.md"), Is.GreaterThan(10));

        int Port(string name) => ports.TryGetValue(name, out var port) ? port : ports[name] = PageUnderTest.FreePort();
    }
}
