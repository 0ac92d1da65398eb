namespace DeviceTwin.Twins.Rollouts;

/// <summary>A node as the comparison sees it.</summary>
/// <param name="Block">Nodes are compared within their block only: what befalls a whole line befalls both groups.</param>
/// <param name="Windows">Windows of the node's baseline, 0 where it has none.</param>
/// <param name="WindowsWith">Of these, how many had the fact.</param>
/// <param name="LeavesControl">When the change was sent to it; null while it has the old version.</param>
/// <param name="Treated">When it had the change in force; null before.</param>
public sealed record RatioMember(
    string Id, int Block, int Windows, int WindowsWith, DateTimeOffset? LeavesControl = null, DateTimeOffset? Treated = null);

/// <param name="Counts">Whether it counts; otherwise it only says whether the node is there.</param>
/// <param name="Leaves">The node is gone after it.</param>
/// <param name="Returns">The node is there again.</param>
public readonly record struct RatioFact(DateTimeOffset At, string Id, bool Counts, bool Leaves = false, bool Returns = false);

/// <summary>What the comparison has shown so far.</summary>
/// <param name="Treated">Windows of nodes with the change that had the fact.</param>
/// <param name="Control">Windows of nodes without it.</param>
/// <param name="ExpectedTreated">How many of all would be those with the change, did it change nothing.</param>
/// <param name="ExpectedControl">The others of these.</param>
/// <param name="Harm">The greatest evidence for a rise beyond what is tolerated: so many times likelier.</param>
/// <param name="Safe">The greatest evidence against a rise that is harm.</param>
/// <param name="HarmShownAt">When the evidence for harm came to what is asked for; null where it has not.</param>
public sealed record RatioEvidence(
    int Treated, int Control, double ExpectedTreated, double ExpectedControl, double Harm, double Safe, DateTimeOffset? HarmShownAt)
{
    /// <summary>How many times more often with the change; null where one of the groups has nothing to show.</summary>
    public double? Ratio => Control > 0 && ExpectedTreated > 0 && ExpectedControl > 0 ? Treated / ExpectedTreated / (Control / ExpectedControl) : null;
}

/// <summary>
/// The sequential comparison of two groups of nodes by facts that come one at a time: whose is the next? A likelihood ratio of Cox's partial
/// likelihood with offsets from each node's own past; valid at whatever moment one looks. cloud/ROLLOUTS.md has the why and the sources.
/// </summary>
public static class RatioTest
{
    /// <summary>A node counts at most so often in all: one machine that falls ill decides nothing.</summary>
    public const int MostOfNode = 3;

    /// <summary>The rises that may be behind it, as multiples of the tolerated one; each as likely as the others.</summary>
    private static readonly double[] Rises = [1.2, 1.6, 2.4, 4, 8];

    /// <summary>Compares.</summary>
    /// <param name="facts">In the order in which they were learnt.</param>
    /// <param name="since">The windows begin here.</param>
    /// <param name="tolerated">The greatest ratio that is no harm, from 1.</param>
    /// <param name="harmful">The smallest ratio that must be ruled out.</param>
    /// <param name="alpha">How likely harm may be shown where there is none.</param>
    public static RatioEvidence Compare(
        IReadOnlyList<RatioMember> members,
        IEnumerable<RatioFact> facts,
        DateTimeOffset since,
        TimeSpan window,
        double tolerated,
        double harmful,
        double alpha)
    {
        var risk = new RiskSet(members);
        var rises = new double[Rises.Length];
        double safe = 0, greatestHarm = 0, greatestSafe = 0, expectedTreated = 0, expectedControl = 0;
        int treated = 0, control = 0;
        DateTimeOffset? shown = null;
        var current = -1L;
        foreach (var fact in facts)
        {
            var index = (fact.At - since).Ticks / window.Ticks;
            if (index != current || risk.IsStale(fact.At))
            {
                risk.Begin(fact.At, newWindow: index != current);
                current = index;
            }

            if (fact.Returns)
            {
                risk.SetPresent(fact.Id, true);
            }

            if (fact.Counts && risk.Take(fact.Id, fact.At) is var (isTreated, with, without))
            {
                _ = isTreated ? treated++ : control++;
                if (with > 0 && without > 0)
                {
                    var share = with / (with + without);
                    expectedTreated += share;
                    expectedControl += 1 - share;
                    var toleratedLog = LogShare(tolerated, with, without, isTreated);
                    for (var rise = 0; rise < rises.Length; rise++)
                    {
                        rises[rise] += LogShare(tolerated * Rises[rise], with, without, isTreated) - toleratedLog;
                    }

                    safe += LogShare(1, with, without, isTreated) - LogShare(harmful, with, without, isTreated);
                    var harm = LogMean(rises);
                    greatestSafe = Math.Max(greatestSafe, safe);
                    greatestHarm = Math.Max(greatestHarm, harm);
                    shown ??= harm >= -Math.Log(alpha) ? fact.At : null;
                }
            }

            if (fact.Leaves)
            {
                risk.SetPresent(fact.Id, false);
            }
        }

        return new RatioEvidence(treated, control, expectedTreated, expectedControl, Math.Exp(greatestHarm), Math.Exp(greatestSafe), shown);
    }

