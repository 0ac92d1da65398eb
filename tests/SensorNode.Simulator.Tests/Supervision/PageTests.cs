using DeviceTwin.SensorNode.Supervision;

namespace DeviceTwin.Tests.SensorNode.Simulator.Supervision;

/// <summary>DEPLOY.md explains every line, cause and event that a node can show.</summary>
public sealed class PageTests
{
    private static readonly string[] Lines = File.ReadAllLines(TestFiles.InRepository("firmware/DEPLOY.md"));

    [Test]
    public void EveryBootLineIsExplained()
    {
        Assert.That(Rows("| Line |"), Is.EqualTo(Enumerable.Range(1, BootLine.Count - 1)
            .Select(line => $"| `{BootLine.Text(line, null)[..4]}` | `{BootLine.Word(line)}` ")));
    }

    [Test]
    public void ABootLineIsNumberWordAndDetail()
    {
        Assert.That(BootLine.Text(BootLine.Mode, "safeMode"), Is.EqualTo("DT07 mode: safeMode"));
        Assert.That(BootLine.Text(BootLine.Running, null), Is.EqualTo("DT10 running"));
        Assert.That(BootLine.Text(BootLine.Running, ""), Is.EqualTo("DT10 running"));
    }

    [Test]
    public void EveryResetCauseIsExplained()
    {
        Assert.That(Rows("| Number | Cause |"), Is.EqualTo(Enumerable.Range(0, ResetCause.Count).Select(cause => $"| {cause} | `{ResetCause.Word(cause)}` ")));
    }

    [Test]
    public void EveryTraceEventIsExplained()
    {
        Assert.That(Rows("| Number | Event |"), Is.EqualTo(Enumerable.Range(1, TraceEvent.Count - 1).Select(trace => $"| {trace} | `{TraceEvent.Word(trace)}` ")));
    }

    [Test]
    public void TheTwinsModelNamesEveryResetCause()
    {
        string model = File.ReadAllText(TestFiles.InRepository("firmware/SensorNode/Twin/Model/vibrationNode-1.json"));
        string words = string.Join(", ", Enumerable.Range(0, ResetCause.Count - 1).Select(ResetCause.Word)) + " or " + ResetCause.Word(ResetCause.Count - 1);

        Assert.That(model, Does.Contain("Why the node last started: " + words));
    }

    [Test]
    public void WordsAndNumbersGoBothWays()
    {
        for (int cause = 0; cause < ResetCause.Count; cause++)
        {
            Assert.That(ResetCause.Of(ResetCause.Word(cause)), Is.EqualTo(cause));
        }

        Assert.That(ResetCause.Word(-1), Is.EqualTo("unknown"));
        Assert.That(ResetCause.Word(ResetCause.Count), Is.EqualTo("unknown"));
        Assert.That(TraceEvent.Word(TraceEvent.Count), Is.EqualTo("unknown"));
    }

    [Test]
    public void TheBoundsAreThoseOfTheNode()
    {
        string page = string.Join(' ', Lines);
        Assert.That(page, Does.Contain($"measure loop stood still for more than {LoopWatch.MeasureBoundMs / 1000} s"));
        Assert.That(page, Does.Contain($"talk loop stood still for more than {LoopWatch.TalkBoundMs / 1000} s"));
        Assert.That(page, Does.Contain($"The last {TraceRing.Capacity} events"));
        Assert.That((Supervisor.HealthyMs, Supervisor.StartsBeforeLastGood, Supervisor.StartsBeforeSafe, Supervisor.SafeRetryMs),
            Is.EqualTo((600_000, 3, 6, 21_600_000)), "ten minutes, third, sixth, six hours: the page says so in words");
    }

    private static IEnumerable<string> Rows(string head) => Lines
        .SkipWhile(line => !line.StartsWith(head, StringComparison.Ordinal)).Skip(2)
        .TakeWhile(line => line.StartsWith('|'))
        .Select(line => string.Join('|', line.Split('|').Take(3)));
}
