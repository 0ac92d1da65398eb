using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using DeviceTwin.Analytics.Reports;
using DeviceTwin.Dashboard.View;
using DeviceTwin.Hub.Changes;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Reconciliation;
using DeviceTwin.Twins.Rollouts;

namespace DeviceTwin.Hub.View;

/// <summary>The changes as the pages see them: in the words in which REST shows them.</summary>
internal sealed class ChangeView(IChanges changes, IFleet fleet) : IChangeView
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<ChangeRow>> List(CancellationToken cancellation) =>
        [.. (await changes.List(cancellation)).Select(Row).OrderBy(Rank).ThenByDescending(row => row.Since)];

    /// <inheritdoc/>
    public async Task<ChangeDetail?> Find(string id, CancellationToken cancellation)
    {
        try
        {
            var change = await changes.Find(id, cancellation);
            var hasReport = (bool)change["hasReport"]!;

            // Of a change that has ended the gates' last word stands in its report.
            var gates = change["gates"] ?? (hasReport ? (await changes.Report(id, cancellation))["gates"] : null);
            return Detail(change, fleet.FindConfiguration((string)change["configurationId"]!), gates as JsonObject, hasReport);
        }
        catch (HubException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task<ReplayFigures?> FindReplay(string id, CancellationToken cancellation)
    {
        try
        {
            var report = await changes.ReplayReport(id, cancellation);
            return new ReplayFigures(
                report.Captures.Replayed,
                report.Machines.Count,
                report.Differences,
                [.. ReplayText.Figures(report).Select(figure => new ReplayFigure(figure.What, figure.Old, figure.New))]);
        }
        catch (HubException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public Task<ActionOutcome> Take(ChangeStepKind step, string id, string author, string why, CancellationToken cancellation) => PageAction.Take(() => step switch
    {
        ChangeStepKind.Replay => changes.Replay(id, null, author, cancellation),
        ChangeStepKind.Approve => changes.Approve(id, author, why, cancellation),
        ChangeStepKind.Start => changes.Start(id, author, why, cancellation),
        ChangeStepKind.Pass => changes.Pass(id, author, why, cancellation),
        _ => changes.Abort(id, author, why, cancellation),
    });

    /// <inheritdoc/>
    public IDisposable Subscribe(Action<string> changed) => changes.Subscribe(changed);

    /// <summary>What needs somebody's eye first.</summary>
    private static int Rank(ChangeRow row) => row.AsksPerson ? 0 : row.IsUnderWay ? 1 : new ChangeState(PhaseOf(row.State)).HasEnded ? 3 : 2;

    private static ChangePhase PhaseOf(string state) => Enum.Parse<ChangePhase>(state.Split(' ')[0], ignoreCase: true);

    private static ChangeRow Row(JsonObject change)
    {
        var state = (string)change["state"]!;
        return new ChangeRow(
            (string)change["id"]!,
            (string)change["title"]!,
            (string)change["configurationId"]!,
            Whole(change["baseVersion"]),
            (string)change["author"]!,
            state,
            new ChangeState(PhaseOf(state)).IsUnderWay,
            (bool)change["asksPerson"]!,
            (int)Whole(change["devices"]),
            (int)Whole(change["online"]),
            At(change["stageSince"])!.Value);
    }

    private static ChangeDetail Detail(JsonObject change, Configuration? live, JsonObject? gates, bool hasReport)
    {
        var row = Row(change);
        var before = live is not null && live.Version == row.BaseVersion ? live : null;
        var plan = (JsonObject)change["plan"]!;
        var approval = (JsonObject)plan["approval"]!;
        var replay = change["replay"] as JsonObject;
        return new ChangeDetail(
            row,
            At(change["createdAt"])!.Value,
            [.. Settings(before, (JsonObject)change["content"]!)],
            before is not null,
            [.. Members("", plan)],
            new ChangeApproval(
                (int)Whole(approval["needed"]),
                (bool)approval["byOthers"]!,
                [.. ((JsonArray)change["approvals"]!).Select(given => new ChangeApprover((string)given!["by"]!, (string)given["why"]!, At(given["at"])!.Value))]),
            (string?)change["evidence"],
            replay is null ? null : new ReplayProgress((string)replay["by"]!, At(replay["at"])!.Value, Whole(replay["captures"]), Whole(replay["capturesDone"]), (string?)replay["failure"]),
            [.. ((JsonArray)change["groups"]!).Select(group => Group((JsonObject)group!))],
            gates is null ? null : Gates(gates),
            [.. ((JsonArray)change["history"]!).Select(step => Step((JsonObject)step!)).Reverse()],
            [.. Possible(row, replay is not null && replay["failure"] is null, Whole(approval["needed"]) > 0)],
            At(change["convergedAt"]),
            hasReport);
    }

    private static IEnumerable<ChangeSetting> Settings(Configuration? before, JsonObject content)
    {
        var next = Flat(content.ToDictionary(setting => setting.Key, setting => setting.Value, StringComparer.Ordinal));
        var old = before is null ? [] : Flat(before.DeviceContent);
        return old.Keys.Union(next.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select(path => new ChangeSetting(path, old.GetValueOrDefault(path), next.GetValueOrDefault(path)));
    }

    private static Dictionary<string, string> Flat(IReadOnlyDictionary<string, JsonNode?> content) =>
        PreparedConfiguration.Prepare(new Configuration("change", "", 0, content, ImmutableDictionary<string, string>.Empty, "", default, default)).Settings
            .ToDictionary(setting => setting.Key, setting => Text(setting.Value), StringComparer.Ordinal);

    /// <summary>The members of a plan by their dotted names.</summary>
    private static IEnumerable<KeyValuePair<string, string>> Members(string before, JsonObject of) => of.SelectMany(member => member.Value is JsonObject inner
        ? Members($"{before}{member.Key}.", inner)
        : [KeyValuePair.Create(before + member.Key, Text(member.Value))]);

    private static string Text(JsonNode? value) => value?.ToJsonString(Json.Relaxed) ?? "null";

    /// <summary>The next step that is due first, giving up last.</summary>
    private static IEnumerable<ChangeStepKind> Possible(ChangeRow row, bool replaying, bool needsApproval)
    {
        var phase = PhaseOf(row.State);
        if (phase == ChangePhase.Approved || (phase == ChangePhase.Replayed && !needsApproval))
        {
            yield return ChangeStepKind.Start;
        }
        else if (phase == ChangePhase.Replayed)
        {
            yield return ChangeStepKind.Approve;
        }

        if (row.AsksPerson)
        {
            yield return ChangeStepKind.Pass;
        }

        if (ChangeTable.Next(phase, ChangeEvent.ReplayAttached) is not null && !replaying)
        {
            yield return ChangeStepKind.Replay;
        }

        if (ChangeTable.Next(phase, ChangeEvent.AbortAsked) is not null)
        {
            yield return ChangeStepKind.Abort;
        }
    }

    private static ChangeGroup Group(JsonObject group) => new(
        (string)group["group"]!, (int)Whole(group["size"]), (int)Whole(group["admitted"]), (int)Whole(group["applied"]), [.. ((JsonArray)group["devices"]!).Select(device => (string)device!)]);

    private static ChangeStepRow Step(JsonObject step) => new(
        At(step["at"])!.Value, (string)step["event"]!, (string)step["from"]!, (string)step["to"]!, (string)step["by"]!, (string)step["why"]!);

    private static GateView Gates(JsonObject gates) => new(
        At(gates["at"])!.Value,
        (bool)gates["passed"]!,
        (int)Whole(gates["treated"]),
        (int)Whole(gates["control"]),
        (int)Whole(gates["treatedCaptures"]),
        (int)Whole(gates["controlCaptures"]),
        [.. ((JsonArray)gates["gates"]!).Select(gate => new GateRow(
            (string)gate!["gate"]!, (string)gate["outcome"]!, (string)gate["words"]!, gate["evidence"] is JsonObject evidence ? Numbers(evidence) : null))]);

    private static GateNumbers Numbers(JsonObject evidence) => new(
        Whole(evidence["treated"]),
        Whole(evidence["control"]),
        (double)evidence["expectedTreated"]!,
        (double)evidence["expectedControl"]!,
        (double?)evidence["ratio"],
        (double?)evidence["harm"],
        (double?)evidence["safe"]);

    private static long Whole(JsonNode? node) => Json.Integer(node) ?? throw new FormatException("A count of a change is no whole number.");

    private static DateTimeOffset? At(JsonNode? node) => node is null
        ? null
        : DateTimeOffset.Parse((string)node!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
