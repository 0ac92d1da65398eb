using System.Globalization;
using static DeviceTwin.Twins.Rollouts.RolloutRefusal;

namespace DeviceTwin.Twins.Rollouts;

/// <summary>What becomes of devices that are offline when their turn comes.</summary>
public enum OfflinePolicy
{
    /// <summary>They are admitted with their group, count in no sample, and converge when they return.</summary>
    CatchUp,

    /// <summary>They keep the old version until the change is done, and the report names them.</summary>
    Exclude,
}

/// <summary>Who must agree to a change before it can start.</summary>
/// <param name="Needed">Approvals, 0 to 5.</param>
/// <param name="ByOthers">Whether the author's own does not count.</param>
public sealed record ApprovalPolicy(int Needed, bool ByOthers)
{
    /// <summary>One other person.</summary>
    public static readonly ApprovalPolicy OneOther = new(1, true);
}

/// <summary>How many devices go first: a number, or thousandths of all.</summary>
public readonly record struct CanarySize
{
    private CanarySize(int count, int permille) => (Count, Permille) = (count, permille);

    /// <summary>A number of devices; 0 where thousandths are given.</summary>
    public int Count { get; }

    /// <summary>Thousandths of all devices; 0 where a number is given.</summary>
    public int Permille { get; }

    /// <summary>So many devices.</summary>
    public static CanarySize Devices(int count) => new(count, 0);

    /// <summary>So many thousandths of the devices.</summary>
    public static CanarySize Share(int permille) => new(0, permille);

    /// <summary>
    /// How many of a fleet: at least one, and never more than half, so that somebody is left to compare with. A fleet of one is all canary.
    /// </summary>
    public int Of(int devices)
    {
        if (devices == 0)
        {
            return 0;
        }

        var wanted = Count > 0 ? Count : (int)Math.Round(devices * Permille / 1000.0, MidpointRounding.AwayFromZero);
        return Math.Clamp(wanted, 1, Math.Max(1, devices / 2));
    }
}

/// <summary>The limits of the gates. Ratios and shares are in thousandths, so that a limit is a whole number wherever it is written.</summary>
public sealed record GateLimits
{
    /// <summary>The defaults.</summary>
    public static readonly GateLimits Default = new();

    /// <summary>How much the alarm rate may rise: 1250 = by a quarter. The gate trips when a greater rise is shown. 1000 to 3000.</summary>
    public int AlarmRatioTolerated { get; init; } = 1250;

    /// <summary>The rise that must be ruled out before a gate passes: 2000 = twice. Above the tolerated one, at most 10000.</summary>
    public int AlarmRatioHarmful { get; init; } = 2000;

    /// <summary>
    /// Windows with a new alarm per thousand windows of nodes below which alarms harm nobody, whatever the ratio: where a plant has no alarms
    /// a ratio cannot be known. 1 to 500.
    /// </summary>
    public int HarmlessAlarmWindows { get; init; } = 50;

    /// <summary>How much coverage may fall below the node's own, in thousandths of the planned samples. 1 to 1000.</summary>
    public int CoverageDrop { get; init; } = 50;

    /// <summary>How much a verdict may cost above what it cost the node before, in thousandths. 1 to 10000.</summary>
    public int AnalysisGrowth { get; init; } = 200;

    /// <summary>How far free memory may fall below the node's own lowest, in bytes. 1 to 16,777,216.</summary>
    public int HeapDropBytes { get; init; } = 16384;

    /// <summary>How much more often coverage, cost, memory, connection or silence may be out of bounds than in the control group. 1000 to 10000.</summary>
    public int OtherRatioTolerated { get; init; } = 1500;

    /// <summary>Captures that a node may miss in a row before it is silent. 1 to 10,000.</summary>
    public int SilentCaptures { get; init; } = 10;

    /// <summary>Nodes with the change that are silent at once: from so many on nothing passes, and where chance would hardly do it, it stops. 1 to 1000; of a smaller group, all.</summary>
    public int SilentNodes { get; init; } = 3;

    /// <summary>The same as thousandths of those with the change: of many nodes some are always away. The greater number holds. 0 to 1000.</summary>
    public int SilentShare { get; init; } = 150;

    /// <summary>Nodes with the change in safe mode that stop it. 1 to 1000.</summary>
    public int SafeModeNodes { get; init; } = 1;
}

/// <summary>How a change is carried out. Valid by construction: <see cref="Checked"/> refuses what makes no sense.</summary>
public sealed record RolloutPlan
{
    /// <summary>A plan for a plant of some hundred nodes that measure each minute.</summary>
    public static readonly RolloutPlan Default = new();

