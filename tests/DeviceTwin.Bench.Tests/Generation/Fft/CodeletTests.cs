using DeviceTwin.Bench.Generation.Fft;
using Mono.Cecil;
using RealFft = DeviceTwin.SensorNode.Signal.RealFft;

namespace DeviceTwin.Tests.Bench.Generation.Fft;

/// <summary>How codelets are scheduled and written, and that the compiler makes of them what was planned.</summary>
public sealed class CodeletTests
{
    private static readonly Dictionary<string, Codelet> Codelets = new()
    {
        ["RealColumns.Apart16"] = RealColumns.Create(16, true),
        ["RealColumns.Full32"] = RealColumns.Create(32, false),
        ["RealColumns.Full128"] = RealColumns.Create(128, false),
        ["RealRows.FoldedApart16"] = ComplexRows.Create(16, RowResult.FoldedApart),
        ["RealRows.Folded16"] = ComplexRows.Create(16, RowResult.Folded),
        ["RealRows.Folded32"] = ComplexRows.Create(32, RowResult.Folded),
        ["RealRows.Middle64"] = RealRows.Create(64, false),
        ["ComplexColumns.Full16"] = ComplexColumns.Create(16),
        ["ComplexRows.Power16"] = ComplexRows.Create(16, RowResult.Power),
    };

    private static IEnumerable<string> Names() => Codelets.Keys;

    [TestCaseSource(nameof(Names))]
    public void Every_value_is_there_before_it_is_read_and_results_come_after_all_inputs(string name)
    {
        IReadOnlyList<Statement> order = Schedule.Find(Statement.Cut(Codelets[name].Outputs)).Order;
        var made = new HashSet<Node>();
        int lastLoad = Enumerable.Range(0, order.Count).Last(at => order[at].Loads);
        for (int at = 0; at < order.Count; at++)
        {
            Assert.That(order[at].Reads.Distinct(), Is.SubsetOf(made));
            if (order[at].Output is null)
            {
                made.Add(order[at].Root);
            }
            else
            {
                // In place: what is overwritten has been read.
                Assert.That(at, Is.GreaterThan(lastLoad));
            }
        }

        Assert.That(order.Count(statement => statement.Output is not null), Is.EqualTo(Codelets[name].Outputs.Count));
    }

    [TestCaseSource(nameof(Names))]
    public void Values_on_the_stack_are_on_top_whenever_they_are_read(string name)
    {
        Schedule schedule = Schedule.Find(Statement.Cut(Codelets[name].Outputs));
        var left = schedule.Order.SelectMany(statement => statement.Reads).GroupBy(node => node).ToDictionary(group => group.Key, group => group.Count());
        var stack = new Stack<Node>();
        foreach (Statement statement in schedule.Order)
        {
            Node[] stacked = [.. statement.Reads.Where(schedule.IsStacked)];
            Assert.That(stacked, Has.Length.LessThanOrEqualTo(statement.Output is null ? 1 : 0));
            foreach (Node node in stacked)
            {
                Assert.That(stack.Peek(), Is.SameAs(node));
                left[node]--;
                if (left[node] == 0)
                {
                    stack.Pop();
                }
            }

            if (statement.Output is null && schedule.IsStacked(statement.Root))
            {
                stack.Push(statement.Root);
            }
        }

        Assert.That(stack, Is.Empty);
    }

    [TestCaseSource(nameof(Names))]
    public void No_more_values_could_wait_on_the_stack(string name)
    {
        // A statement that computes takes at most one from there, and each is taken at least twice.
        Schedule schedule = Schedule.Find(Statement.Cut(Codelets[name].Outputs));
        int takers = schedule.Order.Count(statement => statement.Output is null && statement.Reads.Count > 0);

        Assert.That(schedule.StackedCount, Is.GreaterThanOrEqualTo(0.97 * (takers / 2)).And.LessThanOrEqualTo(takers / 2));
    }

    [Test]
    public void The_stack_holds_the_largest_set_of_nested_intervals()
    {
        // Two butterflies on the same inputs: of a and b one can wait, and of the sums one more.
        var graph = new Graph();
        Signed a = graph.Input("x[0]", 3);
        Signed b = graph.Input("x[1]", 3);
        Signed sum = graph.Add(a, b);
        Signed difference = graph.Subtract(a, b);
        Signed one = graph.Scale(graph.Add(sum, graph.Scale(difference, 0.5)), 3);
        Signed other = graph.Scale(graph.Subtract(sum, graph.Scale(difference, 0.25)), 3);
        List<Statement> statements = Statement.Cut([new("y[0]", 3, one), new("y[1]", 3, other)]);

        Schedule schedule = Schedule.Find(statements);

        Assert.That(statements, Has.Count.EqualTo(6));
        Assert.That(schedule.StackedCount, Is.EqualTo(1), "the sums are read by array stores only, which read the array first");
        Assert.That(CodeWriter.Write(schedule, "").Locals, Is.EqualTo(2), "b gives its local up to the difference");
    }

    [TestCaseSource(nameof(Names))]
    public void The_compiler_makes_of_a_codelet_what_was_planned(string name)
    {
        Codelet codelet = Codelets[name];
        using ModuleDefinition module = ModuleDefinition.ReadModule(typeof(RealFft).Assembly.Location);
        MethodDefinition method = module.GetType($"DeviceTwin.SensorNode.Signal.{name.Split('.')[0]}").Methods.Single(one => one.Name == name.Split('.')[1]);
        int integers = method.Body.Variables.Count(local => local.VariableType.FullName != "System.Single");

        Assert.That(method.Body.Variables.Count(local => local.VariableType.FullName == "System.Single"), Is.EqualTo(codelet.Body.Locals), "stacked values are no locals");
        Assert.That(method.Body.Variables, Has.Count.LessThanOrEqualTo(255));

        // Around the body there are the strides, four instructions each, and the loop.
        Assert.That(method.Body.Instructions.Count - codelet.Body.Instructions, Is.InRange(1, (5 * integers) + 40));
    }

    [Test]
    public void The_table_names_codelets_that_exist()
    {
        string[] written = [.. FftFiles.All().SelectMany(file => file.Text.Split('\n').Where(line => line.Contains("public static void"))
            .Select(line => $"{file.Name[..^5]}.{line.Split(' ', '(').First(word => word.Length > 0 && char.IsDigit(word[^1]))}"))];

        Assert.That(FftTable.Lengths.SelectMany(row => row.Codelets).Distinct(), Is.SubsetOf(written));
    }
}
