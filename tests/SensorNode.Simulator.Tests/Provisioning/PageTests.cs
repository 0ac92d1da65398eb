using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Provisioning;

namespace DeviceTwin.Tests.SensorNode.Simulator.Provisioning;

/// <summary>PROVISIONING.md says what the node does: whoever writes a tool reads nothing else.</summary>
public sealed class PageTests
{
    private static readonly string[] Lines = File.ReadAllLines(TestFiles.InRepository("firmware/PROVISIONING.md"));

    [Test]
    public void TheTablesAreThoseOfTheNode()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Rows("| Command |"), Is.EqualTo(Enumerable.Range(1, SerialCommand.Count - 1)
                .Select(command => $"| {command} | `{SerialCommand.Word(command)}` | {(command <= SerialCommand.Authenticate ? "no" : "yes")} ")));
            Assert.That(Rows("| Status |", 2), Is.EqualTo(Enumerable.Range(0, SerialStatus.Count)
                .Select(status => $"| {status} | `{SerialStatus.Word(status)}` ")));
            Assert.That(Rows("| Field |", 4), Is.EqualTo(Enumerable.Range(0, StagedField.Count)
                .Select(field => $"| {field} | `{StagedField.Name(field)}` | {StagedField.Maximum(field)} | `{SerialCommand.Word(StagedField.CommandOf(field))}` ")));
        });
    }

    [Test]
    public void TheFaultsOfTheLinkAreThoseOfTheNode() => Assert.That(
        Rows("| Link |", 2), Is.EqualTo(Enumerable.Range(0, LinkFault.Count).Select(fault => $"| {fault} | `{LinkFault.Word(fault)}` ")));

    [Test]
    public void SecretsAndNumbersAreMarked()
    {
        foreach ((string row, int field) in Rows("| Field |", 9).Select((row, field) => (row, field)))
        {
            Assert.That(row.Contains(" secret", StringComparison.Ordinal), Is.EqualTo(StagedField.IsSecret(field)), row);
            Assert.That(row.Contains(" a number", StringComparison.Ordinal), Is.EqualTo(StagedField.IsNumber(field)), row);
        }
    }

    [Test]
    public void TheExampleIsAFrame()
    {
        Assert.That(string.Join('\n', Lines), Does.Contain(Convert.ToHexString(SerialFrameTests.Make(7, "{}")).Chunk(2)
            .Aggregate("`", (text, pair) => text + new string(pair) + " ").TrimEnd() + "`"));
    }

    [Test]
    public void TheLimitsAreThoseOfTheNode()
    {
        string page = string.Join(' ', Lines);
        Assert.Multiple(() =>
        {
            Assert.That(page, Does.Contain($"0 to {SerialFrame.MaximumPayload} |"));
            Assert.That(page, Does.Contain($"waits {SerialReceiver.GapMs} ms"));
            Assert.That(page, Does.Contain($"within {SessionLock.ChallengeMs / 1000} s"));
            Assert.That(page, Does.Contain($"ends {SessionLock.IdleMs / 60000} minutes after"));
            Assert.That(page, Does.Contain($"for {SessionLock.ButtonWindowMs / 60000} minutes"));
            Assert.That(page, Does.Contain($"… {SessionLock.LongestWaitMs / 1000} s"));
            Assert.That(page, Does.Contain($"base64 of {SessionLock.ShortestSecret} bytes"));
            Assert.That(page, Does.Contain($"`durationMs`, 1000 to {SerialDialogue.LongestMeasurementMs}"));
        });
    }

    /// <summary>The first cells of the rows of a table.</summary>
    private static IEnumerable<string> Rows(string head, int cells = 3) => Lines
        .SkipWhile(line => !line.StartsWith(head, StringComparison.Ordinal)).Skip(2)
        .TakeWhile(line => line.StartsWith('|'))
        .Select(line => string.Join('|', line.Split('|').Take(cells + 1)));
}
