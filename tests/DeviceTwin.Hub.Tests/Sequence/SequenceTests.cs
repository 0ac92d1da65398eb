using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using DeviceTwin.Hub;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Sequence;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Sqlite;
using DeviceTwin.Tests.Hub.Fleet;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DeviceTwin.Tests.Hub.Sequence;

/// <summary>A message that comes twice is confirmed twice and kept once, whatever happens in between.</summary>
public sealed class SequenceTests
{
    [Test]
    public async Task A_repeat_is_confirmed_and_neither_kept_nor_counted_nor_told()
    {
        using var scene = await Scene.Start();
        await scene.Send("b1", 1);
        await scene.Send("b1", 2);
        await scene.Send("b1", 1);
        await scene.Send("b1", 2);
        Assert.That(scene.Stored(), Is.EqualTo(new[] { "b1:1", "b1:2" }));
        Assert.That(scene.Fleet.Totals.Telemetry, Is.EqualTo(2));
        Assert.That(scene.Told, Is.EqualTo(new[] { "b1:1", "b1:2" }));
        Assert.That(scene.Sequence.Totals.Repeats, Is.EqualTo(2));
        Assert.That(scene.Sequence.Find("a").Single().Repeats, Is.EqualTo(2));
    }

    [Test]
    public async Task What_was_kept_is_known_after_a_restart()
    {
        using var scene = await Scene.Start();
        await scene.Send("b1", 1);
        await scene.Send("b1", 4);
        scene.Restart();
        await scene.Send("b1", 4);
        await scene.Send("b1", 2);
        Assert.That(scene.Stored(), Is.EqualTo(new[] { "b1:1", "b1:4", "b1:2" }));
        Assert.That(scene.Sequence.Totals, Is.EqualTo(new SequenceTotals(Repeats: 1, Missed: 2, Filled: 1, GivenUp: 0, Unsure: 0, Malformed: 0)));
        Assert.That(scene.Sequence.Find("a").Single().Gaps().Select(gap => (gap.First, gap.Last)), Is.EqualTo(new[] { (3L, 3L) }));
    }

    [Test]
    public async Task A_number_of_another_boot_or_device_is_another_message()
    {
        using var scene = await Scene.Start();
        await scene.Register("other");
        await scene.Send("b1", 1);
        await scene.Send("b2", 1);
        await scene.Send("b1", 1, "other");
        Assert.That(scene.Stored(), Is.EqualTo(new[] { "b1:1", "b2:1" }));
        Assert.That(scene.Stored("other"), Is.EqualTo(new[] { "b1:1" }));
    }

    [Test]
    public async Task A_message_whose_commit_failed_is_new_when_it_comes_again()
    {
        var store = new ManualStore();
        using var scene = await Scene.Start(store);
        store.Immediate = false;
        var first = scene.Send("b1", 1);
        store.Fail();
        await Assert.ThrowsAsync<HubException>(() => first);
        store.Immediate = true;
        await scene.Send("b1", 1);
        Assert.That(scene.Stored(), Is.EqualTo(new[] { "b1:1" }));
        Assert.That(scene.Sequence.Totals.Repeats, Is.Zero);
    }

    [Test]
    public async Task A_repeat_of_a_message_under_way_is_not_confirmed_where_that_one_fails()
    {
        var store = new ManualStore();
        using var scene = await Scene.Start(store);
        store.Immediate = false;
        var first = scene.Send("b1", 1);
        var again = scene.Send("b1", 1);
        store.Fail();
        await Assert.ThrowsAsync<HubException>(() => first);
        await Assert.ThrowsAsync<HubException>(() => again, "else it would be lost");
        store.Immediate = true;
        await scene.Send("b1", 1);
        Assert.That(scene.Stored(), Is.EqualTo(new[] { "b1:1" }));
    }

    [Test]
    public async Task A_message_that_another_subject_refuses_is_new_when_it_comes_again()
    {
        using var scene = await Scene.Start();
        await scene.Send("b1", 1);
        scene.Refuse = true;
        await Assert.ThrowsAsync<HubException>(() => scene.Send("b1", 2));
        await Assert.ThrowsAsync<HubException>(() => scene.Send("b1", 9));
        scene.Refuse = false;
        await scene.Send("b1", 2);
        Assert.That(scene.Stored(), Is.EqualTo(new[] { "b1:1", "b1:2" }));
        Assert.That(scene.Sequence.Find("a").Single().Missing, Is.Zero);
    }

