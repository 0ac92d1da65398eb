using System.Text.Json.Nodes;
using DeviceTwin.Storage;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Conditions;
using DeviceTwin.Twins.Reconciliation;

namespace DeviceTwin.Hub.Fleet;

/// <summary>
/// The hub's one door to identities, twins, configurations and telemetry. Gateway, REST and dashboard all come through here.
/// Where a device is named, a module of one may be, by its <see cref="TwinAddress"/>: identity, twin, session, connection, telemetry. What goes through
/// all devices (lists, queries, configurations, statistics) meets no module.
/// A task completes only after the change it made is durable. Every refusal is a <see cref="HubException"/>.
/// </summary>
public interface IFleet
{
    /// <summary>The identity, or null where the device is unknown.</summary>
    DeviceIdentity? FindIdentity(string deviceId);

    IReadOnlyList<DeviceIdentity> ListIdentities();

    /// <summary>Some of them, by device id.</summary>
    /// <param name="after">The id after which they begin; null for the first.</param>
    IReadOnlyList<DeviceIdentity> ListIdentities(string? after, int limit);

    /// <summary>The modules of a device, by module id; null where the device is unknown.</summary>
    IReadOnlyList<DeviceIdentity>? ListModules(string deviceId);

    /// <summary>The twins of modules, as last made durable, in the ordinal order of their addresses; read no further than somebody asks.</summary>
    /// <param name="deviceId">Of this device only; null for all.</param>
    /// <param name="after">The address after which they begin; null for the first.</param>
    IEnumerable<TwinDocument> ListModuleTwins(string? deviceId = null, string? after = null);

    /// <summary>Creates (when <paramref name="ifMatch"/> is null) or updates an identity; generates keys that are empty.</summary>
    Task<DeviceIdentity> PutIdentity(DeviceIdentity identity, string? ifMatch, string author, CancellationToken cancellation);

    /// <summary>Registers a device whose twin has tags and desired properties from the first moment: all of it or nothing.</summary>
    /// <param name="twin">As a patch of an empty twin.</param>
    Task<DeviceIdentity> CreateIdentity(DeviceIdentity identity, JsonObject twin, string author, CancellationToken cancellation);

    /// <summary>Removes identity, twin, session and history, and drops the connection; of a device its modules too.</summary>
    Task DeleteIdentity(string deviceId, string? ifMatch, string author, CancellationToken cancellation);

    /// <summary>The twin as last made durable, or null where the device is unknown.</summary>
    TwinDocument? FindTwin(string deviceId);

    /// <summary>
    /// The paths of desired properties that the twin had once and has no more. Ask after <see cref="FindTwin"/>: then none is missing
    /// that the twin does not have.
    /// </summary>
    IEnumerable<string> FindRemovedDesired(string deviceId);

    /// <summary>Merges tags and desired properties (Azure's PATCH).</summary>
    Task<TwinDocument> PatchTwin(string deviceId, JsonObject patch, string? ifMatch, string author, CancellationToken cancellation);

    /// <summary>The same whatever the ETag, with another subject's change in the same commit: both or neither.</summary>
    Task<TwinDocument> PatchTwinWith(StoreChange besides, string deviceId, JsonObject patch, string author, CancellationToken cancellation);

    /// <summary>Does a JSON Patch of a device's digital twin: what it sets becomes desired.</summary>
    Task<TwinDocument> PatchDigitalTwin(string deviceId, JsonArray operations, string? ifMatch, string author, CancellationToken cancellation);

    /// <summary>Replaces the sections that are present (Azure's PUT).</summary>
    Task<TwinDocument> ReplaceTwin(string deviceId, JsonObject twin, string? ifMatch, string author, CancellationToken cancellation);

    /// <summary>Merges a patch from the device into its reported properties.</summary>
    /// <param name="expectedVersion">The <c>$version</c> the device insists on, or null.</param>
    /// <returns>The new version of the reported section.</returns>
    Task<long> PatchReported(string deviceId, JsonObject patch, long? expectedVersion, CancellationToken cancellation);

    /// <summary>The same for who has many on their way: the version counts once the receipt says so. Throws where the patch is refused.</summary>
    long PatchReported(string deviceId, JsonObject patch, long? expectedVersion, CommitReceipt receipt);

