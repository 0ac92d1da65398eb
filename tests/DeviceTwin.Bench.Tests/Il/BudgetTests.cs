using System.Text.Json;
using DeviceTwin.Bench.Il;

namespace DeviceTwin.Tests.Bench.Il;

/// <summary>No operation of the firmware executes more IL than the table of operations allows.</summary>
public sealed class BudgetTests
{
    private static readonly Lazy<Dictionary<string, Measurement>> Measured =
        new(() => new CountingWorld().MeasureAll().ToDictionary(one => one.Operation));

    private static IEnumerable<string> Names() => Operations.All.Select(operation => operation.Name);

    [TestCaseSource(nameof(Names))]
    public void An_operation_keeps_its_budget(string operation)
    {
        Measurement measured = Measured.Value[operation];

        Assert.That(measured.Il, Is.GreaterThan(0).And.LessThanOrEqualTo(measured.Budget), $"{operation}: {measured.Il} IL, budget {measured.Budget}");
    }

    [Test]
    public void Two_worlds_count_the_same()
    {
        Assert.That(new CountingWorld().MeasureAll(), Is.EqualTo(Measured.Value.Values));
    }

    [Test]
    public void For_machines_the_verb_prints_operation_il_and_budget()
    {
        var (_, output, _) = VerbsTests.Run("il", "--json");

        JsonElement[] rows = [.. JsonDocument.Parse(output).RootElement.EnumerateArray()];
        Assert.That(rows.Select(row => row.EnumerateObject().Select(member => member.Name)), Is.All.EqualTo(new[] { "operation", "il", "budget" }));
        Assert.That(
            rows.Select(row => new Measurement(row.GetProperty("operation").GetString()!, row.GetProperty("il").GetInt64(), row.GetProperty("budget").GetInt64())),
            Is.EqualTo(Measured.Value.Values));
    }

    [Test]
    public void The_methods_of_an_operation_add_up_to_it()
    {
        string operation = Operations.All.Single(one => one.Name.StartsWith("statistics", StringComparison.Ordinal)).Name;

        var methods = new CountingWorld().MeasureMethods(operation);

        Assert.That(methods.Sum(one => one.Il), Is.EqualTo(Measured.Value[operation].Il));
        Assert.That(methods[0].Method, Does.StartWith("DeviceTwin.SensorNode.Signal.Statistics::"));
    }

    [Test]
    public void A_passed_budget_is_seen()
    {
        Assert.That(new Measurement("x", 101, 100).Holds, Is.False);
        Assert.That(new Measurement("x", 100, 100).Holds, Is.True);
    }
}
