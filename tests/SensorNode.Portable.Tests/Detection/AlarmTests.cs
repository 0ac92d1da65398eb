using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Tests.SensorNode.Portable.Detection;

/// <summary>The states of one alarm: the whole table, the delays at their boundaries, and what no walk through it may do.</summary>
public sealed class AlarmTests
{
    private const int Trip = 30;
    private const int Reset = 60;

    private static readonly (int Event, string Word)[] Levels =
    [
        (AlarmEvent.Withdrawn, "withdrawn"), (AlarmEvent.Below, "below"), (AlarmEvent.Between, "between"), (AlarmEvent.Above, "above"),
        (AlarmEvent.Held, "held"),
    ];

    // Every state and event, written down a second time by hand: what the firmware's table has to say.
    [TestCase("normal", "withdrawn", "normal")]
    [TestCase("normal", "below", "normal")]
    [TestCase("normal", "between", "normal")]
    [TestCase("normal", "above", "pending")]
    [TestCase("normal", "held", "normal")]
    [TestCase("normal", "tripDelayOver", "normal")]
    [TestCase("normal", "resetDelayOver", "normal")]
    [TestCase("normal", "acknowledge", "normal")]
    [TestCase("pending", "withdrawn", "normal")]
    [TestCase("pending", "below", "normal")]
    [TestCase("pending", "between", "normal")]
    [TestCase("pending", "above", "pending")]
    [TestCase("pending", "held", "normal")]
    [TestCase("pending", "tripDelayOver", "raised")]
    [TestCase("pending", "resetDelayOver", "pending")]
    [TestCase("pending", "acknowledge", "pending")]
    [TestCase("raised", "withdrawn", "normal")]
    [TestCase("raised", "below", "resetting")]
    [TestCase("raised", "between", "raised")]
    [TestCase("raised", "above", "raised")]
    [TestCase("raised", "held", "raised")]
    [TestCase("raised", "tripDelayOver", "raised")]
    [TestCase("raised", "resetDelayOver", "raised")]
    [TestCase("raised", "acknowledge", "acknowledged")]
    [TestCase("acknowledged", "withdrawn", "normal")]
    [TestCase("acknowledged", "below", "resettingAcknowledged")]
    [TestCase("acknowledged", "between", "acknowledged")]
    [TestCase("acknowledged", "above", "acknowledged")]
    [TestCase("acknowledged", "held", "acknowledged")]
    [TestCase("acknowledged", "tripDelayOver", "acknowledged")]
    [TestCase("acknowledged", "resetDelayOver", "acknowledged")]
    [TestCase("acknowledged", "acknowledge", "acknowledged")]
    [TestCase("resetting", "withdrawn", "normal")]
    [TestCase("resetting", "below", "resetting")]
    [TestCase("resetting", "between", "raised")]
    [TestCase("resetting", "above", "raised")]
    [TestCase("resetting", "held", "raised")]
    [TestCase("resetting", "tripDelayOver", "resetting")]
    [TestCase("resetting", "resetDelayOver", "normal")]
    [TestCase("resetting", "acknowledge", "resettingAcknowledged")]
    [TestCase("resettingAcknowledged", "withdrawn", "normal")]
    [TestCase("resettingAcknowledged", "below", "resettingAcknowledged")]
    [TestCase("resettingAcknowledged", "between", "acknowledged")]
    [TestCase("resettingAcknowledged", "above", "acknowledged")]
    [TestCase("resettingAcknowledged", "held", "acknowledged")]
    [TestCase("resettingAcknowledged", "tripDelayOver", "resettingAcknowledged")]
    [TestCase("resettingAcknowledged", "resetDelayOver", "normal")]
    [TestCase("resettingAcknowledged", "acknowledge", "resettingAcknowledged")]
    public void What_follows(string state, string alarmEvent, string next)
    {
        Assert.That(AlarmState.Word(Alarm.Next(StateOf(state), EventOf(alarmEvent))), Is.EqualTo(next));
    }

    [Test]
    public void The_table_above_is_whole()
    {
        int cases = typeof(AlarmTests).GetMethod(nameof(What_follows))!.GetCustomAttributes(typeof(TestCaseAttribute), false).Length;

        Assert.That(cases, Is.EqualTo(AlarmState.Count * AlarmEvent.Count));
    }

    [TestCase(29.999, "pending")]
    [TestCase(30, "raised")]
    public void It_is_raised_when_the_trip_delay_is_over(double seconds, string expected)
    {
        var run = new Run();
        run.At(0, AlarmEvent.Above);

        Assert.That(run.At(seconds, AlarmEvent.Above), Is.EqualTo(expected));
    }

    [TestCase(159.999, "resetting")]
    [TestCase(160, "normal")]
    public void It_ends_when_the_reset_delay_is_over(double seconds, string expected)
    {
        var run = new Run();
        run.Raise(0);
        run.At(100, AlarmEvent.Below);

        Assert.That(run.At(seconds, AlarmEvent.Below), Is.EqualTo(expected));
    }

