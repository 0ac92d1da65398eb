using DeviceTwin.Dashboard.Fleet;
using DeviceTwin.Dashboard.Pages;
using DeviceTwin.Dashboard.View;
using DeviceTwin.Twins.Rollouts;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceTwin.Tests.Dashboard.Pages;

/// <summary>The pages of changes at a first visit.</summary>
public sealed class ChangePagesTests
{
    private static readonly ChangeStepKind[] Canary = [ChangeStepKind.Pass, ChangeStepKind.Abort];

    [Test]
    public async Task The_list_says_where_each_change_stands_and_what_asks_for_a_person()
    {
        var html = await Render<ChangesPage>(PageRole.Viewer, new SampleChanges([Row("limits-1", "wave 1") with { AsksPerson = true }, Row("limits-2", "draft") with { Devices = 0 }]));
        Assert.That(Html.Text(Html.ById(html, "change-limits-1")), Does.Contain("wave 1").And.Contain("asks a person").And.Contain("18 of 20 online").And.Contain("on version 3"));
        Assert.That(Html.Text(Html.ById(html, "change-limits-2")), Does.Contain("draft").And.Not.Contain("online"));
        Assert.That(Html.Text(Html.ById(html, "change-counts")), Is.EqualTo("1 under way · 1 before a person · 2 in all"));
        Assert.That(html, Does.Contain("href=\"changes/limits-1\""));
    }

    [Test]
    public async Task Without_changes_the_list_says_how_to_propose_one() =>
        Assert.That(Html.Text(Html.ById(await Render<ChangesPage>(PageRole.Viewer, new SampleChanges([])), "no-changes")), Does.Contain("POST /api/v1/rollouts"));

    [Test]
    public async Task A_canary_shows_groups_gates_with_their_numbers_steps_plan_and_replay()
    {
        var html = await Show(PageRole.Engineer, Detail("canary", Canary));
        Assert.That(Html.Text(Html.ById(html, "state")), Does.Contain("canary"));
        Assert.That(Html.Text(Html.ById(html, "group-canary")), Does.Contain("canary").And.Contain("n01, n02").And.EndWith("2 1 2"));
        Assert.That(html, Does.Not.Contain("group-excluded"));
        Assert.That(Html.Text(Html.ById(html, "gate-alarmRate")), Does.Contain("waiting").And.Contain("7 windows").And.Contain("5 (2.5)").And.Contain("2 (4.5)").And.Contain("2.1").And.Contain("beyond numbers"));
        Assert.That(Html.Text(Html.ById(html, "gate-safeMode")), Does.Contain("passed").And.EndWith("– – –"));
        Assert.That(Html.Text(Html.ById(html, "sample")), Does.Contain("2 with the change, 40 captures"));
        Assert.That(Html.Text(Html.ById(html, "steps")), Does.Contain("ann").And.Contain("approved → canary").And.Contain("as agreed"));
        Assert.That(Html.Text(Html.ById(html, "settings")), Does.Contain("velocityLimitUmPerSecond 4500 7100").And.Contain("intervalSeconds 10 leaves it alone"));
        Assert.That(Html.Text(Html.ById(html, "plan")), Does.Contain("waves [500,1000]").And.Contain("gates.silentNodes 3"));
        Assert.That(Html.Text(Html.ById(html, "explanation")), Does.Contain("compare these nodes"));
        Assert.That(Html.Text(Html.ById(html, "replay")), Does.Contain("alarms 3 1"));
        Assert.That(Html.Attribute(html, "replay-html", "href"), Is.EqualTo("api/v1/rollouts/limits-1/replay?format=html"));
    }

    [TestCase(PageRole.Viewer, false, false)]
    [TestCase(PageRole.Technician, false, true)]
    [TestCase(PageRole.Engineer, true, true)]
    public async Task Who_may_abort_is_offered_just_that(PageRole role, bool pass, bool abort)
    {
        var html = await Show(role, Detail("canary", Canary));
        Assert.That(html.Contains("data-testid=\"pass\"", StringComparison.Ordinal), Is.EqualTo(pass));
        Assert.That(html.Contains("data-testid=\"abort\"", StringComparison.Ordinal), Is.EqualTo(abort));
        Assert.That(html.Contains("data-testid=\"reason\"", StringComparison.Ordinal), Is.EqualTo(pass), "a reason goes with it; aborting asks for its own");
        Assert.That(html.Contains("takes a role of engineer", StringComparison.Ordinal), Is.EqualTo(!pass), "who cannot is told why");
    }

    [Test]
    public async Task Who_wrote_a_change_reads_why_the_button_is_dead()
    {
        var replayed = Detail("replayed", [ChangeStepKind.Approve, ChangeStepKind.Replay, ChangeStepKind.Abort]);
        Assert.That(Html.Attribute(await Show(PageRole.Engineer, replayed), "approve", "disabled"), Is.Null);
        var html = await Show(PageRole.Engineer, replayed with { Row = replayed.Row with { Author = new SampleCaller(PageRole.Engineer).Author! } });
        Assert.That(Html.Attribute(html, "approve", "disabled"), Is.Not.Null);
        Assert.That(Html.Text(Html.ById(html, "note")), Does.Contain("somebody else"));
    }

    [Test]
    public async Task One_that_ended_says_who_ended_it_and_why()
    {
        var ended = Detail("rolledBack", []);
        var html = await Show(PageRole.Viewer, ended with { Steps = [new ChangeStepRow(SampleFleet.Noon, "gateFailed", "canary", "rolledBack", "hub", "alarmRate: too many")], IsBaseCurrent = false });
        Assert.That(Html.Text(Html.ById(html, "explanation")), Does.StartWith("It was taken back by itself.").And.EndWith("hub: alarmRate: too many"));
        Assert.That(Html.Text(Html.ById(html, "settings")), Does.Not.Contain("4500"), "what it replaced is not known any more");
    }

