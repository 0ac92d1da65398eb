using DeviceTwin.Provisioning.Tray;

namespace DeviceTwin.Tests.Provisioning.Tray;

/// <summary>The way of a board, over every fault in every place.</summary>
public sealed class TrayMachineTests
{
    private static readonly TrayStep[] Straight =
    [
        TrayStep.FindPort, TrayStep.Authenticate, TrayStep.CheckFirmware, TrayStep.SensorCheck, TrayStep.FindNetwork, TrayStep.Enrol, TrayStep.Configure, TrayStep.Commit,
        TrayStep.Reboot, TrayStep.WaitConnected, TrayStep.Place, TrayStep.WaitInSync, TrayStep.Authenticate, TrayStep.NoiseFloor, TrayStep.TapTest, TrayStep.Label,
    ];

    [Test]
    public void WithoutFaultsEverythingIsDoneOnceAndInOrder()
    {
        var steps = new List<TrayStep>();
        var now = BoardSituation.Begin(Milestones.None);
        while (!now.IsOver)
        {
            steps.Add(now.Step);
            now = TrayMachine.Next(now, TrayEvent.Done);
        }

        Assert.That(steps, Is.EqualTo(Straight));
        Assert.That(now.Step, Is.EqualTo(TrayStep.Done));
    }

    /// <summary>Every situation that can come about, by every event, is looked at.</summary>
    [Test]
    public void EverySituationKeepsTheRules()
    {
        var seen = new HashSet<BoardSituation>();
        var open = new Stack<BoardSituation>();
        foreach (var skipped in new[] { Milestones.None, Milestones.Tapped | Milestones.Labelled, Milestones.Connected | Milestones.Placed | Milestones.InSync })
        {
            open.Push(BoardSituation.Begin(Milestones.None, skipped));
        }

        var ends = 0;
        while (open.TryPop(out var now))
        {
            // How often the line was lost multiplies the situations and changes none of the rules but that of its own bound.
            if (!seen.Add(now with { Losses = 0 }))
            {
                continue;
            }

            Check(now);
            if (now.IsOver)
            {
                ends++;
                continue;
            }

            foreach (var what in Enum.GetValues<TrayEvent>())
            {
                var next = TrayMachine.Next(now with { Losses = 0 }, what);
                CheckMove(now, what, next);
                open.Push(next with { Losses = 0 });
            }
        }

        Assert.That(seen, Has.Count.GreaterThan(100));
        Assert.That(ends, Is.GreaterThan(0));
    }

    /// <summary>Whatever happens, a run ends.</summary>
    [Test]
    public void ARunEndsWhateverHappens([Range(1, 200)] int seed)
    {
        var random = new Random(seed);
        var now = BoardSituation.Begin(Milestones.None);
        var moves = 0;
        while (!now.IsOver)
        {
            now = TrayMachine.Next(now, (TrayEvent)random.Next(Enum.GetValues<TrayEvent>().Length));
            moves++;
        }

        Assert.That(moves, Is.LessThan(2000));
    }

    /// <summary>Interrupted at any place and begun again, it comes to the same end, and does nothing twice that is stored.</summary>
    [Test]
    public void AnInterruptedRunGoesOn([Range(0, 15)] int interrupted)
    {
        var now = BoardSituation.Begin(Milestones.None);
        var done = new List<TrayStep>();
        for (var step = 0; step < interrupted && !now.IsOver; step++)
        {
            done.Add(now.Step);
            now = TrayMachine.Next(now, TrayEvent.Done);
        }

        now = BoardSituation.Begin(now.Reached);
        while (!now.IsOver)
        {
            done.Add(now.Step);
            now = TrayMachine.Next(now, TrayEvent.Done);
        }

        Assert.That(now.Step, Is.EqualTo(TrayStep.Done));
        TrayStep[] once = [TrayStep.SensorCheck, TrayStep.Enrol, TrayStep.Commit, TrayStep.Place, TrayStep.NoiseFloor, TrayStep.TapTest, TrayStep.Label];
        Assert.That(once.Select(step => done.Count(other => other == step)), Is.All.EqualTo(1));
    }

    [TestCase(TrayEvent.LineLost)]
    [TestCase(TrayEvent.Restarted)]
    public void WhatWasStagedIsStagedAnew(TrayEvent what)
    {
        var now = Until(TrayStep.Commit);
        now = TrayMachine.Next(now, what);
        Assert.That(now.Step, Is.EqualTo(TrayStep.FindPort));
        now = TrayMachine.Next(TrayMachine.Next(now, TrayEvent.Done), TrayEvent.Done);
        Assert.That(now.Step, Is.EqualTo(TrayStep.Configure));
    }

