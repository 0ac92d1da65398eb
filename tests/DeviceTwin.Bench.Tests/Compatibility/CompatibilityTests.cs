using System.Xml.Linq;
using DeviceTwin.Bench.Compatibility;

namespace DeviceTwin.Tests.Bench.Compatibility;

/// <summary>The table of compatibility says what tests have shown.</summary>
public sealed class CompatibilityTests
{
    private static readonly TestOutcome Scripted = new("SE1", "scripted session", "Passed");

    [Test]
    public void Results_are_told_apart_by_the_name_of_the_test_and_the_class_it_stands_in()
    {
        var results = XDocument.Parse(
            """
            <TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010">
              <Results>
                <UnitTestResult testId="1" testName="SE1_A_session(true)" outcome="Passed" />
                <UnitTestResult testId="2" testName="DeviceTwin.Tests.ME3_Late_answers" outcome="NotExecuted" />
                <UnitTestResult testId="1" testName="Something_else" outcome="Passed" />
              </Results>
              <TestDefinitions>
                <UnitTest id="1"><TestMethod className="DeviceTwin.Tests.Hub.Gateway.NodeSdkTests" /></UnitTest>
                <UnitTest id="2"><TestMethod className="DeviceTwin.Tests.Hub.Gateway.MethodTests" /></UnitTest>
              </TestDefinitions>
            </TestRun>
            """);

        Assert.That(TestOutcome.Read(results), Is.EqualTo(new TestOutcome[]
        {
            new("SE1", "unmodified Azure client (npm)", "Passed"),
            new("ME3", "scripted session", "NotExecuted"),
        }));
    }

    [Test]
    public void A_promise_needs_a_test_unless_it_says_why_not()
    {
        CompatibilityRow[] rows = [new("SE1", "sessions"), new("TW6", "C#", ByHand: "by hand"), new("JO1", "jobs", NotYet: "later"), new("SE2", "restart")];

        Assert.That(CompatibilityTable.Problems(rows, [Scripted]), Is.EqualTo(new[] { "SE2: no test is named after it" }));
    }

    [Test]
    public void A_failed_test_and_a_test_of_nothing_promised_are_problems()
    {
        Assert.That(
            CompatibilityTable.Problems([new("SE1", "sessions")], [Scripted, Scripted with { Outcome = "Failed" }, Scripted with { Id = "XX1" }]),
            Is.EqualTo(new[] { "SE1: a test ended with Failed", "XX1: tests are named after it, but the list of promises does not have it" }));
    }

    [Test]
    public void The_table_says_what_holds_and_what_shows_it()
    {
        CompatibilityRow[] rows = [new("SE1", "sessions"), new("TW4", "PUT", Deviates: "nulls"), new("JO1", "jobs", NotYet: "later")];

        Assert.That(CompatibilityTable.Write(rows, [Scripted, Scripted]), Is.EqualTo(
            """
            | | Azure IoT Hub's behaviour | Here | Proven by |
            |---|---|---|---|
            | SE1 | sessions | compatible | scripted session, 2 |
            | TW4 | PUT | deviates on purpose: nulls |  |
            | JO1 | jobs | not yet: later |  |

            """));
    }
}
