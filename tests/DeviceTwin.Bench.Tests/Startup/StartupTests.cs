using DeviceTwin.Bench;

namespace DeviceTwin.Tests.Bench.Startup;

/// <summary>What a start of dtwin costs beside that of an empty program.</summary>
public sealed class StartupTests
{
    [Test]
    [Explicit("Publishes two programs: minutes.")]
    public void Help_costs_at_most_three_times_an_empty_console_application()
    {
        var (code, output, error) = VerbsTests.Run("startup", "--root", TestFiles.RepositoryRoot);
        TestContext.Out.WriteLine(output);
        Assert.That(code, Is.EqualTo(Verbs.Done), output + error);
    }
}