    /// <summary>Notes a CONNECT: model id and time. Where this fails or is given up, the device does not count as connected.</summary>
    Task SetConnected(string deviceId, string connectionId, string? modelId, CancellationToken cancellation);

    /// <summary>Notes the end of the connection named; an older connection's end changes nothing.</summary>
    Task SetDisconnected(string deviceId, string connectionId, CancellationToken cancellation);

    /// <summary>Notes how many cloud-to-device messages wait for a device, for its twin to say.</summary>
    void SetQueuedMessages(string deviceId, int count);

    /// <summary>Stores one device-to-cloud message.</summary>
    Task AppendTelemetry(TelemetryMessage message, CancellationToken cancellation);

    /// <summary>The same without a task for each message. Never throws; the receipt says what became of it.</summary>
    void AppendTelemetry(TelemetryMessage message, CommitReceipt receipt);

    /// <summary>Newest first.</summary>
    IReadOnlyList<TelemetryMessage> ReadTelemetry(string deviceId, string? kind, int limit);

    /// <summary>The filters that a persistent session has, or null where the device has no session.</summary>
    DeviceSession? FindSession(string deviceId);

    Task SaveSession(DeviceSession session, CancellationToken cancellation);

    Task DeleteSession(string deviceId, CancellationToken cancellation);

    Configuration? FindConfiguration(string id);

    IReadOnlyList<Configuration> ListConfigurations();

    Task<Configuration> PutConfiguration(Configuration configuration, string? ifMatch, string author, CancellationToken cancellation);

    Task DeleteConfiguration(string id, string? ifMatch, string author, CancellationToken cancellation);

    /// <summary>
    /// The twins that a query over devices without aggregates selects, by device id, page by page. Reads what is durable: every change acknowledged
    /// before the call is in the answer. Of tags and properties the twins have what the query's columns show; with <c>*</c> they are whole.
    /// </summary>
    /// <param name="continuation">From the page before; null or empty for the first.</param>
    /// <param name="size">Twins on the page at most.</param>
    TwinPage Query(string query, string? continuation, int size);

    /// <summary>The same for those who pass the twins on as they are: the documents are text.</summary>
    TwinTextPage QueryTexts(string query, string? continuation, int size);

    /// <summary>The same for a query with columns: its rows.</summary>
    RowPage QueryRows(string query, string? continuation, int size);

    /// <summary>The groups of a query over devices that aggregates, by what they have in common; durable as <see cref="Query"/>.</summary>
    IReadOnlyList<QueryGroup> FindGroups(TwinQuery query);

    /// <summary>How far the node has taken over what is desired of it; null where the device is unknown.</summary>
    NodeConvergence? FindConvergence(string deviceId);

    /// <summary>Who changed what: durable rows, newest first.</summary>
    /// <param name="deviceId">Only rows of this device; null for all, with those of configurations.</param>
    IReadOnlyList<AuditRow> ReadAudit(string? deviceId, int limit);

    /// <summary>The feed of twin changes: durable rows, oldest first.</summary>
    TwinChangePage ReadChanges(TwinChangeSearch search);

    /// <summary>Who sets which path of a device, who else wanted it, and why it lost; null where the device is unknown.</summary>
    IReadOnlyList<PathWinner>? FindWinners(string deviceId);

    /// <summary>The overrides of a device, by path; null where the device is unknown.</summary>
    IReadOnlyList<SettingOverride>? ListOverrides(string deviceId);

    /// <summary>Sets a path of one device against all configurations, until it ends.</summary>
    /// <param name="path">Dotted, below <c>properties.desired</c>.</param>
    /// <param name="value">No object and not null.</param>
    /// <param name="expiresAt">From now to 366 days ahead.</param>
    Task<SettingOverride> PutOverride(
        string deviceId, string path, JsonNode value, string owner, string reason, DateTimeOffset expiresAt, CancellationToken cancellation);

    /// <summary>Ends an override: the winner among the configurations returns, or the value that stood there before.</summary>
    Task DeleteOverride(string deviceId, string path, string author, CancellationToken cancellation);

    /// <summary>The version of a configuration that is being rolled out; null where none is.</summary>
    ConfigurationStage? FindStage(string configurationId);

    /// <summary>Every version that is being rolled out.</summary>
    IReadOnlyList<ConfigurationStage> ListStages();

