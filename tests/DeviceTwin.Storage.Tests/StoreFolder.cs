using DeviceTwin.Storage;
using DeviceTwin.Storage.Sqlite;
using DeviceTwin.Twins;

namespace DeviceTwin.Tests.Storage;

/// <summary>A folder with a database, gone after the test, and records to put into it.</summary>
internal sealed class StoreFolder : IDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("devicetwin-store-");

    public string DatabasePath => InFolder("hub.db");

    public string InFolder(string name) => Path.Combine(folder.FullName, name);

    public SqliteHubStore Open() => Open(new SqliteStoreOptions { Path = DatabasePath });

    public SqliteHubStore Open(SqliteStoreOptions options) => SqliteHubStore.Open(options);

    /// <summary>The files as a process that ends now would leave them behind, opened as another database.</summary>
    public SqliteHubStore OpenAsAfterACrash()
    {
        foreach (var suffix in new[] { "", "-wal" })
        {
            // File.Copy would wait for nobody, but asks for a lock that the open store holds.
            using var from = new FileStream(DatabasePath + suffix, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var to = new FileStream(InFolder("crashed.db") + suffix, FileMode.Create);
            from.CopyTo(to);
        }

        return Open(new SqliteStoreOptions { Path = InFolder("crashed.db") });
    }

    public static DeviceIdentity Identity(string deviceId) =>
        new(deviceId, "g1", ETags.First, true, "cHJpbWFyeS1rZXktMTIzNA==", "c2Vjb25kYXJ5LWtleS0xMg==", Start);

    public static TwinDocument Twin(string deviceId) => TwinDocument.Create(deviceId, Start);

    public static TelemetryMessage Message(string deviceId, string? kind, int number) => new(
        deviceId,
        Start.AddSeconds(number),
        kind is null ? new Dictionary<string, string?>() : new Dictionary<string, string?> { ["kind"] = kind, ["$.ct"] = "application/json", ["flag"] = null },
        System.Text.Encoding.UTF8.GetBytes($"{{\"seq\":{number}}}"));

    /// <summary>Sends messages 1 to n and waits for all.</summary>
    public static Task Send(IStoreWriter store, string deviceId, string? kind, int count, int from = 1) => Task.WhenAll(
        Enumerable.Range(from, count).Select(number => store.Write([new StoreChange.AppendTelemetry(Message(deviceId, kind, number))])));

    public static int[] Numbers(IEnumerable<TelemetryMessage> messages) =>
        [.. messages.Select(message => (int)(message.EnqueuedAt - Start).TotalSeconds)];

    /// <summary>
    /// Keeps the writer busy in the callback of a first write until the result is called, so that everything written meanwhile waits
    /// together.
    /// </summary>
    public static async Task<Action> Hold(IStoreWriter store)
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new ManualResetEventSlim();
        _ = store.Write([new StoreChange.Count("held", 1)], () =>
        {
            entered.SetResult();
            release.Wait();
        });
        await entered.Task;
        return release.Set;
    }

    public void Dispose() => folder.Delete(recursive: true);
}