    [TestCase(null, null)]
    [TestCase("", "1")]
    [TestCase("b", null)]
    [TestCase(null, "1")]
    [TestCase("b", "0")]
    [TestCase("b", "-1")]
    [TestCase("b", "1.0")]
    [TestCase("b", " 1")]
    [TestCase("b", "")]
    [TestCase("b", "9007199254740992")]
    [TestCase("b", "99999999999999999999")]
    [TestCase("b b", "1")]
    [TestCase("ä", "1")]
    public async Task Messages_that_give_no_proper_number_are_all_kept(string? boot, string? number)
    {
        using var scene = await Scene.Start();
        var properties = new Dictionary<string, string?>();
        if (boot is not null)
        {
            properties["bootId"] = boot;
        }

        if (number is not null)
        {
            properties["seq"] = number;
        }

        var foreign = boot is null && number is null;
        for (var time = 0; time < 3; time++)
        {
            await scene.Send(properties);
        }

        Assert.That(scene.Stored(), Has.Length.EqualTo(3));
        Assert.That(scene.Sequence.Totals.Malformed, Is.EqualTo(foreign ? 0 : 3));
        Assert.That(scene.Sequence.Find("a"), Is.Empty);
        Assert.That(scene.Log.Count(line => line.Id == 4200), Is.EqualTo(foreign ? 0 : 1), "said once");
    }

    [Test]
    public async Task Of_a_device_that_gives_no_numbers_nothing_is_written_beside_the_message()
    {
        var store = new ManualStore();
        using var scene = await Scene.Start(store);
        store.Committed.Clear();
        await scene.Send(new Dictionary<string, string?> { ["kind"] = "x" });
        Assert.That(store.Committed.Select(change => change.GetType()), Is.EqualTo(new[] { typeof(StoreChange.AppendTelemetry), typeof(StoreChange.Count) }));
    }

    [Test]
    public async Task Old_boots_are_forgotten_and_their_gaps_given_up()
    {
        using var scene = await Scene.Start();
        await scene.Send("b0", 3);
        for (var boot = 1; boot <= SequenceSubject.BootsKept; boot++)
        {
            Assert.That(scene.Sequence.Totals.GivenUp, Is.Zero);
            await scene.Send($"b{boot}", 1);
        }

        Assert.That(scene.Sequence.Totals.GivenUp, Is.EqualTo(2));
        Assert.That(scene.Sequence.Find("a").Select(window => window.BootId), Is.EqualTo(new[] { "b1", "b2", "b3", "b4" }));
        scene.Restart();
        Assert.That(scene.Sequence.Find("a").Select(window => window.BootId), Is.EquivalentTo(new[] { "b1", "b2", "b3", "b4" }));
        await scene.Send("b2", 1);
        Assert.That(scene.Sequence.Find("a")[^1].BootId, Is.EqualTo("b2"), "the boot heard of last is forgotten last");
    }

    [Test]
    public async Task A_device_made_anew_begins_anew()
    {
        using var scene = await Scene.Start();
        await scene.Send("b1", 1);
        await scene.Fleet.DeleteIdentity("a", "*", "test", CancellationToken.None);
        await scene.Register("a");
        await scene.Send("b1", 1);
        Assert.That(scene.Stored(), Is.EqualTo(new[] { "b1:1" }));
        Assert.That(scene.Sequence.Find("a").Single().Received, Is.EqualTo(1));
    }

    [Test]
    public async Task Whatever_fails_and_however_often_it_is_sent_what_is_confirmed_is_there_once([Range(1, 30)] int seed)
    {
        var random = new Random(seed);
        var store = new ManualStore();
        var scene = await Scene.Start(store, windowRanges: random.Next(12, 64));
        store.Immediate = false;
        var pending = new List<(string Message, Task Sent)>();
        var confirmed = new HashSet<string>();
        var next = new long[3];
        for (var step = 0; step < 400; step++)
        {
            switch (random.Next(10))
            {
                case < 5:
                    // A node sends its newest messages, in any order, and those that it does not know to be confirmed again.
                    var boot = random.Next(3);
                    var number = Math.Max(1, ++next[boot] - random.Next(8));
                    pending.Add(($"b{boot}:{number}", scene.Send($"b{boot}", number)));
                    break;
                case < 8:
                    store.Commit(random.Next(1, 6));
                    break;
                case 8 when store.Waiting > 0:
                    store.Fail();
                    break;
                default:
                    if (random.Next(6) == 0)
                    {
                        // What waits is lost with the process.
                        await Settle();
                        store.Forget();
                        pending.Clear();
                        scene.Restart();
                    }

                    break;
            }

            await Settle();
        }

        store.Commit();
        await Settle();
        Assert.That(scene.Stored(), Is.Unique.And.SupersetOf(confirmed));
        Assert.That(scene.Stored().Length, Is.EqualTo(scene.Sequence.Find("a").Sum(window => window.Received)));
        scene.Dispose();

        async Task Settle()
        {
            foreach (var (message, sent) in pending.Where(entry => entry.Sent.IsCompleted).ToArray())
            {
                try
                {
                    await sent;
                    confirmed.Add(message);
                }
                catch (HubException)
                {
                    // The node sends it again, or not.
                }
            }

            pending.RemoveAll(entry => entry.Sent.IsCompleted);
        }
    }