    /// <summary>The devices that have the version that is being rolled out, with the journal of each; by device id.</summary>
    IReadOnlyList<AdmittedDevice> ListAdmissions(string configurationId);

    /// <summary>
    /// Puts the next version of a configuration beside the one that holds; nobody has it yet. Its ETag, times and version number are given here.
    /// Until the stage ends the configuration itself cannot be written or deleted.
    /// </summary>
    Task<ConfigurationStage> StageConfiguration(Configuration next, string author, CancellationToken cancellation);

    /// <summary>
    /// Has devices take the staged version. What stood there before is kept with the same commit. Who is admitted already stays so; a device that cannot
    /// take it is not admitted, and the result says why. May be called again after a failure.
    /// </summary>
    Task<IReadOnlyList<AdmissionResult>> AdmitDevices(string configurationId, IReadOnlyCollection<string> deviceIds, string author, CancellationToken cancellation);

    /// <summary>Makes the staged version the version of all, in one commit; then the other members take it.</summary>
    Task<Configuration> CompleteStage(string configurationId, string author, CancellationToken cancellation);

    /// <summary>
    /// Brings every admitted device back to the exact values that stood before, path by path, where nobody else has written since; then the stage is gone.
    /// Called again after a failure or a restart it goes on, and the report is that of the whole.
    /// </summary>
    Task<RollbackReport> RollbackStage(string configurationId, string author, CancellationToken cancellation);

    /// <summary>How long desired changes took until their nodes were in sync.</summary>
    ConvergenceTimeFigures ConvergenceTimes { get; }

    /// <summary>The same of one device; null where it is unknown.</summary>
    ConvergenceTime? FindConvergenceTime(string deviceId);

    /// <summary>What configurations have cost so far.</summary>
    ConfigurationWork ConfigurationWork { get; }

    /// <summary>How many devices, or modules, a configuration targets and how many have its settings, and what its own queries count; null where it is unknown.</summary>
    /// <param name="evaluate">False = of its own queries the last results, as far as there are any: nothing is read for them.</param>
    ConfigurationMetrics? FindConfigurationMetrics(string id, bool evaluate = true);

    /// <summary>Azure's word for what a configuration is to a device: <c>Applied</c>, <c>Targeted</c>, or null where it does not concern it.</summary>
    string? FindConfigurationStatus(string deviceId, string configurationId);

    /// <summary>
    /// Writes a configuration's content into the desired properties of one device and its modules, once and without a configuration: all of it or nothing.
    /// </summary>
    Task ApplyContent(string deviceId, ConfigurationContent content, string author, CancellationToken cancellation);

    /// <summary>What the hub has taken in since its database was made; only what is durable counts.</summary>
    FleetTotals Totals { get; }

    /// <summary>How many devices there are, and in which condition.</summary>
    FleetStatistics Statistics { get; }

    /// <summary>Calls back after each durable change, in order per device, on a thread of the fleet's: the callback must not block.</summary>
    /// <param name="modules">Also after changes of modules.</param>
    IDisposable Subscribe(Action<FleetEvent> callback, bool modules = false);
}

/// <summary>A durable change that somebody may want to act on.</summary>
/// <param name="DeviceId">A <see cref="TwinAddress"/>: modules are told of to who asked for them.</param>
public abstract record FleetEvent(string DeviceId, DateTimeOffset At)
{
    /// <param name="Patch">What the device must be sent: the patch as written, removed keys as null, without <c>$version</c>.</param>
    public sealed record DesiredChanged(string DeviceId, DateTimeOffset At, JsonObject Patch, long Version, string Author) : FleetEvent(DeviceId, At);

    public sealed record ReportedChanged(string DeviceId, DateTimeOffset At, JsonObject Patch, long Version) : FleetEvent(DeviceId, At);

    public sealed record TagsChanged(string DeviceId, DateTimeOffset At, JsonObject Patch, string Author) : FleetEvent(DeviceId, At);

    public sealed record ConnectionChanged(string DeviceId, DateTimeOffset At, bool Connected) : FleetEvent(DeviceId, At);

    public sealed record TelemetryReceived(string DeviceId, DateTimeOffset At, TelemetryMessage Message) : FleetEvent(DeviceId, At);

