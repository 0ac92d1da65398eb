using System.Globalization;
using DeviceTwin.Hub.Access;
using DeviceTwin.Hub.Gateway;
using DeviceTwin.Storage;

namespace DeviceTwin.Hub.Operation;

/// <summary>One thing that must be so for the hub to do its work.</summary>
/// <param name="Problem">What is wrong and what to do about it; null where nothing is.</param>
internal sealed record ReadinessCheck(string Name, string? Problem);

/// <summary>
/// Whether the hub can do its work now: found out by doing it. The store commits a probe, the gateway listens, certificates are valid, there is
/// room on the disk, and the process neither starts nor stops.
/// </summary>
internal sealed class Readiness(
    HubPhase phase, IStoreWriter store, GatewayEndpoint gateway, ICertificateDates certificates, OperationOptions options, TimeProvider time, ILogger<Readiness> logger)
{
    private const string Counter = "readinessProbes";
    private readonly SemaphoreSlim probing = new(1, 1);
    private (DateTimeOffset At, ReadinessCheck[] Checks)? last;
    private bool? said;

    /// <summary>Every check; ready is who has no problem.</summary>
    public async Task<IReadOnlyList<ReadinessCheck>> Check()
    {
        // The phase is never answered from memory.
        await probing.WaitAsync();
        try
        {
            if (last is not { } known || time.GetUtcNow() - known.At >= options.ProbeEvery)
            {
                last = known = (time.GetUtcNow(), [await CheckStore(), CheckDisk(), CheckCertificates()]);
            }

            ReadinessCheck[] checks = [CheckPhase(), CheckGateway(), .. known.Checks];
            Say(checks);
            return checks;
        }
        finally
        {
            probing.Release();
        }
    }

    private ReadinessCheck CheckPhase() => new("phase", phase.IsDraining ? "The hub is stopping." : phase.IsStarted ? null : "The hub is starting.");

    private ReadinessCheck CheckGateway() =>
        new("mqtt", phase.IsStarted && gateway.Port > 0 ? null : "The gateway does not listen.");

    private async Task<ReadinessCheck> CheckStore()
    {
        try
        {
            await store.Write([new StoreChange.Count(Counter, 1)]).WaitAsync(options.CommitBound, time);
            return new ReadinessCheck("store", null);
        }
        catch (TimeoutException)
        {
            return new ReadinessCheck("store", string.Create(
                CultureInfo.InvariantCulture, $"A commit took more than {options.CommitBound.TotalSeconds:0.#} s: the disk is slow or hangs."));
        }
        catch (StorageException failure)
        {
            return new ReadinessCheck("store", $"[{(int)failure.Error}] {failure.Message}");
        }
    }

    private ReadinessCheck CheckDisk() => new("disk", options.FreeBytes(options.DataFolder) switch
    {
        null => $"The free space of {options.DataFolder} cannot be read.",
        { } free when free < options.LeastFreeBytes => $"{free >> 20} MiB are free in {options.DataFolder}, {options.LeastFreeBytes >> 20} are needed. Free space.",
        _ => null,
    });

    private ReadinessCheck CheckCertificates()
    {
        var now = time.GetUtcNow();
        var over = certificates.Read().Where(certificate => certificate.NotAfter <= now).ToArray();
        return new ReadinessCheck("certificates", over.Length == 0 ? null
            : $"The {over[0].Name} certificate ended on {over[0].NotAfter.UtcDateTime:yyyy-MM-dd}. Renew it; is the clock right?");
    }

    private void Say(ReadinessCheck[] checks)
    {
        var ready = Array.TrueForAll(checks, check => check.Problem is null);
        if (said == ready)
        {
            return;
        }

        said = ready;
        if (ready)
        {
            logger.Ready();
        }
        else
        {
            logger.NotReady(string.Join(' ', checks.Select(check => check.Problem).OfType<string>()));
        }
    }
}