    /// <summary>A fleet with one device, the numbers of its messages, and a subject behind them that may refuse.</summary>
    private sealed class Scene : IDisposable
    {
        private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("devicetwin-sequence-");
        private readonly ManualStore? manual;
        private readonly int windowRanges;
        private ServiceProvider services;

        private Scene(ManualStore? manual, int windowRanges)
        {
            this.manual = manual;
            this.windowRanges = windowRanges;
            services = Build();
        }

        public IFleet Fleet => services.GetRequiredService<IFleet>();

        public SequenceSubject Sequence => services.GetRequiredService<SequenceSubject>();

        public ConcurrentQueue<string> Told { get; } = [];

        public ConcurrentQueue<EventId> Log { get; } = [];

        public bool Refuse { get; set; }

        public static async Task<Scene> Start(ManualStore? store = null, int windowRanges = 64)
        {
            var scene = new Scene(store, windowRanges);
            await scene.Register("a");
            return scene;
        }

        public void Restart()
        {
            services.Dispose();
            services = Build();
            if (manual is not null)
            {
                Register("a").Wait();
            }
        }

        public Task Register(string deviceId)
        {
            var immediate = manual?.Immediate;
            if (manual is not null)
            {
                manual.Immediate = true;
            }

            var registered = Fleet.PutIdentity(new DeviceIdentity(deviceId, "", "", true, "", "", default), null, "test", CancellationToken.None);
            if (manual is not null)
            {
                manual.Immediate = immediate!.Value;
            }

            return registered;
        }

        public Task Send(string bootId, long number, string deviceId = "a") => Send(
            new Dictionary<string, string?> { ["bootId"] = bootId, ["seq"] = number.ToString(CultureInfo.InvariantCulture) }, deviceId);

        public Task Send(Dictionary<string, string?> properties, string deviceId = "a") => Fleet.AppendTelemetry(
            new TelemetryMessage(deviceId, DateTimeOffset.UnixEpoch, properties, Encoding.UTF8.GetBytes("{}")), CancellationToken.None);

        /// <summary>What is durable, in the order in which it came.</summary>
        public string[] Stored(string deviceId = "a") =>
        [
            .. (manual is null
                ? Fleet.ReadTelemetry(deviceId, null, 1000).Reverse()
                : manual.Committed.OfType<StoreChange.AppendTelemetry>().Select(append => append.Message).Where(message => message.DeviceId == deviceId)).Select(Name),
        ];

        public void Dispose()
        {
            services.Dispose();
            folder.Delete(recursive: true);
        }

        private static string Name(TelemetryMessage message) => $"{message.Properties.GetValueOrDefault("bootId")}:{message.Properties.GetValueOrDefault("seq")}";

        private ServiceProvider Build()
        {
            var collection = new ServiceCollection();
            collection.AddLogging(logging => logging.AddProvider(new Watch(Log)));
            collection.AddFleet(new FleetOptions { Store = new SqliteStoreOptions { Path = Path.Combine(folder.FullName, "hub.db") } });
            if (manual is not null)
            {
                collection.AddSingleton<IHubStore>(manual);
            }

            collection.AddSequence();
            collection.AddSingleton(provider => new SequenceSubject(
                provider.GetRequiredService<IHubStore>(), provider.GetRequiredService<ILogger<SequenceSubject>>(), windowRanges));
            collection.AddSingleton<ITelemetrySubject>(new Refusing(this));
            var built = collection.BuildServiceProvider();
            built.GetRequiredService<IFleet>().Subscribe(happened =>
            {
                if (happened is FleetEvent.TelemetryReceived received)
                {
                    Told.Enqueue(Name(received.Message));
                }
            });
            return built;
        }

        private sealed class Refusing(Scene scene) : ITelemetrySubject
        {
            public TelemetryPart? Take(TelemetryMessage message) =>
                scene.Refuse ? throw new HubException(HubError.ArgumentInvalid, "Not this one.") : null;

            public void FallBack()
            {
            }
        }

        private sealed class Watch(ConcurrentQueue<EventId> lines) : ILoggerProvider, ILogger
        {
            public ILogger CreateLogger(string categoryName) => this;

            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
                lines.Enqueue(eventId);

            public void Dispose()
            {
            }
        }
    }
}