    [TestCase(TrayMachine.MostTries - 2, false)]
    [TestCase(TrayMachine.MostTries - 1, false)]
    [TestCase(TrayMachine.MostTries, true)]
    public void AStepIsTriedThreeTimes(int faults, bool isOver)
    {
        var now = Until(TrayStep.SensorCheck);
        for (var fault = 0; fault < faults; fault++)
        {
            now = TrayMachine.Next(now, TrayEvent.Faulted);
        }

        Assert.That(now.IsOver, Is.EqualTo(isOver));
    }

    [TestCase(TrayMachine.MostLosses - 2, false)]
    [TestCase(TrayMachine.MostLosses - 1, false)]
    [TestCase(TrayMachine.MostLosses, true)]
    public void ALineMayBeLostSoOften(int losses, bool isOver)
    {
        var now = BoardSituation.Begin(Milestones.None);
        for (var loss = 0; loss < losses; loss++)
        {
            now = TrayMachine.Next(now, TrayEvent.LineLost);
        }

        Assert.That(now.IsOver, Is.EqualTo(isOver));
    }

    [Test]
    public void FirmwareThatDiffersBehindAFlashIsGivenUp()
    {
        var now = TrayMachine.Next(Until(TrayStep.CheckFirmware), TrayEvent.FirmwareDiffers);
        Assert.That(now.Step, Is.EqualTo(TrayStep.Flash));
        now = TrayMachine.Next(now, TrayEvent.Done);
        Assert.That(now.Step, Is.EqualTo(TrayStep.FindPort));
        now = TrayMachine.Next(TrayMachine.Next(now, TrayEvent.Done), TrayEvent.Done);
        Assert.That(now.Step, Is.EqualTo(TrayStep.CheckFirmware));
        Assert.That(TrayMachine.Next(now, TrayEvent.FirmwareDiffers).Step, Is.EqualTo(TrayStep.Failed));
        Assert.That(TrayMachine.Next(now, TrayEvent.Done).Step, Is.EqualTo(TrayStep.SensorCheck));
    }

    [Test]
    public void NothingHappensToABoardWhoseRunIsOver() =>
        Assert.That(() => TrayMachine.Next(new BoardSituation(TrayStep.Done, Milestones.None), TrayEvent.Done), Throws.ArgumentException);

    private static BoardSituation Until(TrayStep step)
    {
        var now = BoardSituation.Begin(Milestones.None);
        while (now.Step != step)
        {
            now = TrayMachine.Next(now, TrayEvent.Done);
        }

        return now;
    }

    private static void Check(BoardSituation now)
    {
        bool Has(Milestones milestone) => now.Reached.HasFlag(milestone) || now.Skipped.HasFlag(milestone);
        var told = now.ToString();
        switch (now.Step)
        {
            case TrayStep.Configure:
                Assert.That(Has(Milestones.Enrolled) && now.Reached.HasFlag(Milestones.Open), told);
                break;
            case TrayStep.Commit:
                Assert.That(now.Reached.HasFlag(Milestones.Configured | Milestones.Open | Milestones.Enrolled), told);
                break;
            case TrayStep.Reboot:
                Assert.That(now.Reached.HasFlag(Milestones.Committed | Milestones.Open), told);
                break;
            case TrayStep.NoiseFloor or TrayStep.TapTest or TrayStep.SensorCheck or TrayStep.FindNetwork:
                Assert.That(now.Reached.HasFlag(Milestones.Open), told);
                break;
            case TrayStep.Done:
                Assert.That(Has(Milestones.Committed | Milestones.Sensors | Milestones.Enrolled) && Has(Milestones.Connected) && Has(Milestones.Placed)
                    && Has(Milestones.InSync) && Has(Milestones.Quiet) && Has(Milestones.Tapped) && Has(Milestones.Labelled), told);
                break;
        }
    }

    private static void CheckMove(BoardSituation now, TrayEvent what, BoardSituation next)
    {
        var told = $"{now} by {what} to {next}";
        var stored = ~(TrayMachine.OfTheSession | Milestones.Firmware);
        Assert.That(next.Reached & stored & now.Reached, Is.EqualTo(now.Reached & stored), told);
        if (what == TrayEvent.Refused)
        {
            Assert.That(next.Step, Is.EqualTo(TrayStep.Failed), told);
        }

        if (what is TrayEvent.LineLost or TrayEvent.Restarted && !next.IsOver)
        {
            Assert.That(next.Reached.HasFlag(Milestones.Open), Is.False, told);
        }
    }
}
