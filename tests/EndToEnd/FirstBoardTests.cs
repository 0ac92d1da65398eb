using System.Text.RegularExpressions;
using DeviceTwin.Tests.EndToEnd.World;

namespace DeviceTwin.Tests.EndToEnd;

/// <summary>tools/FIRST-BOARD.md as a stranger follows it.</summary>
[Platform("Linux,MacOsX")]
public sealed partial class FirstBoardTests
{
    [GeneratedRegex(@"(?<=(127\.0\.0\.1|localhost):)\d+")]
    private static partial Regex Ports { get; }

    [Test]
    public async Task The_page_of_the_first_board_holds_to_the_letter()
    {
        var (httpPort, mqttPort) = (PageUnderTest.FreePort(), PageUnderTest.FreePort());
        using var page = new PageUnderTest(
            "~/first-board",
            $"http://127.0.0.1:{httpPort}",
            command => command.Contains("hub start", StringComparison.Ordinal) ? $"{command} -- --http-port {httpPort} --mqtt-port {mqttPort}" : command,
            line => Ports.Replace(line, "N"));
        Assert.That(await page.Follow("tools", "FIRST-BOARD.md"), Is.GreaterThan(8));
    }
}
