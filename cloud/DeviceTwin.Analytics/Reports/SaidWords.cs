using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Analytics.Reports;

/// <summary>The words for what settings say of a machine at a capture, in the order in which the gravest is chosen.</summary>
internal static class SaidWords
{
    private static readonly int[] Gravest =
    [
        Verdict.Outer, Verdict.Inner, Verdict.Ball, Verdict.Cage, Verdict.Unbalance, Verdict.Misalignment, Verdict.Looseness, Verdict.High, Verdict.Hot,
    ];

    /// <summary>Words that name a fault.</summary>
    public static IReadOnlyList<string> Faults { get; } = [.. Gravest.Select(Verdict.Word)];

    /// <summary>
    /// The gravest active alarm; where there is none <c>refused</c> or <c>notRunning</c> if that is the capture's own verdict, else <c>normal</c>:
    /// a level above its limit that has not raised its alarm yet is nothing that was said.
    /// </summary>
    /// <param name="alarms">Flags of the active alarms.</param>
    /// <param name="verdict">The verdict of the capture by itself.</param>
    public static int Said(int alarms, int verdict)
    {
        foreach (var fault in Gravest)
        {
            if ((alarms & Verdict.Flag(fault)) != 0)
            {
                return fault;
            }
        }

        return verdict is Verdict.Refused or Verdict.NotRunning ? verdict : Verdict.Normal;
    }

    /// <summary>Whether a verdict says that something is wrong.</summary>
    public static bool IsFault(int verdict) => verdict is not (Verdict.Normal or Verdict.NotRunning or Verdict.Refused);

    /// <summary>The words of flags of verdicts.</summary>
    public static IReadOnlyList<string> OfAlarms(int alarms) =>
        [.. Enumerable.Range(0, Verdict.Count).Where(verdict => (alarms & Verdict.Flag(verdict)) != 0).Select(Verdict.Word)];

    /// <summary>The words of flags of causes.</summary>
    public static IReadOnlyList<string> OfCauses(int causes) =>
        [.. Enumerable.Range(0, AlarmCause.Count).Where(cause => (causes & (1 << cause)) != 0).Select(AlarmCause.Word)];

    /// <summary>The words of flags of refusals.</summary>
    public static IReadOnlyList<string> OfRefusals(int refusals) =>
        [.. Enumerable.Range(0, Refusal.Count).Where(reason => (refusals & (1 << reason)) != 0).Select(Refusal.Word)];
}
