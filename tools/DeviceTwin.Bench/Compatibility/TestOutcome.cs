using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace DeviceTwin.Bench.Compatibility;

/// <summary>How a test that proves a promise ended.</summary>
/// <param name="Id">The promise.</param>
/// <param name="Client">What stood on the other side of the wire.</param>
/// <param name="Outcome">As the test platform says it: <c>Passed</c>, <c>Failed</c>, <c>NotExecuted</c>.</param>
public sealed partial record TestOutcome(string Id, string Client, string Outcome)
{
    public const string Passed = "Passed";
    public const string NotRun = "NotExecuted";

    /// <summary>How the names of clients begin that are somebody else's, as they are.</summary>
    private const string Unmodified = "unmodified ";

    private static readonly XNamespace Trx = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";

    /// <summary>Whether a client that is somebody else's could not be had: nothing shows that it works.</summary>
    public bool Unshown => Outcome == NotRun && Client.StartsWith(Unmodified, StringComparison.Ordinal);

    /// <summary>Reads the results of a test run: every <c>*.trx</c> file of a folder.</summary>
    public static IReadOnlyList<TestOutcome> Read(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*.trx").Order(StringComparer.Ordinal).SelectMany(path => Read(XDocument.Load(path)))];

    /// <summary>The outcomes in one file.</summary>
    public static IEnumerable<TestOutcome> Read(XDocument results)
    {
        var classes = results.Descendants(Trx + "UnitTest").ToDictionary(
            test => (string)test.Attribute("id")!,
            test => (string?)test.Element(Trx + "TestMethod")?.Attribute("className") ?? "");
        foreach (var result in results.Descendants(Trx + "UnitTestResult"))
        {
            // A name that is a sentence has full stops of its own.
            var name = (string)result.Attribute("testName")!;
            name = name.Contains(' ', StringComparison.Ordinal) ? name : name.Split('(')[0].Split('.')[^1];
            foreach (Capture id in IdsOfName().Match(name).Groups[1].Captures)
            {
                yield return new TestOutcome(
                    id.Value, ClientOf(classes.GetValueOrDefault((string)result.Attribute("testId")!, "")), (string)result.Attribute("outcome")!);
            }
        }
    }

    /// <summary>The names of the tests' classes and folders say who the client is.</summary>
    private static string ClientOf(string className) =>
        className.Contains("ServiceSdk", StringComparison.Ordinal) ? Unmodified + "Azure service SDK (npm)"
        : className.Contains("Sdk", StringComparison.Ordinal) ? Unmodified + "Azure client (npm)"
        : className.Contains("IndependentClient", StringComparison.Ordinal) ? "independent MQTT client"
        : className.Contains(".Gateway.", StringComparison.Ordinal) || className.Contains(".Provisioning.", StringComparison.Ordinal) ? "scripted session"
        : className.Contains(".Rest.", StringComparison.Ordinal) ? "HTTP"
        : "without a wire";

    /// <summary>A test that proves several promises names them all: <c>SE1_TW4_…</c>.</summary>
    [GeneratedRegex("^(?:([A-Z]{2}[0-9]+|C2D[0-9]+)[_ ])+")]
    private static partial Regex IdsOfName();
}
