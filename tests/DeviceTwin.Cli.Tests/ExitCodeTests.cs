using DeviceTwin.Cli;

namespace DeviceTwin.Tests.Cli;

/// <summary>The catalogue of exit codes and its page say the same.</summary>
public sealed class ExitCodeTests
{
    [Test]
    public void The_README_prints_the_catalogue() =>
        Assert.That(File.ReadAllText(TestFiles.InRepository("tools/README.md")), Does.Contain(ExitCodeTable.ToMarkdown()));

    [Test]
    public void Numbers_and_words_are_unique()
    {
        Assert.That(ExitCode.All.Select(code => code.Number), Is.Unique);
        Assert.That(ExitCode.All.Select(code => code.Word), Is.Unique);
    }

    [Test]
    public void Every_code_that_is_declared_is_listed()
    {
        var declared = typeof(ExitCode).GetFields().Where(field => field.FieldType == typeof(ExitCode)).Select(field => field.GetValue(null));
        Assert.That(ExitCode.All, Is.EquivalentTo(declared));
    }
}