    /// <summary>The logarithm of the chance that the next fact is of the group that it is of, where the change multiplies the rate.</summary>
    private static double LogShare(double ratio, double with, double without, bool treated) =>
        Math.Log((treated ? ratio * with : without) / ((ratio * with) + without));

    private static double LogMean(double[] logs)
    {
        var most = logs.Max();
        return most + Math.Log(logs.Sum(log => Math.Exp(log - most)) / logs.Length);
    }

    /// <summary>Who could be next, and how likely each is by its own past.</summary>
    private sealed class RiskSet
    {
        private readonly IReadOnlyList<RatioMember> members;
        private readonly Dictionary<string, int> byId = new(StringComparer.Ordinal);
        private readonly double[] weights;
        private readonly bool[] isAway;
        private readonly bool[] isCounted;
        private readonly int[] count;
        private readonly (double With, double Without)[] sums;
        private DateTimeOffset now;
        private DateTimeOffset staleAt;

        public RiskSet(IReadOnlyList<RatioMember> members)
        {
            this.members = members;
            weights = Weights(members);
            isAway = new bool[members.Count];
            isCounted = new bool[members.Count];
            count = new int[members.Count];
            for (var member = 0; member < members.Count; member++)
            {
                byId.Add(members[member].Id, member);
            }

            sums = new (double, double)[members.Count == 0 ? 1 : members.Max(member => member.Block) + 1];
        }

        /// <summary>Whether a node has changed its group since the sums were made.</summary>
        public bool IsStale(DateTimeOffset at) => at >= staleAt;

        /// <summary>Makes the sums anew.</summary>
        public void Begin(DateTimeOffset at, bool newWindow)
        {
            if (newWindow)
            {
                Array.Clear(isCounted);
            }

            Array.Clear(sums);
            staleAt = DateTimeOffset.MaxValue;
            for (var member = 0; member < members.Count; member++)
            {
                Change(member, at, 1);
                staleAt = Sooner(members[member].LeavesControl, at);
                staleAt = Sooner(members[member].Treated, at);
            }

            now = at;
        }

        public void SetPresent(string id, bool present)
        {
            if (byId.TryGetValue(id, out var member) && isAway[member] == present)
            {
                Change(member, now, -1);
                isAway[member] = !present;
                Change(member, now, 1);
            }
        }

        /// <summary>The node has the fact: null where it does not count, else its group and the weights of both groups at that moment.</summary>
        public (bool IsTreated, double With, double Without)? Take(string id, DateTimeOffset at)
        {
            if (!byId.TryGetValue(id, out var member) || !IsAtRisk(member) || GroupOf(member, at) is not { } isTreated)
            {
                return null;
            }

            var (with, without) = sums[members[member].Block];
            Change(member, now, -1);
            isCounted[member] = true;
            count[member]++;
            // What is left of a sum when the last has gone is rounding.
            return (isTreated, with > 1e-9 ? with : 0, without > 1e-9 ? without : 0);
        }

        private DateTimeOffset Sooner(DateTimeOffset? change, DateTimeOffset at) => change is { } next && next > at && next < staleAt ? next : staleAt;

        private bool IsAtRisk(int member) => !isAway[member] && !isCounted[member] && count[member] < MostOfNode;

        private bool? GroupOf(int member, DateTimeOffset at) =>
            members[member].Treated <= at ? true : members[member].LeavesControl <= at ? null : false;

        private void Change(int member, DateTimeOffset at, int sign)
        {
            if (IsAtRisk(member) && GroupOf(member, at) is { } isTreated)
            {
                var (with, without) = sums[members[member].Block];
                var weight = sign * weights[member];
                sums[members[member].Block] = isTreated ? (with + weight, without) : (with, without + weight);
            }
        }

        /// <summary>
        /// How often each node has the fact in a window, as its own past and that of all together say it (Bühlmann's credibility: the more a
        /// node was watched, the more its own past weighs).
        /// </summary>
        private static double[] Weights(IReadOnlyList<RatioMember> members)
        {
            double windows = 0, with = 0.5, squares = 0;
            foreach (var member in members)
            {
                windows += member.Windows;
                with += member.WindowsWith;
                squares += (double)member.Windows * member.Windows;
            }

            if (windows == 0)
            {
                return [.. members.Select(_ => 1.0)];
            }

            var mean = with / windows;
            var spread = members.Sum(member => Math.Pow(member.WindowsWith - (mean * member.Windows), 2)) / squares;
            var strength = Math.Clamp(spread > 0 ? mean * mean / spread : 50, 0.1, 50);
            return [.. members.Select(member => (strength + member.WindowsWith) / ((strength / mean) + member.Windows))];
        }
    }
}