    [Test]
    public void Without_delays_it_follows_the_level_at_once()
    {
        var alarm = new Alarm();
        alarm.Step(AlarmEvent.Above, 0, 0, 0);
        Assert.That(alarm.State, Is.EqualTo(AlarmState.Raised));
        alarm.Step(AlarmEvent.Below, 0, 0, 0);
        Assert.That(alarm.State, Is.EqualTo(AlarmState.Normal));
    }

    [Test]
    public void An_acknowledgement_neither_ends_it_nor_restarts_a_delay()
    {
        var run = new Run();
        run.Raise(0);
        run.At(100, AlarmEvent.Below);
        run.Acknowledge();

        Assert.That(run.At(159, AlarmEvent.Below), Is.EqualTo("resettingAcknowledged"));
        Assert.That(run.At(160, AlarmEvent.Below), Is.EqualTo("normal"));
    }

    [Test]
    public void A_new_alarm_wants_a_new_acknowledgement()
    {
        var run = new Run();
        run.Raise(0);
        run.Acknowledge();
        run.At(100, AlarmEvent.Below);
        run.At(160, AlarmEvent.Below);

        Assert.That(run.Raise(200), Is.EqualTo("raised"));
    }

    [Test]
    public void A_machine_that_stops_keeps_its_alarm_and_starts_its_delays_anew()
    {
        var run = new Run();
        run.At(0, AlarmEvent.Above);
        Assert.That(run.At(20, AlarmEvent.Held), Is.EqualTo("normal"));
        run.At(40, AlarmEvent.Above);
        Assert.That(run.At(69, AlarmEvent.Above), Is.EqualTo("pending"));
        Assert.That(run.At(70, AlarmEvent.Above), Is.EqualTo("raised"));
        Assert.That(run.At(100000, AlarmEvent.Held), Is.EqualTo("raised"));
    }

    [Test]
    public void A_clock_that_jumps_back_starts_a_delay_anew()
    {
        var run = new Run();
        run.At(1000, AlarmEvent.Above);
        Assert.That(run.At(10, AlarmEvent.Above), Is.EqualTo("pending"));
        Assert.That(run.At(39, AlarmEvent.Above), Is.EqualTo("pending"));
        Assert.That(run.At(40, AlarmEvent.Above), Is.EqualTo("raised"));
    }

    [TestCase(1, false)]
    [TestCase(2, false)]
    [TestCase(3, true)]
    [TestCase(4, true)]
    public void No_walk_flutters_or_loses_an_alarm(int seed, bool isClockWild)
    {
        var random = new Random(seed);
        var alarm = new Alarm();
        long now = 0;
        long aboveSince = -1;
        long lastRaise = long.MinValue / 2;
        int raises = 0;
        for (int i = 0; i < 15000; i++)
        {
            long before = now;
            now += isClockWild && random.Next(50) == 0 ? random.Next(-100000, 100000) : random.Next(0, 8000);
            int level = Levels[random.Next(20) == 0 ? random.Next(Levels.Length) : LevelOfRun(i)].Event;
            bool wasActive = alarm.IsActive;
            alarm.Step(level, now, Trip, Reset);
            if (random.Next(40) == 0)
            {
                alarm.Acknowledge();
            }

            if (now < before)
            {
                aboveSince = -1;
                lastRaise = long.MinValue / 2;
            }

            aboveSince = level != AlarmEvent.Above ? -1 : aboveSince < 0 ? now : aboveSince;
            if (alarm.Raises > raises)
            {
                Assert.That(alarm.Raises, Is.EqualTo(raises + 1));
                Assert.That(level, Is.EqualTo(AlarmEvent.Above), "nothing but a level above its limit raises");
                Assert.That(now - lastRaise, Is.GreaterThanOrEqualTo(Trip * 1000L), "at most one raise in a trip delay");
                raises = alarm.Raises;
                lastRaise = now;
            }

            if (level == AlarmEvent.Above && aboveSince >= 0 && now - aboveSince >= Trip * 1000L)
            {
                Assert.That(alarm.IsActive, Is.True, "above for the whole delay: raised");
            }

            if (wasActive && level is (AlarmEvent.Above or AlarmEvent.Between or AlarmEvent.Held))
            {
                Assert.That(alarm.IsActive, Is.True, "an alarm ends only below its reset level");
            }
        }

        Assert.That(raises, Is.GreaterThan(20), "the walk went through the table");

        // Levels come in runs, so that delays run out.
        int LevelOfRun(int step) => 1 + (step / 17 * 7 % 3);
    }

    private static int StateOf(string word) => Enumerable.Range(0, AlarmState.Count).Single(state => AlarmState.Word(state) == word);

    private static int EventOf(string word) => Enumerable.Range(0, AlarmEvent.Count).Single(one => AlarmEvent.Word(one) == word);

    private sealed class Run
    {
        private readonly Alarm _alarm = new();

        public string At(double seconds, int level)
        {
            _alarm.Step(level, (long)(seconds * 1000), Trip, Reset);
            return AlarmState.Word(_alarm.State);
        }

        public string Raise(double seconds)
        {
            At(seconds, AlarmEvent.Above);
            return At(seconds + Trip, AlarmEvent.Above);
        }

        public void Acknowledge() => _alarm.Acknowledge();
    }
}
