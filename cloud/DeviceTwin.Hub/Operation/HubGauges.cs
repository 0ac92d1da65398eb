using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Options;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Operation;

/// <summary>What is looked up when somebody asks, and what the fleet's events tell.</summary>
internal sealed class HubGauges : IDisposable
{
    private static readonly string[] Files = ["hub.db", "hub.db-wal"];
    private readonly ConcurrentDictionary<string, (long Version, DateTimeOffset At)> owed = new(StringComparer.Ordinal);
    private readonly HubMetrics metrics;
    private readonly IDisposable subscription;

    public HubGauges(HubMetrics metrics, IFleet fleet, HubPhase phase, ICertificateDates certificates, OperationOptions options, TimeProvider time)
    {
        this.metrics = metrics;
        var meter = metrics.Meter;
        Gauge("devicetwin_connections", "Devices that are connected.", () => fleet.Statistics.Connected);
        Gauge("devicetwin_devices", "Devices in the registry.", () => fleet.Statistics.Total);
        Gauge("devicetwin_started", "1 while the hub listens and is not stopping.", () => phase.IsStarted && !phase.IsDraining ? 1 : 0);
        meter.CreateObservableGauge("devicetwin_database_size_bytes", () => Files.Select(file => Labelled(Size(options.DataFolder, file), "file", file)), description: "The database and its log on the disk.");
        Gauge("devicetwin_disk_free_bytes", "Free space where the data folder lies.", () => options.FreeBytes(options.DataFolder) ?? 0);
        meter.CreateObservableGauge(
            "devicetwin_certificate_remaining_seconds",
            () => certificates.Read().Select(date => Labelled(Math.Round((date.NotAfter - time.GetUtcNow()).TotalSeconds), "certificate", date.Name)),
            description: "Until a certificate ends; below zero it has.");
        Gauge("devicetwin_memory_managed_bytes", "Memory that managed objects take.", () => GC.GetTotalMemory(forceFullCollection: false));
        Gauge("devicetwin_memory_resident_bytes", "Memory that the process takes.", () => Environment.WorkingSet);
        Gauge("devicetwin_threads", "Threads of the process's pool.", () => ThreadPool.ThreadCount);
        meter.CreateObservableCounter(
            "devicetwin_gc_collections_total",
            () => Enumerable.Range(0, GC.MaxGeneration + 1).Select(generation => Labelled(GC.CollectionCount(generation), "generation", generation.ToString(System.Globalization.CultureInfo.InvariantCulture))),
            description: "Garbage collections by generation.");
        meter.CreateObservableCounter("devicetwin_gc_pause_seconds_total", () => GC.GetTotalPauseDuration().TotalSeconds, description: "Time for which everything stood still for the garbage collector.");
        meter.CreateObservableCounter("devicetwin_cpu_seconds_total", () => Environment.CpuUsage.TotalTime.TotalSeconds, description: "Processor time of the process.");
        meter.CreateObservableGauge("devicetwin_build_info", () => Labelled(1, "version", VersionText.Current), description: "The version; always 1.");
        subscription = fleet.Subscribe(Take, modules: true);

        void Gauge(string name, string sentence, Func<double> read) => meter.CreateObservableGauge(name, read, description: sentence);
    }

    public void Dispose() => subscription.Dispose();

    private void Take(FleetEvent happened)
    {
        switch (happened)
        {
            case FleetEvent.TelemetryReceived { Message: var message }:
                metrics.Stored(message.Kind);
                break;
            case FleetEvent.ReportedChanged:
                metrics.TwinChanged("reported");
                break;
            case FleetEvent.TagsChanged:
                metrics.TwinChanged("tags");
                break;
            case FleetEvent.DesiredChanged desired:
                metrics.TwinChanged("desired");
                owed[desired.DeviceId] = (desired.Version, desired.At);
                break;
            case FleetEvent.ConvergenceChanged { State: ConvergenceState.InSync } inSync when owed.TryRemove(inSync.DeviceId, out var change):
                metrics.DesiredInSync(inSync.At - change.At);
                break;
            case FleetEvent.IdentityDeleted:
                owed.TryRemove(happened.DeviceId, out _);
                break;
        }
    }

    private static Measurement<double> Labelled(double value, string label, string text) => new(value, new KeyValuePair<string, object?>(label, text));

    private static double Size(string folder, string file) => new FileInfo(Path.Combine(folder, file)) is { Exists: true } found ? found.Length : 0;
}
