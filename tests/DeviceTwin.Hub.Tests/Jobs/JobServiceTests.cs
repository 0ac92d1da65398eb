using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using DeviceTwin.Hub;
using DeviceTwin.Hub.Gateway.Messaging;
using DeviceTwin.Hub.Jobs;
using DeviceTwin.Storage;
using DeviceTwin.Tests.Hub.Fleet;
using DeviceTwin.Twins.Jobs;

namespace DeviceTwin.Tests.Hub.Jobs;

/// <summary>Jobs over a real database: turns, deadlines, cancelling at any moment, and hubs that are killed behind every commit.</summary>
public sealed class JobServiceTests
{
    private static readonly JobOptions TwoAtOnce = new() { DevicesAtOnce = 2 };

    [Test]
    public async Task JO1_A_hub_that_is_killed_behind_any_commit_of_a_twin_job_changes_every_twin_once()
    {
        int commits;
        await using (var whole = await JobWorld.Start(3, TwoAtOnce))
        {
            var before = whole.Committed;
            await whole.Create("job");
            await whole.UntilEnd("job");
            commits = whole.Committed - before;
        }

        Assert.That(commits, Is.EqualTo(1 + 3 + 3 + 1), "creation, plan, devices, end");
        for (var commit = 1; commit < commits; commit++)
        {
            await using var world = await JobWorld.Start(3, TwoAtOnce);
            world.Commits = commit;
            await world.Create("job");
            await JobWorld.Until(() => world.IsDead, () => $"behind commit {commit} it lives on");
            await world.Restart();
            var job = await world.UntilEnd("job");
            Assert.That((job.Status, job.Counts), Is.EqualTo((JobStatus.Completed, new JobCounts(0, 0, 3, 0, 0))), $"killed behind commit {commit}");
            Assert.That(Enumerable.Range(0, 3).Select(index => world.Twin($"d{index}").Desired.Version), Is.All.EqualTo(2), $"killed behind commit {commit}");
            Assert.That((world.Statuses("job"), string.Join(' ', world.Audit)), Is.EqualTo(("completed completed completed", "job.create job job.end job")), $"killed behind commit {commit}");
        }
    }

    [Test]
    public async Task JO1_A_hub_that_is_killed_behind_any_commit_of_a_method_job_calls_no_device_twice()
    {
        int commits;
        await using (var whole = await JobWorld.Start(3, TwoAtOnce))
        {
            var before = whole.Committed;
            await whole.Create("job", JobType.DeviceMethod);
            await whole.UntilEnd("job");
            commits = whole.Committed - before;
        }

        Assert.That(commits, Is.EqualTo(1 + 3 + (2 * 3) + 1), "creation, plan, a call and an answer of each device, end");
        var unheard = 0;
        for (var commit = 1; commit < commits; commit++)
        {
            await using var world = await JobWorld.Start(3, TwoAtOnce);
            world.Commits = commit;
            await world.Create("job", JobType.DeviceMethod);
            await JobWorld.Until(() => world.IsDead, () => $"behind commit {commit} it lives on");
            await world.Restart();
            var job = await world.UntilEnd("job");
            Assert.That((job.Status, job.Counts.Devices, job.Counts.Open), Is.EqualTo((JobStatus.Completed, 3, 0)), $"killed behind commit {commit}");
            var calls = world.Calls.Select(call => call.DeviceId).Order().ToArray();
            Assert.That(calls, Is.Unique, $"killed behind commit {commit}");
            foreach (var row in world.Rows("job"))
            {
                var failed = (string?)row["status"] == "failed";
                unheard += failed ? 1 : 0;
                Assert.That(failed || calls.Contains((string?)row["deviceId"]), Is.True, $"killed behind commit {commit}: {row}");
                Assert.That((string?)row["error"]?["code"], Is.EqualTo(failed ? "GatewayTimeout" : null), $"killed behind commit {commit}: {row}");
            }
        }

        Assert.That(unheard, Is.GreaterThan(3), "the kills have come between a call and its answer");
    }

