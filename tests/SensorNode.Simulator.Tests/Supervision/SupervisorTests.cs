using System.Text;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Simulator.Board;
using DeviceTwin.SensorNode.Supervision;

namespace DeviceTwin.Tests.SensorNode.Simulator.Supervision;

/// <summary>Causes are written down before a restart, sick starts lead to last good settings and to safe mode, and there is a way back.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class SupervisorTests
{
    private const string Settings = "settings";
    private const long Hour = 3_600_000;

    private readonly CountingFiles _files = new();
    private readonly SimulatedPower _power = new();
    private readonly HealthCounters _health = new();

    [Test]
    public void TheFirstStartIsWhatTheBoardSays()
    {
        Supervisor node = Start("powerOn");

        Assert.That(node.Cause, Is.EqualTo(ResetCause.PowerOn));
        Assert.That(node.Mode, Is.EqualTo(NodeMode.Normal));
        Assert.That(node.Ledger.Starts, Is.EqualTo(1));
        Assert.That(TraceRingTests.WordsOf(node.Trace), Is.EqualTo(new[] { "started" }));
    }

    [Test]
    public void WhatTheBoardSaysIsUnknownWhereItIsNoCause()
    {
        Assert.That(Start("moonlight").Cause, Is.EqualTo(ResetCause.Unknown));
    }

    [Test]
    public void ARestartIsRecordedBeforeItIsDone()
    {
        Supervisor node = Start();
        node.Restart(ResetCause.Requested, 120_000);

        Assert.That(_power.Restarts, Is.EqualTo(1));
        Supervisor next = Start("software");
        Assert.That(next.Cause, Is.EqualTo(ResetCause.Requested));
        Assert.That(next.Ledger.Reboots(ResetCause.Requested), Is.EqualTo(1));
        Assert.That(TraceRingTests.WordsOf(next.Trace), Is.EqualTo(new[] { "started", "restarting", "started" }));
        Assert.That(TraceRingTests.Entry(next.Trace, 2).Second, Is.EqualTo(2), "minutes it ran");

        Assert.That(Start("powerOn").Cause, Is.EqualTo(ResetCause.PowerOn), "a recorded cause counts once");
    }

    [TestCase(LoopWatch.Measure, ResetCause.MeasureStalled)]
    [TestCase(LoopWatch.Talk, ResetCause.TalkStalled)]
    public void ALoopThatStandsStillRestartsTheNode(int loop, int cause)
    {
        Supervisor node = Start();
        long nowMs = 0;
        for (; nowMs <= LoopWatch.Bound(loop) + 1000; nowMs += 1000)
        {
            Assert.That(_power.Restarts, Is.Zero);
            node.Loops.Beat(1 - loop);
            node.Watch(nowMs);
        }

        Assert.That(_power.Restarts, Is.EqualTo(1));
        node.Watch(nowMs + 1000);
        Assert.That(_power.Restarts, Is.EqualTo(1), "once");
        Supervisor next = Start("software");
        Assert.That(next.Cause, Is.EqualTo(cause));
        Assert.That(TraceRingTests.WordsOf(next.Trace), Is.EqualTo(new[] { "started", "stalled", "restarting", "started" }));
        Assert.That(TraceRingTests.Entry(next.Trace, 2).First, Is.EqualTo(loop));
        Assert.That(next.Ledger.UnhealthyStarts, Is.EqualTo(2), "neither start became healthy");
    }

    [Test]
    public void TenMinutesShowThatAStartIsHealthy()
    {
        Start();
        Supervisor node = Start();
        Assert.That(node.Ledger.UnhealthyStarts, Is.EqualTo(2));
        node.Keep(1000, 0, 0);
        node.Keep(1000 + Supervisor.HealthyMs - 1, 0, 0);
        Assert.That(node.IsHealthy, Is.False);
        node.Keep(1000 + Supervisor.HealthyMs, 0, 0);
        Assert.That(node.IsHealthy, Is.True);

        Assert.That(Start().Ledger.UnhealthyStarts, Is.EqualTo(1));
    }

    [Test]
    public void RunningIsNoHealthWhereALoopKeepsThrowing()
    {
        Supervisor node = Start();
        _health.LoopFailures = 4;
        Run(node, 2 * Supervisor.HealthyMs);

        Assert.That(node.IsHealthy, Is.False);
    }

    [Test]
    public void StartsThatWereMeantSayNothingAboutHealth()
    {
        for (int start = 0; start < 20; start++)
        {
            Start("software").Restart(ResetCause.Requested, 1000);
        }

        Assert.That(Start().Mode, Is.EqualTo(NodeMode.Normal));
    }

    [Test]
    public void ThirdSickStartTakesTheLastGoodSettings()
    {
        MakeHealthyWith("good");
        Write(Settings, "bad");
        Assert.That(Start().Mode, Is.EqualTo(NodeMode.Normal));
        Assert.That(Start().Mode, Is.EqualTo(NodeMode.Normal));
        Supervisor node = Start();

        Assert.That(node.Mode, Is.EqualTo(NodeMode.LastGood));
        Assert.That(Encoding.UTF8.GetString(node.LastGood()), Is.EqualTo("good"));
        Run(node, 2 * Supervisor.HealthyMs);
        Assert.That(Start().Mode, Is.EqualTo(NodeMode.LastGood), "healthy with these, so they stay");
    }

    [Test]
    public void WithoutOtherSettingsThereIsNothingToFallBackTo()
    {
        MakeHealthyWith("good");
        Start();
        Start();

        Assert.That(Start().Mode, Is.EqualTo(NodeMode.Normal));
    }

    [Test]
    public void SettingsMustProveThemselvesBeforeTheyAreGood()
    {
        Supervisor node = Start();
        Write(Settings, "first");
        node.Keep(0, 0, 0);
        Run(node, Supervisor.HealthyMs);
        Write(Settings, "second");
        node.SettingsHold(5, Supervisor.HealthyMs);
        Run(node, (2 * Supervisor.HealthyMs) - 1000);
        Assert.That(Encoding.UTF8.GetString(node.LastGood()), Is.EqualTo("first"));
        node.Keep(2 * Supervisor.HealthyMs, 0, 0);
        Assert.That(Encoding.UTF8.GetString(node.LastGood()), Is.EqualTo("second"));
    }

    [Test]
    public void AnotherDesiredVersionEndsTheFallback()
    {
        Supervisor node = FallBack();
        Assert.That(node.Holds(7), Is.True, "those it fell back from");
        Assert.That(node.Holds(8), Is.False);
        node.SettingsHold(8, 1000);

        Assert.That(node.Mode, Is.EqualTo(NodeMode.Normal));
        Assert.That(_power.Restarts, Is.Zero);
        Assert.That(Start().Mode, Is.EqualTo(NodeMode.Normal));
    }

    [Test]
    public void SixthSickStartMeasuresNoMore()
    {
        int[] modes = new int[8];
        for (int start = 0; start < modes.Length; start++)
        {
            modes[start] = Start().Mode;
        }

        Assert.That(modes, Is.EqualTo(new[] { 0, 0, 0, 0, 0, NodeMode.Safe, NodeMode.Safe, NodeMode.Safe }));
    }

    [Test]
    public void SafeModeSurvivesHealthAndPowerCuts()
    {
        Run(MakeSafe(), Hour);

        Assert.That(Start().Mode, Is.EqualTo(NodeMode.Safe));
    }

    [Test]
    public void SafeModeIsTriedAgainAfterSixHours()
    {
        Supervisor node = MakeSafe();
        Run(node, Supervisor.SafeRetryMs - 1000);
        Assert.That(_power.Restarts, Is.Zero);
        Run(node, Supervisor.SafeRetryMs + 1000, Supervisor.SafeRetryMs);
        Assert.That(_power.Restarts, Is.EqualTo(1));

        Supervisor tried = Start("software");
        Assert.That((tried.Cause, tried.Mode), Is.EqualTo((ResetCause.SafeModeLeft, NodeMode.Normal)));
        Assert.That(Start().Mode, Is.EqualTo(NodeMode.Safe), "one try");
    }

    [Test]
    public void ATryThatBecomesHealthyEndsSafeMode()
    {
        MakeSafe().Restart(ResetCause.Requested, 1000);
        Supervisor tried = Start("software");
        Assert.That(tried.Mode, Is.EqualTo(NodeMode.Normal));
        Run(tried, 2 * Supervisor.HealthyMs);

        Assert.That(Start().Ledger.UnhealthyStarts, Is.EqualTo(1));
    }

    [Test]
    public void AnotherDesiredVersionEndsSafeModeWithARestart()
    {
        Supervisor node = MakeSafe();
        node.SettingsHold(9, 1000);
        Assert.That(_power.Restarts, Is.EqualTo(1));

        Supervisor next = Start("software");
        Assert.That((next.Mode, next.Ledger.UnhealthyStarts, next.Ledger.SettingsVersion), Is.EqualTo((NodeMode.Normal, 0, 9)));
    }

    [TestCase(ResetCause.Provisioned)]
    [TestCase(ResetCause.FactoryReset)]
    public void ATechnicianEndsSafeModeForGood(int cause)
    {
        MakeSafe().Restart(cause, 1000);

        Supervisor next = Start("software");
        Assert.That((next.Mode, next.Ledger.UnhealthyStarts), Is.EqualTo((NodeMode.Normal, 0)));
    }

    [Test]
    public void CountersGoOnOverStarts()
    {
        Supervisor node = Start();
        _health.FileFailures = 2;
        _health.Overruns = 5;
        Run(node, Hour + 1000);
        _health.FileFailures = 0;
        _health.Overruns = 1;

        Supervisor next = Start();
        Assert.That(next.Total(ResetLedger.FileFailures), Is.EqualTo(2));
        Assert.That(next.Total(ResetLedger.Overruns), Is.EqualTo(6));
        Assert.That(TraceRingTests.WordsOf(next.Trace), Does.Contain("overrun"));
    }

    [Test]
    public void FlashIsWrittenSeldom()
    {
        Supervisor node = Start();
        int atStart = _files.Writes;
        for (long nowMs = 0; nowMs < 24 * Hour; nowMs += 1000)
        {
            _health.Overruns++;
            node.Keep(nowMs, nowMs + 1, (int)(nowMs / 1000));
        }

        Assert.That(atStart, Is.EqualTo(1));
        Assert.That(_files.Writes - atStart, Is.LessThanOrEqualTo(24 + 144 + 2), "24 ledgers, 144 traces, healthy");
    }

    [Test]
    public void AQuietDayWritesNextToNothing()
    {
        Supervisor node = Start();
        int atStart = _files.Writes;
        Run(node, 24 * Hour);

        Assert.That(_files.Writes - atStart, Is.LessThanOrEqualTo(3));
    }

    [Test]
    public void FilesThatFailStopNothing()
    {
        _files.Fails = true;
        Supervisor node = Start();
        Run(node, Hour);
        node.Restart(ResetCause.Requested, Hour);

        Assert.That(_power.Restarts, Is.EqualTo(1));
        Assert.That(_health.FileFailures, Is.GreaterThan(3));
    }

    [Test]
    public void ADamagedLedgerStartsAnew()
    {
        byte[] good = new ResetLedger().Encode();
        for (int length = 0; length < good.Length; length++)
        {
            Assert.That(new ResetLedger().Decode(good[..length]), Is.False);
        }

        _files.Write(Supervisor.LedgerFile, [1, 2, 3]);
        Assert.That(Start().Ledger.Starts, Is.EqualTo(1));
    }

    [Test]
    public void ALedgerIsReadAsItWasWritten()
    {
        var ledger = new ResetLedger { PendingCause = 5, Mode = 1, UnhealthyStarts = 70_000, SettingsVersion = -1 };
        for (int cause = 0; cause < ResetCause.Count; cause++)
        {
            for (int count = 0; count <= cause; count++)
            {
                ledger.CountReboot(cause);
            }
        }

        ledger.SetTotal(ResetLedger.Dropped, 1_000_000);
        var read = new ResetLedger();
        Assert.That(read.Decode(ledger.Encode()), Is.True);
        Assert.That(read.Encode(), Is.EqualTo(ledger.Encode()));
        Assert.That((read.PendingCause, read.Mode, read.UnhealthyStarts, read.SettingsVersion), Is.EqualTo((5, 1, 70_000, -1)));
    }

    [Test]
    public void ACutAtAnyWriteLeavesAWorkingNode()
    {
        for (int cut = 1; cut < 8; cut++)
        {
            var files = new CountingFiles { CutAt = cut };
            try
            {
                Supervisor node = Make(files, "powerOn");
                Run(node, 2 * Supervisor.HealthyMs);
                node.Restart(ResetCause.Requested, 2 * Supervisor.HealthyMs);
            }
            catch (OperationCanceledException)
            {
                // The power is gone.
            }

            files.CutAt = 0;
            Supervisor next = Make(files, "powerOn");
            Assert.That(next.Mode, Is.EqualTo(NodeMode.Normal), $"cut at write {cut}");
            Assert.That(next.Ledger.Starts, Is.InRange(1, 2));
        }
    }

    private static void Run(Supervisor node, long untilMs, long fromMs = 0)
    {
        for (long nowMs = fromMs; nowMs <= untilMs; nowMs += 1000)
        {
            node.Keep(nowMs, 0, 0);
        }
    }

    private Supervisor Start(string cause = "powerOn") => Make(_files, cause);

    private Supervisor Make(IFiles files, string cause)
    {
        _power.Cause = cause;
        var supervisor = new Supervisor(files, _power, _health, Settings);
        supervisor.Start();
        return supervisor;
    }

    private void MakeHealthyWith(string settings)
    {
        Write(Settings, settings);
        Run(Start(), Supervisor.HealthyMs);
    }

    private Supervisor FallBack()
    {
        MakeHealthyWith("good");
        Supervisor node = Start();
        Write(Settings, "bad");
        node.SettingsHold(7, 1000);
        Start();
        Start();
        node = Start();
        Assume.That(node.Mode, Is.EqualTo(NodeMode.LastGood));
        return node;
    }

    private Supervisor MakeSafe()
    {
        for (int start = 1; start < Supervisor.StartsBeforeSafe; start++)
        {
            Start();
        }

        Supervisor node = Start();
        Assume.That(node.Mode, Is.EqualTo(NodeMode.Safe));
        return node;
    }

    private void Write(string name, string content) => _files.Write(name, Encoding.UTF8.GetBytes(content));

    private sealed class CountingFiles : IFiles
    {
        private readonly MemoryFiles _files = new();

        public int Writes { get; private set; }

        public bool Fails { get; set; }

        /// <summary>The power is cut before this write, counted from 1; 0 for never.</summary>
        public int CutAt { get; set; }

        public byte[] Read(string name) => Fails ? throw new IOException("no medium") : _files.Read(name)!;

        public void Write(string name, byte[] content)
        {
            Writes++;
            if (Fails)
            {
                throw new IOException("no medium");
            }

            if (CutAt > 0 && Writes >= CutAt)
            {
                return;
            }

            _files.Write(name, content);
        }

        public void Delete(string name) => _files.Delete(name);

        public void Append(string name, byte[] bytes, int count)
        {
            if (Fails)
            {
                throw new IOException("no medium");
            }

            _files.Append(name, bytes, count);
        }

        public int ReadAt(string name, int position, byte[] buffer, int count) => _files.ReadAt(name, position, buffer, count);

        public int Length(string name) => _files.Length(name);

        public string[] List() => _files.List();
    }
}
