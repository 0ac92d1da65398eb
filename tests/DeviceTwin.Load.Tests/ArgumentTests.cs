using DeviceTwin.Load;

namespace DeviceTwin.Tests.Load;

/// <summary>What cannot be understood is answered with a sentence that says what can.</summary>
public sealed class ArgumentTests
{
    [TestCase("", "no verb was given")]
    [TestCase("race", "there is no verb 'race'")]
    [TestCase("compare --only speed", "there is no measure 'speed'; there are pipelined, lockstep, idle, fanout, reported")]
    [TestCase("compare --only", "--only takes a measure")]
    [TestCase("compare --page --json", "--page takes a file to write")]
    [TestCase("compare --loud", "compare does not know --loud")]
    public async Task A_command_line_that_is_not_understood_says_why(string line, string sentence)
    {
        var error = new StringWriter();

        var code = await Verbs.Run(line.Split(' ', StringSplitOptions.RemoveEmptyEntries), TextWriter.Null, error, CancellationToken.None);

        Assert.Multiple(() =>
        {
            Assert.That(code, Is.EqualTo(Verbs.Misused));
            Assert.That(error.ToString(), Does.StartWith($"error: {sentence}"));
        });
    }

    [Test]
    public void Measures_are_named_one_by_one()
    {
        var options = CompareOptions.Parse(["--only", "idle", "--only", "reported", "--quick", "--json"]);

        Assert.Multiple(() =>
        {
            Assert.That(options.Only, Is.EqualTo(new[] { "idle", "reported" }));
            Assert.That(options.Quick && options.Json);
        });
    }
}
