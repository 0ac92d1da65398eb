using System.Diagnostics.Metrics;
using DeviceTwin.Mqtt;
using DeviceTwin.Storage.Sqlite;

namespace DeviceTwin.Hub.Operation;

/// <summary>What the hub measures of itself. Names follow Prometheus' conventions: base units, <c>_total</c> for what only grows.</summary>
internal sealed class HubMetrics : IDisposable
{
    /// <summary>From a fast disk's commit to what a device takes for lost.</summary>
    private static readonly double[] ShortTimes = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
    private static readonly double[] LongTimes = [0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200, 43200];
    private static readonly string[] UnderWay = ["shadow", "canary", "wave"];
    private static readonly double[] Counts = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500];

    private readonly Counter<long> connectsRefused;
    private readonly Counter<long> httpRefused;
    private readonly Counter<long> signIns;
    private readonly Counter<long> received;
    private readonly Counter<long> sent;
    private readonly Counter<long> stored;
    private readonly Counter<long> twinChanges;
    private readonly Counter<long> errors;
    private readonly Counter<long> commitsFailed;
    private readonly Counter<long> gatesFailed;
    private readonly Counter<long> rollbacks;
    private readonly Counter<long> bridgePatches;
    private readonly Counter<long> bridgeTelemetry;
    private readonly Counter<long> bridgeErrors;
    private readonly Counter<long> jobDevices;
    private readonly Histogram<double> pubAck;
    private readonly Histogram<double> commitDuration;
    private readonly Histogram<double> commitChanges;
    private readonly Histogram<double> desiredInSync;
    private volatile int waiting;
    private volatile int jobsWaiting;
    private volatile int jobsRunning;
    private volatile IReadOnlyDictionary<string, int> underWay = new Dictionary<string, int>();

    public HubMetrics()
    {
        connectsRefused = Count("devicetwin_connects_refused_total", "CONNECT packets and connections that were turned away.");
        httpRefused = Count("devicetwin_http_connections_refused_total", "HTTP connections that were closed because too many were open.");
        signIns = Count("devicetwin_sign_ins_total", "Names with passwords that were tried, by what came of it: accepted, refused, or throttled unseen.");
        received = Count("devicetwin_messages_received_total", "MQTT messages from devices, by what their topic is for.");
        sent = Count("devicetwin_messages_sent_total", "MQTT messages to devices, by what their topic is for.");
        stored = Count("devicetwin_telemetry_stored_total", "Device-to-cloud messages made durable, by kind.");
        twinChanges = Count("devicetwin_twin_changes_total", "Durable changes of twins, by section.");
        errors = Count("devicetwin_errors_total", "Refusals and failures, by the six-digit code of the catalogue.");
        commitsFailed = Count("devicetwin_commits_failed_total", "Commits that were taken back; what they held was not acknowledged.");
        gatesFailed = Count("devicetwin_change_gates_failed_total", "Gates that stopped a change, by gate.");
        rollbacks = Count("devicetwin_change_rollbacks_total", "Changes that were taken back after they had come to devices, by who decided: the hub or a person.");
        bridgePatches = Count("devicetwin_bridge_patches_total", "Patches that a bridge brought over: reported properties to the other hub, desired ones from it.");
        bridgeTelemetry = Count("devicetwin_bridge_telemetry_total", "Messages that a bridge sent to the other hub, or left out because too many waited.");
        bridgeErrors = Count("devicetwin_bridge_errors_total", "What went wrong with mirrors of devices, by the names of BRIDGE.md.");
        Meter.CreateObservableGauge(
            "devicetwin_bridge_devices",
            () => BridgeStates().Select(state => new Measurement<double>(state.Value, new KeyValuePair<string, object?>("state", Camel(state.Key)))),
            description: "Devices that a bridge mirrors, by state.");
        Meter.CreateObservableGauge("devicetwin_bridge_behind_seconds", () => BridgeBehind(), description: "For how long the device that is furthest behind is not in step with the other hub.");
        Meter.CreateObservableGauge(
            "devicetwin_changes_under_way",
            () => UnderWay.Select(state => new Measurement<double>(underWay.GetValueOrDefault(state), new KeyValuePair<string, object?>("state", state))),
            description: "Changes that may affect devices, by state.");
        jobDevices = Count("devicetwin_job_devices_total", "Devices with which a job is done, by its type and how it ended.");
        Meter.CreateObservableGauge(
            "devicetwin_jobs",
            () => new[] { Jobs("waiting", jobsWaiting), Jobs("running", jobsRunning) },
            description: "Jobs that have not ended, by whether they have begun.");
        pubAck = Spread("devicetwin_puback_duration_seconds", "From a QoS 1 message's arrival to its PUBACK.", ShortTimes);
        commitDuration = Spread("devicetwin_commit_duration_seconds", "One commit of the store, to the disk.", ShortTimes);
        commitChanges = Spread("devicetwin_commit_changes", "Changes that one commit held.", Counts);
        desiredInSync = Spread("devicetwin_desired_in_sync_duration_seconds", "From a desired change until the node is in sync.", LongTimes);
        Meter.CreateObservableGauge("devicetwin_store_queue_depth", () => waiting, description: "Writes that waited after the last commit.");
    }

    public Meter Meter { get; } = new("DeviceTwin.Hub");

    /// <summary>Mirrored devices by state: asked when somebody looks.</summary>
    public Func<IEnumerable<KeyValuePair<string, int>>> BridgeStates { get; set; } = () => [];

    /// <summary>Seconds, asked when somebody looks.</summary>
    public Func<double> BridgeBehind { get; set; } = () => 0;

    /// <summary>Why a connection was turned away: the codes of MQTT and what comes before them.</summary>
    public void ConnectRefused(MqttConnectReturnCode code) => ConnectRefused(code.ToString());

    /// <param name="reason">A word of a fixed set.</param>
    public void ConnectRefused(string reason) => connectsRefused.Add(1, new KeyValuePair<string, object?>("reason", Camel(reason)));

    public void HttpConnectionRefused() => httpRefused.Add(1);

    /// <param name="result"><c>accepted</c>, <c>refused</c> or <c>throttled</c>.</param>
    public void SignIn(string result) => signIns.Add(1, new KeyValuePair<string, object?>("result", result));

    public void Received(string kind) => received.Add(1, new KeyValuePair<string, object?>("kind", kind));

    public void Sent(string kind) => sent.Add(1, new KeyValuePair<string, object?>("kind", kind));

    /// <summary>Devices name kinds as they like; only those that the hub knows are told apart.</summary>
    public void Stored(string? kind) =>
        stored.Add(1, new KeyValuePair<string, object?>("kind", kind is "features" or "spectrum" or "alarm" or "waveform" or "health" ? kind : "other"));

    public void TwinChanged(string section) => twinChanges.Add(1, new KeyValuePair<string, object?>("section", section));

    public void Error(string surface, int code) => errors.Add(
        1, new KeyValuePair<string, object?>("surface", surface), new KeyValuePair<string, object?>("code", code.ToString(System.Globalization.CultureInfo.InvariantCulture)));

    /// <param name="states">Of each change that may affect devices, in the words of the interfaces.</param>
    public void ChangesUnderWay(IEnumerable<string> states) => underWay = states.GroupBy(state => state).ToDictionary(state => state.Key, state => state.Count());

    public void GateFailed(string gate) => gatesFailed.Add(1, new KeyValuePair<string, object?>("gate", gate));

    /// <param name="by"><c>hub</c> or <c>person</c>.</param>
    public void RolledBack(string by) => rollbacks.Add(1, new KeyValuePair<string, object?>("by", by));

    /// <param name="section"><c>reported</c> or <c>desired</c>.</param>
    public void BridgePatch(string section) => bridgePatches.Add(1, new KeyValuePair<string, object?>("section", section));

    /// <param name="result"><c>sent</c> or <c>dropped</c>.</param>
    public void BridgeTelemetry(string result, int messages) => bridgeTelemetry.Add(messages, new KeyValuePair<string, object?>("result", result));

    /// <param name="name">Of the fault.</param>
    public void BridgeFault(string name) => bridgeErrors.Add(1, new KeyValuePair<string, object?>("error", Camel(name)));

    /// <summary>Jobs that have not ended.</summary>
    public void Jobs(int waiting, int running) => (jobsWaiting, jobsRunning) = (waiting, running);

    public void JobDevices(string type, string result, int count) =>
        jobDevices.Add(count, new KeyValuePair<string, object?>("type", type), new KeyValuePair<string, object?>("result", result));

    public void PubAck(TimeSpan took) => pubAck.Record(took.TotalSeconds);

    public void DesiredInSync(TimeSpan took) => desiredInSync.Record(took.TotalSeconds);

    public void Committed(StoreCommit commit)
    {
        waiting = commit.Waiting;
        if (commit.Failed)
        {
            commitsFailed.Add(1);
            return;
        }

        commitDuration.Record(commit.Took.TotalSeconds);
        commitChanges.Record(commit.Changes);
    }

    public void Dispose() => Meter.Dispose();

    private static Measurement<double> Jobs(string state, int count) => new(count, new KeyValuePair<string, object?>("state", state));

    private Counter<long> Count(string name, string sentence) => Meter.CreateCounter<long>(name, description: sentence);

    private Histogram<double> Spread(string name, string sentence, double[] bounds) =>
        Meter.CreateHistogram(name, description: sentence, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });

    private static string Camel(string word) => char.ToLowerInvariant(word[0]) + word[1..];
}
