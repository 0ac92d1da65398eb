using System.Collections.Concurrent;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Waveforms;

namespace DeviceTwin.Hub.Waveforms;

/// <summary>
/// Makes files of whole uploads and removes what is too old or too much, one thing after the other. The order of the steps decides what a crash
/// leaves: a file is on the disk before its row is committed, and a row is gone before its file is; so a file may be without a row
/// for a while, never a row without its file.
/// </summary>
internal sealed class WaveformKeeper(
    IHubStore store, WaveformFiles files, IAlarmWaveforms alarms, WaveformOptions options, TimeProvider time, ILogger<WaveformKeeper> logger)
    : IHostedService, IAsyncDisposable
{
    private const int Shown = 8;

    private readonly SemaphoreSlim turn = new(1);
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentDictionary<string, IReadOnlyList<StoredWaveform>> latest = new(StringComparer.Ordinal);
    private ITimer? timer;
    private int holds;
    private int disposed;

    public WaveformOptions Options => options;

    /// <summary>The last waveforms of a device, newest first.</summary>
    public IReadOnlyList<StoredWaveform> Latest(string deviceId) => latest.GetOrAdd(deviceId, id => store.ReadWaveforms(id, null, null, Shown));

    /// <summary>Waveforms of a device have changed.</summary>
    public void Changed(string deviceId) => latest.TryRemove(deviceId, out _);

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        timer = time.CreateTimer(_ => _ = Sweep(), null, TimeSpan.Zero, options.SweepPeriod);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken) => await DisposeAsync();

    /// <summary>Compares the hash of a whole upload and keeps it, or throws it away. Nothing happens where it is not whole.</summary>
    public async Task Verify(string deviceId, string sha256)
    {
        if (!await Begin())
        {
            return;
        }

        try
        {
            await Finish(deviceId, sha256);
        }
        catch (Exception e) when (e is StorageException or IOException or UnauthorizedAccessException)
        {
            // The chunks stay in the database: nothing is lost, and the next sweep tries again.
            WaveformLog.NotKept(logger, deviceId, sha256, e.Message);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Looks for what is too old or too much, for whole uploads that were left over, and for files without rows.</summary>
    public async Task Sweep()
    {
        if (!await Begin())
        {
            return;
        }

        try
        {
            await SweepUploads();
            await SweepWaveforms();
            await SweepFiles();
        }
        catch (Exception e) when (e is StorageException or IOException or UnauthorizedAccessException)
        {
            WaveformLog.SweepFailed(logger, e.Message);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Reads a content. A file that is lost or damaged is marked, so that its node may send it again.</summary>
    /// <returns>Null where it is lost or damaged.</returns>
    public async Task<byte[]?> Read(StoredWaveform waveform)
    {
        var content = files.Read(waveform.Head.Sha256, waveform.Head.Facts.Length);
        if (content is null && !waveform.Damaged && store.FindWaveforms(waveform.Head.Sha256).Count > 0)
        {
            await MarkDamaged(waveform.Head.Sha256);
        }

        return content;
    }

    /// <summary>While the result is held no file is removed; those that should have been go with a later sweep.</summary>
    public async Task<IDisposable> Hold(CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        Interlocked.Increment(ref holds);
        turn.Release();
        return new Held(this);
    }

    /// <summary>Ends the timer and waits for what is being done.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0)
        {
            timer?.Dispose();
            await stop.CancelAsync();
            await turn.WaitAsync();
            turn.Release();
        }
    }

    /// <summary>Waits for its turn; false where the hub is stopping.</summary>
    private async Task<bool> Begin()
    {
        try
        {
            // Callers come from the store's thread.
            await Task.Yield();
            await turn.WaitAsync(stop.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task Finish(string deviceId, string sha256)
    {
        if (store.ReadWholeUpload(deviceId, sha256) is not var (upload, content))
        {
            return;
        }

        var now = time.GetUtcNow();
        if (WaveformFiles.HashOf(content) != sha256)
        {
            await Discard(upload, DiscardReason.HashDiffers, now);
            return;
        }

        var fresh = new StoredWaveform(upload.Head, upload.ReceivedAt, 0, false);
        var others = OldestFirst(deviceId).Where(waveform => waveform.Head.Sha256 != sha256).ToArray();
        StoredWaveform[] all = [.. others, fresh];
        var kept = WaveformRetention.Kept(all, alarms.Of(deviceId), options.Neighbours);
        var surplus = WaveformRetention.Surplus(all, kept, now, options).Where(waveform => waveform.Head.Sha256 != sha256).ToArray();
        if (!WaveformRetention.IsWithinQuota([.. all.Except(surplus)], options))
        {
            await Discard(upload, DiscardReason.QuotaExceeded, now);
            return;
        }

        var storedBytes = files.Write(sha256, content);
        await store.Write([new WaveformChange.Complete(upload, storedBytes), .. surplus.Select(Removal)]);
        WaveformLog.Completed(logger, deviceId, sha256, content.Length, storedBytes);
        Clear(surplus);
        Changed(deviceId);

        // The device may have been deleted in the meantime.
        DeleteUnnamed(sha256);
    }

    private async Task SweepUploads()
    {
        var now = time.GetUtcNow();
        foreach (var upload in store.ReadUploads())
        {
            if (upload.IsWhole)
            {
                await Finish(upload.Head.DeviceId, upload.Head.Sha256);
            }
            else if (now - upload.TouchedAt > options.UploadPatience)
            {
                await Discard(upload, DiscardReason.Expired, now);
            }
        }

        await store.Write([new WaveformChange.ForgetDiscards(now - options.DiscardsKept)]);
    }

    private async Task SweepWaveforms()
    {
        var now = time.GetUtcNow();
        var rest = new List<(StoredWaveform, bool)>();
        foreach (var deviceId in store.ReadWaveformDevices())
        {
            var all = OldestFirst(deviceId);
            var kept = WaveformRetention.Kept(all, alarms.Of(deviceId), options.Neighbours);
            var surplus = WaveformRetention.Surplus(all, kept, now, options);
            await Remove(surplus);
            rest.AddRange(all.Except(surplus).Select(waveform => (waveform, kept.Contains(waveform.Head.Sha256))));
        }

        await Remove(WaveformRetention.SurplusOfAll(rest, options.MostStoredBytes));
    }

    private async Task SweepFiles()
    {
        await store.Write([new WaveformChange.ForgetContents()]);
        if (Volatile.Read(ref holds) > 0)
        {
            return;
        }

        var contents = store.ReadWaveformContents();
        var (removed, missing) = files.Tidy(contents.Keys);
        if (removed > 0)
        {
            WaveformLog.OrphansRemoved(logger, removed);
        }

        foreach (var sha256 in missing.Where(sha256 => !contents[sha256]))
        {
            await MarkDamaged(sha256);
        }
    }

    private async Task Remove(IReadOnlyList<StoredWaveform> surplus)
    {
        if (surplus.Count > 0)
        {
            await store.Write([.. surplus.Select(Removal)]);
            Clear(surplus);
        }
    }

    /// <summary>Removes the files of waveforms whose rows are gone.</summary>
    private void Clear(IReadOnlyList<StoredWaveform> removed)
    {
        foreach (var waveform in removed)
        {
            WaveformLog.Removed(logger, waveform.Head.DeviceId, waveform.Head.Sha256);
            Changed(waveform.Head.DeviceId);
            DeleteUnnamed(waveform.Head.Sha256);
        }
    }

    private void DeleteUnnamed(string sha256)
    {
        if (Volatile.Read(ref holds) == 0 && store.FindWaveforms(sha256).Count == 0)
        {
            files.Delete(sha256);
        }
    }

    private async Task Discard(WaveformUpload upload, DiscardReason reason, DateTimeOffset now)
    {
        await store.Write([new WaveformChange.Discard(upload.Head.DeviceId, upload.Head.Sha256, reason, now)]);
        WaveformLog.Discarded(logger, upload.Head.DeviceId, upload.Head.Sha256, reason);
    }

    private async Task MarkDamaged(string sha256)
    {
        WaveformLog.FileDamaged(logger, sha256);
        await store.Write([new WaveformChange.MarkDamaged(sha256)]);
        latest.Clear();
    }

    private IReadOnlyList<StoredWaveform> OldestFirst(string deviceId) => [.. store.ReadWaveforms(deviceId, null, null, int.MaxValue).Reverse()];

    private static WaveformChange.Remove Removal(StoredWaveform waveform) => new(waveform.Head.DeviceId, waveform.Head.Sha256);

    private sealed class Held(WaveformKeeper keeper) : IDisposable
    {
        private int disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref disposed, 1) == 0)
            {
                Interlocked.Decrement(ref keeper.holds);
            }
        }
    }
}
