namespace DeviceTwin.Bench.Generation.Fft;

/// <summary>
/// The order of a codelet's statements, and which values wait on the evaluation stack for their users instead of in a local.
/// </summary>
/// <remarks>
/// A value in a local costs one instruction to store and one for each use. A value on the stack costs one (<c>dup</c>) for each use but the
/// last, two less in all; the C# compiler does this where all its users come upon it on top of the stack, each as the first thing it reads.
/// So the stack-held values of an order are a set of nested intervals, and the largest such set is found by dynamic programming.
/// </remarks>
public sealed class Schedule
{
    private readonly List<Statement> _order;
    private readonly HashSet<Node> _stacked;

    private Schedule(List<Statement> order, HashSet<Node> stacked)
    {
        _order = order;
        _stacked = stacked;
    }

    /// <summary>The statements in their order.</summary>
    public IReadOnlyList<Statement> Order => _order;

    /// <summary>Whether a value waits on the evaluation stack.</summary>
    public bool IsStacked(Node node) => _stacked.Contains(node);

    /// <summary>Number of values that wait on the evaluation stack.</summary>
    public int StackedCount => _stacked.Count;

    /// <summary>The order by one rule (what has become possible is done at once), and what can wait on the stack in it.</summary>
    public static Schedule Find(IReadOnlyList<Statement> statements)
    {
        List<Statement> order = new Eager(statements).Run();
        return new Schedule(order, Nested(order));
    }

    /// <summary>The largest set of values that can wait on the stack when the statements run in this order.</summary>
    public static HashSet<Node> Nested(IReadOnlyList<Statement> order)
    {
        int n = order.Count;
        var uses = new Dictionary<Node, List<int>>();
        var definitions = new Dictionary<Node, int>();
        for (int j = 0; j < n; j++)
        {
            foreach (Node read in order[j].Reads)
            {
                uses.TryAdd(read, []);
                uses[read].Add(j);
            }

            if (order[j].Output is null)
            {
                definitions[order[j].Root] = j;
            }
        }

        // Those that could be first in all their statements: an array store reads the array before them, and no statement can read one twice.
        var endingAt = new List<Node>[n];
        for (int j = 0; j < n; j++)
        {
            endingAt[j] = [];
        }

        foreach ((Node node, List<int> at) in uses)
        {
            if (at.Distinct().Count() == at.Count && at.All(j => order[j].Output is null))
            {
                endingAt[at[^1]].Add(node);
            }
        }

        // gain[i][j]: most values with their definition at i or later and their last use at j or earlier. choice: which one ends at j.
        var gain = new int[n + 1][];
        var choice = new Node?[n + 1][];
        for (int i = 0; i <= n; i++)
        {
            gain[i] = new int[n];
            choice[i] = new Node?[n];
        }

        int Gain(int i, int j) => j < i ? 0 : gain[i][j];
        for (int j = 0; j < n; j++)
        {
            for (int i = 0; i < j; i++)
            {
                gain[i][j] = gain[i][j - 1];
            }

            foreach (Node node in endingAt[j])
            {
                int definition = definitions[node];
                int inside = 1;
                int from = definition + 1;
                foreach (int use in uses[node])
                {
                    inside += Gain(from, use - 1);
                    from = use;
                }

                for (int i = 0; i <= definition; i++)
                {
                    int total = Gain(i, definition) + inside;
                    if (total > gain[i][j])
                    {
                        gain[i][j] = total;
                        choice[i][j] = node;
                    }
                }
            }
        }

        var chosen = new HashSet<Node>();
        var regions = new Stack<(int From, int To)>();
        regions.Push((0, n - 1));
        while (regions.TryPop(out (int From, int To) region))
        {
            (int i, int j) = region;
            while (j > i && choice[i][j] is null)
            {
                j--;
            }

            if (j <= i)
            {
                continue;
            }

            Node node = choice[i][j]!;
            chosen.Add(node);
            int definition = definitions[node];
            regions.Push((i, definition));
            int from = definition + 1;
            foreach (int use in uses[node])
            {
                regions.Push((from, use - 1));
                from = use;
            }
        }

        return chosen;
    }

    /// <summary>Depth first from the outputs; whatever a statement makes possible follows at once.</summary>
    private sealed class Eager
    {
        private readonly List<Statement> _order = [];
        private readonly HashSet<Statement> _done = [];
        private readonly Dictionary<Node, Statement> _makers = [];
        private readonly Dictionary<Node, List<Statement>> _readers = [];
        private readonly Dictionary<Statement, int> _missing = [];
        private readonly IReadOnlyList<Statement> _statements;
        private int _loadsLeft;

        public Eager(IReadOnlyList<Statement> statements)
        {
            _statements = statements;
            foreach (Statement statement in statements)
            {
                if (statement.Output is null)
                {
                    _makers[statement.Root] = statement;
                }

                List<Node> reads = [.. statement.Reads.Distinct()];
                _missing[statement] = reads.Count;
                foreach (Node read in reads)
                {
                    _readers.TryAdd(read, []);
                    _readers[read].Add(statement);
                }

                _loadsLeft += statement.Loads ? 1 : 0;
            }
        }

        public List<Statement> Run()
        {
            IEnumerable<Statement> outputs = _statements.Where(statement => statement.Output is not null);
            foreach (Statement statement in outputs)
            {
                Visit(statement);
            }

            // Stores go last where inputs are overwritten: see Ready.
            foreach (Statement statement in _statements.Where(statement => !_done.Contains(statement)))
            {
                Do(statement);
            }

            return _order;
        }

        private void Visit(Statement statement)
        {
            foreach (Node read in statement.Reads.Distinct())
            {
                if (!_done.Contains(_makers[read]))
                {
                    Visit(_makers[read]);
                }
            }

            if (!_done.Contains(statement) && Ready(statement))
            {
                Do(statement);
            }
        }

        /// <summary>A result may take the place of an input: it is stored when all inputs have been read.</summary>
        private bool Ready(Statement statement) => _missing[statement] == 0 && (statement.Output is null || statement.Loads || _loadsLeft == 0);

        private void Do(Statement statement)
        {
            _done.Add(statement);
            _order.Add(statement);
            _loadsLeft -= statement.Loads ? 1 : 0;
            if (statement.Output is not null)
            {
                return;
            }

            List<Statement> readers = _readers[statement.Root];
            foreach (Statement reader in readers)
            {
                _missing[reader]--;
            }

            foreach (Statement reader in readers)
            {
                if (!_done.Contains(reader) && Ready(reader))
                {
                    Do(reader);
                }
            }
        }
    }
}