    /// <summary>How long the new settings run in the nodes' shadow slot; zero = no shadow.</summary>
    public TimeSpan ShadowTime { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Who goes first.</summary>
    public CanarySize Canary { get; init; } = CanarySize.Share(200);

    /// <summary>After each wave so many thousandths of all devices have the change; the last is 1000.</summary>
    public IReadOnlyList<int> Waves { get; init; } = [500, 1000];

    /// <summary>Thousandths of the devices that keep the old version until the last wave.</summary>
    public int Control { get; init; } = 300;

    /// <summary>Captures of each group before a stage may pass.</summary>
    public int MinimumCaptures { get; init; } = 1000;

    /// <summary>A node's alarms count at most once in this time, whatever rings.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Windows before the change from which is learned how often a node raises alarms anyway.</summary>
    public int BaselineWindows { get; init; } = 14;

    /// <summary>Windows after which a stage that could not be decided is put before a person.</summary>
    public int LongestStageWindows { get; init; } = 21;

    /// <summary>The limits of the gates.</summary>
    public GateLimits Gates { get; init; } = GateLimits.Default;

    /// <summary>What becomes of devices that are offline.</summary>
    public OfflinePolicy Offline { get; init; }

    /// <summary>Who must agree.</summary>
    public ApprovalPolicy Approval { get; init; } = ApprovalPolicy.OneOther;

    /// <summary>Who is in which group follows from this number and the device ids.</summary>
    public ulong Seed { get; init; }

    /// <summary>This plan, if it makes sense.</summary>
    /// <exception cref="RolloutException">It does not; the message says what to write instead.</exception>
    public RolloutPlan Checked()
    {
        if (ShadowTime < TimeSpan.Zero || ShadowTime > TimeSpan.FromDays(30))
        {
            throw Refuse("shadowTimeInvalid", $"The shadow is to last {ShadowTime}. Give 0 (no shadow) to 30 days.");
        }

        if (Canary.Count < 0 || Canary.Permille is < 0 or > 500 || (Canary.Count == 0 && Canary.Permille == 0))
        {
            throw Refuse("canarySizeInvalid", $"The canary has {Canary.Count} devices, {Canary.Permille} thousandths. Give a number of devices from 1, or 1 to 500 thousandths.");
        }

        if (Control is < 50 or > 800)
        {
            throw Refuse("controlInvalid", $"The control group is {Control} thousandths of the devices. Give 50 to 800: without one nobody can tell a change from the weather.");
        }

        CheckWaves();
        Range("sampleInvalid", MinimumCaptures, 1, 1_000_000, "captures of each group");
        if (Window < TimeSpan.FromSeconds(1) || Window > TimeSpan.FromDays(7))
        {
            throw Refuse("windowInvalid", $"The window is {Window}. Give one second to seven days; an alarm of a node counts once in it.");
        }

        Range("windowInvalid", BaselineWindows, 1, 366, "windows of baseline");
        Range("windowInvalid", LongestStageWindows, 1, 366, "windows of a stage at most");
        CheckGates();
        Range("approvalInvalid", Approval.Needed, 0, 5, "approvals");
        return this;
    }

    private static void Range(string code, int value, int least, int most, string what)
    {
        if (value < least || value > most)
        {
            throw Refuse(code, string.Create(CultureInfo.InvariantCulture, $"The plan asks for {value} {what}. Give {least} to {most}."));
        }
    }

    private void CheckWaves()
    {
        var before = 0;
        for (var index = 0; index < Waves.Count; index++)
        {
            if (Waves[index] <= before)
            {
                throw Refuse("wavesInvalid", $"Wave {index + 1} ends at {Waves[index]} thousandths, the one before at {before}. Each must take more than the one before.");
            }

            before = Waves[index];
        }

        if (before != 1000)
        {
            throw Refuse("wavesInvalid", $"The last wave ends at {before} thousandths. It must end at 1000: everybody has the change then.");
        }

        if (Waves.Count > 1 && Waves[^2] > 1000 - Control)
        {
            throw Refuse(
                "wavesInvalid",
                $"Wave {Waves.Count - 1} ends at {Waves[^2]} thousandths and the control group is the last {Control}. End it at {1000 - Control} at most.");
        }
    }

    private void CheckGates()
    {
        Range("gateLimitInvalid", Gates.AlarmRatioTolerated, 1000, 3000, "thousandths of alarms tolerated");
        Range("gateLimitInvalid", Gates.AlarmRatioHarmful, Gates.AlarmRatioTolerated + 1, 10000, "thousandths of alarms that are harm");
        Range("gateLimitInvalid", Gates.HarmlessAlarmWindows, 1, 500, "harmless windows with an alarm per thousand");
        Range("gateLimitInvalid", Gates.CoverageDrop, 1, 1000, "thousandths of coverage lost");
        Range("gateLimitInvalid", Gates.AnalysisGrowth, 1, 10000, "thousandths of growth of the analysis");
        Range("gateLimitInvalid", Gates.HeapDropBytes, 1, 16 * 1024 * 1024, "bytes of memory lost");
        Range("gateLimitInvalid", Gates.OtherRatioTolerated, 1000, 10000, "thousandths tolerated");
        Range("gateLimitInvalid", Gates.SilentCaptures, 1, 10_000, "missed captures");
        Range("gateLimitInvalid", Gates.SilentNodes, 1, 1000, "silent nodes");
        Range("gateLimitInvalid", Gates.SilentShare, 0, 1000, "thousandths of silent nodes");
        Range("gateLimitInvalid", Gates.SafeModeNodes, 1, 1000, "nodes in safe mode");
    }
}