    /// <summary>Registered or updated. A connection that the new identity would not have let in should be closed.</summary>
    public sealed record IdentityChanged(string DeviceId, DateTimeOffset At, DeviceIdentity Identity) : FleetEvent(DeviceId, At);

    /// <summary>The state of a path of the device changed; <paramref name="State"/> is that of the whole node.</summary>
    public sealed record ConvergenceChanged(string DeviceId, DateTimeOffset At, ConvergenceState State) : FleetEvent(DeviceId, At);

    /// <summary>
    /// The connected device owes an answer: it should be sent the whole desired document, which it can take at any time.
    /// Comes a bounded number of times per version.
    /// </summary>
    /// <param name="Desired">Without <c>$version</c>.</param>
    public sealed record DesiredNeeded(string DeviceId, DateTimeOffset At, JsonObject Desired, long Version) : FleetEvent(DeviceId, At);

    public sealed record IdentityDeleted(string DeviceId, DateTimeOffset At) : FleetEvent(DeviceId, At);
}

/// <summary>What came in, counted when durable.</summary>
/// <param name="Telemetry">Device-to-cloud messages.</param>
/// <param name="ReportedPatches">Updates of reported properties.</param>
/// <param name="DesiredPatches">Updates of desired properties, by operators and configurations.</param>
public sealed record FleetTotals(long Telemetry, long ReportedPatches, long DesiredPatches);

/// <summary>One page of an answer.</summary>
/// <param name="Continuation">Leads to the next page; null on the last. Stays good while devices come and go.</param>
public sealed record TwinPage(IReadOnlyList<TwinDocument> Twins, string? Continuation);

/// <inheritdoc cref="TwinPage"/>
public sealed record TwinTextPage(IReadOnlyList<TwinText> Twins, string? Continuation);

/// <inheritdoc cref="TwinPage"/>
public sealed record RowPage(IReadOnlyList<JsonObject> Rows, string? Continuation);

/// <summary>Counts of devices.</summary>
public sealed record FleetStatistics(int Total, int Enabled, int Disabled, int Connected);

/// <summary>Azure's system metrics of a configuration.</summary>
/// <param name="Targeted">Devices, or modules, that satisfy the target condition.</param>
/// <param name="Applied">
/// Of these, devices on which all of its settings hold: none yields to another configuration, was overwritten since, or found no room.
/// </param>
public sealed record ConfigurationMetrics(int Targeted, int Applied)
{
    /// <summary>Targeted devices on which every setting that it won is in sync.</summary>
    public int Succeeded { get; init; }

    /// <summary>Targeted devices that refuse a setting that it won, or have another value.</summary>
    public int Failed { get; init; }

    /// <summary>Whether its members are found by their tags; else every device is asked when it is edited.</summary>
    public bool Indexed { get; init; }

    /// <summary>Name of a metric query to how many devices, or modules, it selects; a query that was never evaluated is missing.</summary>
    public IReadOnlyDictionary<string, long> Results { get; init; } = new Dictionary<string, long>();
}

/// <summary>What is to be set of a device and its modules.</summary>
/// <param name="Device">Dotted path (<c>properties.desired.…</c>) to value.</param>
/// <param name="Modules">Module id to the same.</param>
public sealed record ConfigurationContent(IReadOnlyDictionary<string, JsonNode?> Device, IReadOnlyDictionary<string, IReadOnlyDictionary<string, JsonNode?>> Modules);

/// <summary>Work, counted since the hub began.</summary>
/// <param name="Evaluations">Conditions that were asked of a device.</param>
/// <param name="Scans">Times that no index helped with a condition, and every device was asked.</param>
public sealed record ConfigurationWork(long Evaluations, long Scans);

/// <param name="Last">How long the last desired change took until the node was in sync; null where none was seen since the hub began.</param>
/// <param name="WaitingSince">When the change was written that the node is not in sync with; null where there is none.</param>
public sealed record ConvergenceTime(TimeSpan? Last, DateTimeOffset? WaitingSince);

/// <param name="Count">Changes that came in sync since the hub began.</param>
/// <param name="Recent">How many of the newest the rest is about.</param>
/// <param name="Half">Half of them took no longer.</param>
public sealed record ConvergenceTimeFigures(long Count, int Recent, TimeSpan? Half, TimeSpan? Ninety, TimeSpan? NinetyNine, TimeSpan? Longest);