    [Test]
    public async Task A_replay_of_nothing_is_said_to_be_one()
    {
        var changes = new SampleChanges([Row("limits-1", "replayed")]) { Change = Detail("replayed", [ChangeStepKind.Approve]), Captures = 0 };
        Assert.That(Html.Text(Html.ById(await Render<ChangePage>(PageRole.Engineer, changes, ("Id", "limits-1")), "replay-empty")), Does.Contain("no capture"));
    }

    [Test]
    public void Every_state_and_gate_has_words_on_the_page()
    {
        Assert.That(ChangeWords.KnownStates, Is.EquivalentTo(Enum.GetValues<ChangePhase>().Select(RolloutWords.Of)));
        Assert.That(ChangeWords.KnownGates, Is.EquivalentTo(Enum.GetValues<GateKind>().Select(RolloutWords.Of)));
    }

    [Test]
    public async Task A_replay_that_runs_says_how_far_it_is_and_one_that_failed_why()
    {
        var draft = Detail("draft", [ChangeStepKind.Abort]) with { Evidence = null, Groups = [], Gates = null, Replay = new ReplayProgress("ann", SampleFleet.Noon, 120, 30, null) };
        Assert.That(Html.Text(Html.ById(await Show(PageRole.Viewer, draft), "replaying")), Does.StartWith("30 of 120 captures, asked for by ann"));
        var failed = draft with { Replay = draft.Replay! with { Failure = "No waveform is stored." } };
        Assert.That(Html.Text(Html.ById(await Show(PageRole.Viewer, failed), "replay-failure")), Is.EqualTo("No waveform is stored."));
    }

    [Test]
    public async Task What_people_and_devices_write_is_text_and_never_markup()
    {
        var detail = Detail("canary", Canary);
        var html = await Show(PageRole.Engineer, detail with
        {
            Row = detail.Row with { Title = "<script>", Author = "<b>ann</b>" },
            Steps = [detail.Steps[0] with { Why = "<i>" }],
            Gates = detail.Gates! with { Gates = [new GateRow("rejectedKeys", "tripped", "<u>", null)] },
        });
        Assert.That(html, Does.Not.Contain("<script>").And.Not.Contain("<b>ann").And.Not.Contain("<i>").And.Not.Contain("<u>"));
    }

    [Test]
    public async Task A_change_that_is_not_there_is_said_to_be_missing() =>
        Assert.That(Html.Text(Html.ById(await Show(PageRole.Viewer, null), "no-change")), Does.Contain("limits-1"));

    private static ChangeRow Row(string id, string state) => new(
        id, "Higher limits", "limits", 3, "ann", state, state.StartsWith("wave", StringComparison.Ordinal) || state == "canary", false, 20, 18, SampleFleet.Noon.AddMinutes(-5));

    private static ChangeDetail Detail(string state, IReadOnlyList<ChangeStepKind> possible) => new(
        Row("limits-1", state),
        SampleFleet.Noon.AddHours(-1),
        [new("detection.velocityLimitUmPerSecond", "4500", "7100"), new("sampling.intervalSeconds", "10", null)],
        true,
        [new("waves", "[500,1000]"), new("gates.silentNodes", "3")],
        new ChangeApproval(1, true, []),
        new string('a', 64),
        null,
        [new ChangeGroup("canary", 2, 2, 1, ["n01", "n02"]), new ChangeGroup("excluded", 0, 0, 0, [])],
        new GateView(SampleFleet.Noon, false, 2, 10, 40, 200,
        [
            new GateRow("alarmRate", "waiting", "7 windows with an alarm", new GateNumbers(5, 2, 2.5, 4.5, 2.1, null, 0.25)),
            new GateRow("safeMode", "passed", "no node in safe mode", null),
        ]),
        [new ChangeStepRow(SampleFleet.Noon, "startedWithoutShadow", "approved", "canary", "ann", "as agreed")],
        possible,
        null,
        false);

    private static Task<string> Show(PageRole role, ChangeDetail? change) =>
        Render<ChangePage>(role, new SampleChanges(change is null ? [] : [change.Row]) { Change = change }, ("Id", "limits-1"));

    private static Task<string> Render<TPage>(PageRole role, IChangeView changes, params (string Name, object? Value)[] parameters)
        where TPage : Microsoft.AspNetCore.Components.IComponent => PageRenderer.Render<TPage>(
            services => services.AddSingleton(changes).AddSingleton<IPageCaller>(new SampleCaller(role)), new SampleFleet(), parameters);

    private sealed class SampleChanges(ChangeRow[] rows) : IChangeView
    {
        public ChangeDetail? Change { get; init; }

        public long Captures { get; init; } = 120;

        public Task<IReadOnlyList<ChangeRow>> List(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<ChangeRow>>(rows);

        public Task<ChangeDetail?> Find(string id, CancellationToken cancellation) => Task.FromResult(Change);

        public Task<ReplayFigures?> FindReplay(string id, CancellationToken cancellation) =>
            Task.FromResult<ReplayFigures?>(new ReplayFigures(Captures, 4, 6, [new ReplayFigure("alarms", "3", "1")]));

        public Task<ActionOutcome> Take(ChangeStepKind step, string id, string author, string why, CancellationToken cancellation) => Task.FromResult(ActionOutcome.Done);

        public IDisposable Subscribe(Action<string> changed) => throw new InvalidOperationException("Nothing is subscribed while a page is only rendered.");
    }
}
