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
                <UnitTestResult testId="2" testName="AU1 a token of v. 1 (with a port)" outcome="Passed" />
                <UnitTestResult testId="3" testName="SE2_TW4_A_session" outcome="Passed" />
                <UnitTestResult testId="4" testName="QL1_A_query" outcome="Passed" />
                <UnitTestResult testId="5" testName="QL1_A_parser" outcome="Passed" />
                <UnitTestResult testId="6" testName="RE1_JO1_Jobs" outcome="NotExecuted" />
              </Results>
              <TestDefinitions>
                <UnitTest id="1"><TestMethod className="DeviceTwin.Tests.Hub.Gateway.NodeSdkTests" /></UnitTest>
                <UnitTest id="2"><TestMethod className="DeviceTwin.Tests.Hub.Gateway.MethodTests" /></UnitTest>
                <UnitTest id="3"><TestMethod className="DeviceTwin.Tests.Hub.Gateway.IndependentClientTests" /></UnitTest>
                <UnitTest id="4"><TestMethod className="DeviceTwin.Tests.Hub.Rest.QueryTests" /></UnitTest>
                <UnitTest id="5"><TestMethod className="DeviceTwin.Tests.Twins.QueryTests" /></UnitTest>
                <UnitTest id="6"><TestMethod className="DeviceTwin.Tests.Hub.Rest.NodeServiceSdkTests" /></UnitTest>
              </TestDefinitions>
            </TestRun>
            """);

        Assert.That(TestOutcome.Read(results), Is.EqualTo(new TestOutcome[]
        {
            new("SE1", "unmodified Azure client (npm)", "Passed"),
            new("ME3", "scripted session", "NotExecuted"),
            new("AU1", "scripted session", "Passed"),
            new("SE2", "independent MQTT client", "Passed"),
            new("TW4", "independent MQTT client", "Passed"),
            new("QL1", "HTTP", "Passed"),
            new("QL1", "without a wire", "Passed"),
            new("RE1", "unmodified Azure service SDK (npm)", "NotExecuted"),
            new("JO1", "unmodified Azure service SDK (npm)", "NotExecuted"),
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
    public void Where_a_client_could_not_be_installed_the_table_is_the_same()
    {
        CompatibilityRow[] rows = [new("SE1", "sessions")];
        var installed = Scripted with { Client = "unmodified Azure client (npm)" };
        var missing = installed with { Outcome = TestOutcome.NotRun };

        Assert.That(CompatibilityTable.Problems(rows, [Scripted, missing]), Is.Empty);
        Assert.That(CompatibilityTable.Write(rows, [Scripted, missing]), Is.EqualTo(CompatibilityTable.Write(rows, [installed, Scripted])));
    }

    [Test]
    public void Unmodified_clients_that_were_not_run_are_named()
    {
        var service = new TestOutcome("RE1", "unmodified Azure service SDK (npm)", TestOutcome.NotRun);

        Assert.That(
            CompatibilityTable.Unshown([Scripted with { Outcome = TestOutcome.NotRun }, service, service with { Id = "JO1" }, service, service with { Outcome = TestOutcome.Passed }]),
            Is.EqualTo(new[] { "3 proofs with the unmodified Azure service SDK (npm) were not run: JO1, RE1" }));
    }

    [Test]
    public void A_promise_none_of_whose_tests_was_run_is_not_proven() => Assert.That(
        CompatibilityTable.Problems([new("SE1", "sessions")], [Scripted with { Outcome = TestOutcome.NotRun }]),
        Is.EqualTo(new[] { "SE1: none of its 1 tests was run" }));

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
