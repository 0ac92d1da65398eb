using DeviceTwin.Twins;
using DeviceTwin.Twins.Reconciliation;

namespace DeviceTwin.Bench.Reconcile;

/// <summary>What an exploration found.</summary>
/// <param name="States">States of hub, device and network that were visited.</param>
/// <param name="Twins">Twins among them, as the hub has them.</param>
/// <param name="Messages">Most messages from any state until hub and device agree, when nothing goes wrong any more.</param>
/// <param name="Violation">What was violated, with the shortest way there, line by line; null where everything holds.</param>
/// <param name="Used">Cells of the table that were looked up.</param>
public sealed record Exploration(
    Scope Scope, int States, int Twins, int Messages, IReadOnlyList<string>? Violation, IReadOnlySet<(ConvergenceState State, PathEvent Event)> Used);

/// <summary>
/// Visits every state that a twin, its device and what is on its way between them can come into, breadth first, until there is no new one; then looks at the part
/// of the steps that go right: from every state, in whatever order, they must lead to agreement.
/// </summary>
public sealed class Explorer
{
    /// <summary>Most messages that agreement may take, from the worst state.</summary>
    public const int MostMessages = 40;

    private readonly Scenery scenery;
    private readonly WorldBook worlds = new();
    private readonly List<int> parents = [];
    private readonly List<int> firstRight = [];
    private readonly List<int> right = [];
    private readonly List<byte> sent = [];
    private readonly List<Step> steps = [];

    private Explorer(Scope scope, ReconciliationTable table) => scenery = new Scenery(scope, table);

    /// <summary>Explores a scope to its end, or to the first violation.</summary>
    /// <param name="most">States at most: beyond, the exploration counts as failed.</param>
    public static Exploration Explore(Scope scope, ReconciliationTable? table = null, int most = 8_000_000)
    {
        var explorer = new Explorer(scope, table ?? ReconciliationTable.Standard);
        var (violation, messages) = explorer.Run(most);
        return new Exploration(scope, explorer.worlds.Count, explorer.scenery.Hub.Count, messages, violation, explorer.scenery.Hub.Used);
    }

    private (IReadOnlyList<string>? Violation, int Messages) Run(int most)
    {
        Visit(scenery.Start, -1);
        for (var number = 0; number < worlds.Count; number++)
        {
            steps.Clear();
            scenery.Steps(worlds[number], steps);
            firstRight.Add(right.Count);
            if (scenery.Violation(worlds[number]) is { } wrong)
            {
                return (Story(number, wrong), 0);
            }

            foreach (var step in steps)
            {
                if (step.Violation is { } violation)
                {
                    return ([.. Story(number, null), scenery.Tell(worlds[number], step), violation], 0);
                }

                var next = Visit(step.Next.Canonical, number);
                if (step.Right)
                {
                    right.Add(next);
                    sent.Add((byte)scenery.Sent(worlds[number], step));
                }
            }

            if (worlds.Count > most)
            {
                return ([$"more than {most} states"], 0);
            }
        }

        firstRight.Add(right.Count);
        return Agreement();
    }

    private int Visit(World world, int parent)
    {
        if (worlds.Add(world, out var number))
        {
            parents.Add(parent);
        }

        return number;
    }

    /// <summary>The longest way along the steps that go right, from every state; there must be no circle, and no end but agreement.</summary>
    private (IReadOnlyList<string>? Violation, int Messages) Agreement()
    {
        const int New = -1;
        const int Open = -2;
        var longest = new int[worlds.Count];
        Array.Fill(longest, New);
        var stack = new Stack<(int World, int Edge)>();
        var most = 0;
        for (var start = 0; start < worlds.Count; start++)
        {
            if (longest[start] != New)
            {
                continue;
            }

            stack.Push((start, firstRight[start]));
            longest[start] = Open;
            while (stack.TryPop(out var at))
            {
                if (at.Edge < firstRight[at.World + 1])
                {
                    stack.Push((at.World, at.Edge + 1));
                    var next = right[at.Edge];
                    if (longest[next] == Open)
                    {
                        return (Story(next, "and from here it goes round in circles, though nothing goes wrong any more"), 0);
                    }

                    if (longest[next] == New)
                    {
                        longest[next] = Open;
                        stack.Push((next, firstRight[next]));
                    }

                    continue;
                }

                var messages = 0;
                for (var edge = firstRight[at.World]; edge < firstRight[at.World + 1]; edge++)
                {
                    messages = Math.Max(messages, longest[right[edge]] + sent[edge]);
                }

                if (firstRight[at.World] == firstRight[at.World + 1] && !scenery.Agrees(worlds[at.World]))
                {
                    return (Story(at.World, "and hub and device never agree: " + scenery.Describe(worlds[at.World])), 0);
                }

                longest[at.World] = messages;
                most = Math.Max(most, messages);
                if (messages > MostMessages)
                {
                    return (Story(at.World, $"and from here agreement can take {messages} messages"), messages);
                }
            }
        }

        return (null, most);
    }

    /// <summary>The shortest way to a state, in words.</summary>
    private List<string> Story(int number, string? end)
    {
        var way = new Stack<int>();
        for (var at = number; at >= 0; at = parents[at])
        {
            way.Push(at);
        }

        var story = new List<string>();
        var from = way.Pop();
        while (way.TryPop(out var to))
        {
            steps.Clear();
            scenery.Steps(worlds[from], steps);
            story.Add(scenery.Tell(worlds[from], steps.First(step => step.Next.Canonical == worlds[to])));
            from = to;
        }

        if (end is not null)
        {
            story.Add(end);
        }

        return story;
    }
}
