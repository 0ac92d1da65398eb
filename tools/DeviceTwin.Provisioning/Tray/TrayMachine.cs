namespace DeviceTwin.Provisioning.Tray;

/// <summary>Where a board stands.</summary>
/// <param name="Step">What is to be done now.</param>
/// <param name="Reached">What has been reached.</param>
/// <param name="Skipped">What this tray leaves out: nobody to tap, no hub.</param>
/// <param name="Tries">How often the present step has failed in a row.</param>
/// <param name="Losses">How often the line was lost, or the board restarted unasked, in this run.</param>
/// <param name="HasPort">Whether the board's line is open.</param>
public sealed record BoardSituation(TrayStep Step, Milestones Reached, Milestones Skipped = Milestones.None, int Tries = 0, int Losses = 0, bool HasPort = false)
{
    /// <summary>Where a run begins with a board.</summary>
    /// <param name="reached">What earlier runs have reached.</param>
    /// <param name="skipped">What this one leaves out.</param>
    public static BoardSituation Begin(Milestones reached, Milestones skipped = Milestones.None) =>
        TrayMachine.Onwards(new BoardSituation(TrayStep.FindPort, reached & ~TrayMachine.OfTheSession, skipped));

    /// <summary>Whether nothing is left to do in this run.</summary>
    public bool IsOver => Step is TrayStep.Done or TrayStep.Failed;
}

/// <summary>
/// The way of a board, as a function of where it stands and what happened. What is stored on the board, at the hub or in the journal is never done
/// twice for want of a cable; what the board holds in memory only (the session, what was staged) is done anew whenever its line was lost or it restarted.
/// </summary>
public static class TrayMachine
{
    /// <summary>A step that has failed so often in a row is given up.</summary>
    public const int MostTries = 3;

    /// <summary>A board whose line was lost so often in a run is given up.</summary>
    public const int MostLosses = 20;

    /// <summary>What is gone when the line or the board's memory is.</summary>
    public const Milestones OfTheSession = Milestones.Open | Milestones.Configured | Milestones.Flashed;

    private static readonly TrayStep[] Order = [.. Enum.GetValues<TrayStep>().Where(step => step is > TrayStep.FindPort and < TrayStep.Done and not TrayStep.Flash)];

    /// <summary>The milestone of a step; none for those that reach nothing.</summary>
    public static Milestones Of(TrayStep step) => step is > TrayStep.FindPort and < TrayStep.Done ? (Milestones)(1 << (int)step) : Milestones.None;

    /// <summary>Whether a step speaks with the board.</summary>
    public static bool NeedsBoard(TrayStep step) => step is not (TrayStep.Enrol or TrayStep.Place or TrayStep.WaitInSync or TrayStep.Label or TrayStep.Done or TrayStep.Failed);

    /// <summary>What comes next.</summary>
    /// <exception cref="ArgumentException">The board's run is over.</exception>
    public static BoardSituation Next(BoardSituation now, TrayEvent what)
    {
        if (now.IsOver)
        {
            throw new ArgumentException("Nothing happens to a board whose run is over.", nameof(now));
        }

        return what switch
        {
            TrayEvent.Done => Reached(now),
            TrayEvent.FirmwareDiffers when now.Step == TrayStep.CheckFirmware && !now.Reached.HasFlag(Milestones.Flashed) =>
                now with { Step = TrayStep.Flash, Tries = 0 },
            TrayEvent.Faulted when now.Tries + 1 < MostTries => now with { Tries = now.Tries + 1 },
            TrayEvent.LineLost or TrayEvent.Restarted when now.Losses + 1 < MostLosses => Lost(now),
            _ => now with { Step = TrayStep.Failed },
        };
    }

    private static BoardSituation Reached(BoardSituation now) => now.Step switch
    {
        TrayStep.FindPort => Onwards(now with { HasPort = true, Tries = 0 }),

        // What runs after a flash is another program than the one that was spoken with.
        TrayStep.Flash => now with { Step = TrayStep.FindPort, Reached = (now.Reached & ~OfTheSession & ~Milestones.Firmware) | Milestones.Flashed, Tries = 0, HasPort = false },

        // The restart ends the session; what was staged is stored by now.
        TrayStep.Reboot => Onwards(now with { Reached = (now.Reached & ~Milestones.Open) | Milestones.Rebooted, Tries = 0 }),
        _ => Onwards(now with { Reached = now.Reached | Of(now.Step), Tries = 0 }),
    };

    private static BoardSituation Lost(BoardSituation now)
    {
        // A flash is remembered: another one would not help.
        var kept = now.Reached & ~(OfTheSession & ~Milestones.Flashed);
        return Onwards(now with { Reached = kept, Tries = 0, Losses = now.Losses + 1, HasPort = false });
    }

    /// <summary>The first thing that is left to do.</summary>
    internal static BoardSituation Onwards(BoardSituation now)
    {
        var step = Order.FirstOrDefault(step => step != TrayStep.Authenticate && !IsReached(now, step), TrayStep.Done);
        if (!NeedsBoard(step))
        {
            return now with { Step = step };
        }

        // Whether the node reaches its hub can be asked without a session.
        var isOpen = now.Reached.HasFlag(Milestones.Open) || step == TrayStep.WaitConnected;
        return now with { Step = !now.HasPort ? TrayStep.FindPort : isOpen ? step : TrayStep.Authenticate };
    }

    // What was told the board and is stored need not be told again.
    private static bool IsReached(BoardSituation now, TrayStep step) =>
        now.Reached.HasFlag(Of(step)) || now.Skipped.HasFlag(Of(step)) || (step is TrayStep.Configure or TrayStep.FindNetwork && now.Reached.HasFlag(Milestones.Committed))
        || (step == TrayStep.Reboot && now.Reached.HasFlag(Milestones.Connected));
}