    [Test]
    public async Task JO1_A_call_whose_answer_was_not_recorded_is_said_to_be_that()
    {
        await using var world = await JobWorld.Start(1);
        world.Answers = async (_, cancellation) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, world.Time, cancellation);
            return null!;
        };
        await world.Create("job", JobType.DeviceMethod);
        await JobWorld.Until(() => !world.Calls.IsEmpty, () => "nobody is called");
        await world.Restart();
        Assert.That((await world.UntilEnd("job")).Counts, Is.EqualTo(new JobCounts(0, 0, 0, 1, 0)));
        Assert.That((string?)world.Rows("job")[0]["error"]!["description"], Does.Contain("may have been carried out, and is not called again"));
        Assert.That(world.Calls, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task JO1_Cancelled_at_any_moment_what_has_begun_is_finished_and_the_rest_never_begins([Values(0, 1, 2, 3, 4, 5, 6)] int calls)
    {
        await using var world = await JobWorld.Start(6, TwoAtOnce);
        var waiting = new ConcurrentQueue<TaskCompletionSource<MethodResult>>();
        world.Answers = (_, _) =>
        {
            var answer = new TaskCompletionSource<MethodResult>(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Enqueue(answer);
            return answer.Task;
        };
        await world.Create("job", JobType.DeviceMethod, after: calls == 0 ? TimeSpan.FromHours(1) : null);
        for (var index = 0; index < calls - 1; index++)
        {
            await Answer();
        }

        if (calls > 0)
        {
            await JobWorld.Until(() => world.Calls.Count >= Math.Min(calls + 1, 6), () => $"{world.Calls.Count} are called");
        }

        var begun = world.Calls.Count;
        var cancelled = await world.Jobs.Cancel("job", "anna");
        Assert.That((cancelled.Status, cancelled.Counts.Pending, cancelled.Counts.Canceled, cancelled.Reason), Is.EqualTo((JobStatus.Cancelled, 0, calls == 0 ? 0 : 6 - begun, "Cancelled by anna.")));
        var job = await world.Until("job", job =>
        {
            if (waiting.TryDequeue(out var answer))
            {
                answer.SetResult(new MethodResult(200, null));
            }

            return !job.IsOpen;
        });
        Assert.That((job.Status, job.Counts), Is.EqualTo((JobStatus.Cancelled, calls == 0 ? default : new JobCounts(0, 0, begun, 0, 6 - begun))));
        Assert.That(world.Calls, Has.Count.EqualTo(begun));
        Assert.That(world.Rows("job").Count(row => (string?)row["status"] == "canceled"), Is.EqualTo(job.Counts.Canceled));
        Assert.That(string.Join(' ', world.Audit), Is.EqualTo("job.create job job.cancel job" + (calls == 0 ? "" : " job.end job")));

        async Task Answer()
        {
            TaskCompletionSource<MethodResult>? answer = null;
            await JobWorld.Until(() => waiting.TryDequeue(out answer), () => "nobody is called");
            answer!.SetResult(new MethodResult(200, null));
        }
    }

    [Test]
    public async Task JO1_A_hub_that_is_killed_after_a_cancel_ends_the_job_and_begins_nothing()
    {
        await using var world = await JobWorld.Start(4, TwoAtOnce);
        world.Answers = async (_, cancellation) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, world.Time, cancellation);
            return null!;
        };
        await world.Create("job", JobType.DeviceMethod);
        await JobWorld.Until(() => world.Calls.Count == 2, () => "nobody is called");
        await world.Jobs.Cancel("job", "anna");
        await world.Restart();
        var job = await world.UntilEnd("job");
        Assert.That((job.Status, job.Counts, world.Calls.Count), Is.EqualTo((JobStatus.Cancelled, new JobCounts(0, 0, 0, 2, 2), 2)));
    }

    [Test]
    public async Task JO1_A_job_begins_when_its_time_has_come_and_selects_its_devices_then()
    {
        await using var world = await JobWorld.Start(1);
        await world.Create("job", after: TimeSpan.FromHours(2), condition: "tags.y = 1");
        await world.Until("job", JobStatus.Scheduled);
        await world.Restart(TimeSpan.FromMinutes(30));
        await world.Fleet.PatchTwin("d0", FleetFixture.Object("""{"tags":{"y":1}}"""), null, "test", CancellationToken.None);
        await world.Time.UntilTimerIn(TimeSpan.FromHours(1));
        world.Time.Advance(TimeSpan.FromHours(1));
        await world.Time.UntilTimerIn(TimeSpan.FromMinutes(30));
        world.Time.Advance(TimeSpan.FromMinutes(29));
        Assert.That(world.Jobs.Find("job").Status, Is.EqualTo(JobStatus.Scheduled));
        world.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.That((await world.UntilEnd("job")).Counts, Is.EqualTo(new JobCounts(0, 0, 1, 0, 0)));
        Assert.That(world.Rows("job"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task JO1_Devices_to_which_a_job_does_not_come_in_time_fail_and_those_it_works_on_are_finished()
    {
        await using var world = await JobWorld.Start(3, new JobOptions { DevicesAtOnce = 1 });
        var answer = new TaskCompletionSource<MethodResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        world.Answers = (_, _) => answer.Task;
        await world.Create("job", JobType.DeviceMethod, seconds: 60);
        await JobWorld.Until(() => !world.Calls.IsEmpty, () => "nobody is called");
        world.Time.Advance(TimeSpan.FromSeconds(60));
        answer.SetResult(new MethodResult(200, JsonValue.Create("done")));
        var job = await world.UntilEnd("job");
        Assert.That((job.Status, job.Counts, world.Calls.Count), Is.EqualTo((JobStatus.Completed, new JobCounts(0, 0, 1, 2, 0), 1)));
        Assert.That(world.Rows("job").Select(row => $"{row["status"]} {row["error"]?["code"]}"), Is.EqualTo(new[] { "completed ", "failed JobRunPreconditionFailed", "failed JobRunPreconditionFailed" }));
    }

    [Test]
    public async Task JO1_A_job_for_whose_whole_time_the_hub_was_down_fails_without_touching_a_device()
    {
        await using var world = await JobWorld.Start(1);
        await world.Create("job", after: TimeSpan.FromMinutes(1), seconds: 60);
        await world.Restart(TimeSpan.FromMinutes(2));
        var job = await world.UntilEnd("job");
        Assert.That((job.Status, job.Counts.Devices, world.Twin("d0").Desired.Version), Is.EqualTo((JobStatus.Failed, 0, 1)));
        Assert.That((string?)JobJson.Write(job)["failureReason"], Does.Contain("the hub was down"));
        Assert.That(world.Audit, Is.EqualTo(new[] { "job.create job", "job.end job" }));
    }

    [Test]
    public async Task JO1_Jobs_take_turns_and_so_many_may_wait()
    {
        await using var world = await JobWorld.Start(1, new JobOptions { AtOnce = 1, MostWaiting = 2 });
        var answer = new TaskCompletionSource<MethodResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        world.Answers = (_, _) => answer.Task;
        await world.Create("one", JobType.DeviceMethod);
        await JobWorld.Until(() => world.Calls.Count == 1, () => "nobody is called");
        await world.Create("two", JobType.DeviceMethod);
        await world.Create("three", JobType.DeviceMethod);
        Assert.That(await FleetFixture.Refusal(() => world.Create("four")), Is.EqualTo(JobErrors.TooMany));
        Assert.That(world.Jobs.Find("two").Status, Is.EqualTo(JobStatus.Queued));
        await world.Jobs.Cancel("two", "anna");
        await world.Create("four");
        answer.SetResult(new MethodResult(200, null));
        await world.UntilEnd("three");
        await world.UntilEnd("four");
        Assert.That(world.Calls, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task JO1_So_many_devices_are_worked_on_at_once_and_no_more()
    {
        await using var world = await JobWorld.Start(7, new JobOptions { DevicesAtOnce = 3 });
        var waiting = new ConcurrentQueue<TaskCompletionSource<MethodResult>>();
        world.Answers = (_, _) =>
        {
            var answer = new TaskCompletionSource<MethodResult>(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Enqueue(answer);
            return answer.Task;
        };
        await world.Create("job", JobType.DeviceMethod);
        for (var answered = 0; answered < 7; answered++)
        {
            var called = Math.Min(3, 7 - answered);
            await JobWorld.Until(() => waiting.Count == called, () => $"{waiting.Count} are called");
            await world.Until("job", job => job.Counts == new JobCounts(7 - answered - called, called, answered, 0, 0));
            waiting.TryDequeue(out var answer);
            answer!.SetResult(new MethodResult(200, null));
        }

        await world.UntilEnd("job");
    }

    [Test]
    public async Task JO1_What_concerns_one_device_stops_no_other()
    {
        await using var world = await JobWorld.Start(4);
        await world.Fleet.PatchTwin("d1", FleetFixture.Object($$$"""{"tags":{"big":"{{{new string('x', 4000)}}}","more":"{{{new string('x', 4000)}}}"}}"""), null, "test", CancellationToken.None);
        await world.Create("twins", body: $$$"""{"tags":{"note":"{{{new string('n', 1000)}}}"}}""");
        Assert.That((await world.UntilEnd("twins")).Counts, Is.EqualTo(new JobCounts(0, 0, 3, 1, 0)));
        Assert.That((string?)world.Rows("twins")[1]["error"]!["code"], Is.EqualTo("RequestEntityTooLarge"));
        world.Answers = (id, _) => id switch
        {
            "d0" => Task.FromException<MethodResult>(DirectMethods.NotOnline(id)),
            "d1" => Task.FromException<MethodResult>(new NotSupportedException("a fault of the hub's own")),
            _ => Task.FromResult(new MethodResult(500, JsonValue.Create("no"))),
        };
        await world.Create("methods", JobType.DeviceMethod);
        Assert.That((await world.UntilEnd("methods")).Counts, Is.EqualTo(new JobCounts(0, 0, 2, 2, 0)));
        Assert.That(world.Rows("methods").Select(row => $"{row["status"]} {row["error"]?["code"]}"), Is.EqualTo(new[] { "failed DeviceNotOnline", "failed ServerError", "completed ", "completed " }));
        Assert.That(world.Calls.Select(call => call.Author), Is.All.EqualTo("job/methods of mara"));
    }

    [Test]
    public async Task JO1_A_job_that_goes_on_waits_for_devices_that_come_back_a_new_one_does_not()
    {
        await using var world = await JobWorld.Start(3, new JobOptions { DevicesAtOnce = 1 });
        world.Answers = async (_, cancellation) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, world.Time, cancellation);
            return null!;
        };
        await world.Create("job", JobType.DeviceMethod);
        await JobWorld.Until(() => !world.Calls.IsEmpty, () => "nobody is called");
        Assert.That(world.Calls.Single().ConnectTimeout, Is.EqualTo(TimeSpan.Zero));
        world.Calls.Clear();
        world.Answers = (_, _) => Task.FromResult(new MethodResult(200, null));
        await world.Restart();
        await world.UntilEnd("job");
        Assert.That(world.Calls.Select(call => call.ConnectTimeout), Is.EqualTo(new[] { TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(2) }));
        world.Calls.Clear();
        await world.Create("next", JobType.DeviceMethod);
        await world.UntilEnd("next");
        Assert.That(world.Calls.Select(call => call.ConnectTimeout), Is.All.EqualTo(TimeSpan.Zero));
    }

    [Test]
    public async Task JO1_Answers_are_kept_up_to_a_bound_and_above_it_the_status_is()
    {
        await using var world = await JobWorld.Start(3, new JobOptions { DevicesAtOnce = 1, MostAnswers = 20 });
        world.Answers = (_, _) => Task.FromResult(new MethodResult(200, JsonValue.Create("12345678")));
        await world.Create("job", JobType.DeviceMethod);
        Assert.That((await world.UntilEnd("job")).Counts.Completed, Is.EqualTo(3));
        Assert.That(
            world.Rows("job").Select(row => $"{row["outcome"]!["deviceMethodResponse"]!.ToJsonString()} {row["error"]?["code"]}"),
            Is.EqualTo(new[] { """{"status":200,"payload":"12345678"} """, """{"status":200,"payload":"12345678"} """, """{"status":200,"payload":null} RequestEntityTooLarge""" }));
    }

    [TestCase(5, TestName = "JO1_After_the_store_failed_before_an_answer_a_job_goes_on")]
    [TestCase(6, TestName = "JO1_After_the_store_failed_before_a_call_a_job_goes_on")]
    [TestCase(8, TestName = "JO1_After_the_store_failed_before_the_end_a_job_goes_on")]
    public async Task JO1_After_a_failure_of_the_store_a_job_goes_on(int commits)
    {
        await using var world = await JobWorld.Start(2, new JobOptions { DevicesAtOnce = 1 });
        world.Commits = commits;
        await world.Create("job", JobType.DeviceMethod);
        await JobWorld.Until(() => world.IsDead, () => "it lives on");
        await world.Time.UntilTimerIn(world.Options.RetryAfter);
        Assert.That(world.Jobs.Find("job").IsOpen, Is.True);
        world.Commits = null;
        world.Time.Advance(world.Options.RetryAfter);
        Assert.That((await world.UntilEnd("job")).Counts, Is.EqualTo(new JobCounts(0, 0, 2, 0, 0)));
        Assert.That(world.Calls.Select(call => call.DeviceId), Is.EqualTo(new[] { "d0", "d1" }));
    }

    [Test]
    public async Task JO1_What_could_not_be_written_down_was_not_acknowledged()
    {
        await using var world = await JobWorld.Start(1);
        world.Commits = 0;
        Assert.That(await FleetFixture.Refusal(() => world.Create("job")), Is.EqualTo(HubError.ServiceUnavailable));
        Assert.That(await FleetFixture.Refusal(() => Task.FromResult(world.Jobs.Find("job"))), Is.EqualTo(JobErrors.NotFound));
    }

    [Test]
    public async Task JO1_Jobs_leave_thirty_days_after_their_end_with_their_rows()
    {
        await using var world = await JobWorld.Start(1);
        await world.Create("old");
        await world.UntilEnd("old");
        for (var day = 0; day < 30; day++)
        {
            await Hours(24);
        }

        Assert.That(world.Jobs.Find("old").IsOpen, Is.False);
        await Hours(2);
        await JobWorld.Until(() => world.Store.FindJob("old") is null, () => "it is kept");
        Assert.That(world.Rows("old"), Is.Empty);
        await world.Create("old");

        // Hour by hour, as the clock goes: one that leaps is in doubt, and nothing leaves by it.
        async Task Hours(int count)
        {
            for (var hour = 0; hour < count; hour++)
            {
                await world.Time.UntilTimerWithin(TimeSpan.FromHours(1));
                world.Time.Advance(TimeSpan.FromHours(1));
            }
        }
    }
}
