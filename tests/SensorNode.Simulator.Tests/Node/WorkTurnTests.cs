using System.Text.Json.Nodes;
using DeviceTwin.SensorNode;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Link;
using DeviceTwin.SensorNode.Provisioning;
using DeviceTwin.SensorNode.Simulator.Board;
using DeviceTwin.SensorNode.Supervision;
using DeviceTwin.Tests.SensorNode.Simulator.Provisioning;

namespace DeviceTwin.Tests.SensorNode.Simulator.Node;

/// <summary>One large piece of work at a time: who has the turn, for how long, and what becomes of whoever does not get it.</summary>
public sealed class WorkTurnTests
{
    // Two answers that do not come, the pause between them, some steps, and a message whose missing confirmation makes the link ask anew.
    private const long LongestExchangeMs = HubLink.PublishTimeoutMs + (2 * DeviceTwin.SensorNode.Twin.TwinAgent.AnswerTimeoutMs) + 2500;

    [Test]
    public void OneHasItAtATimeAndGivesItBackForItselfOnly()
    {
        var turn = new WorkTurn();
        Assert.That(turn.Take(WorkTurn.Talk, 0), Is.True);
        Assert.That(turn.Take(WorkTurn.Talk, 10), Is.True, "who has it gets it again");
        Assert.That(turn.IsWanted(), Is.False);
        Assert.That(turn.Take(WorkTurn.Serial, 20), Is.False);
        Assert.That(turn.IsWanted(), Is.True);
        turn.Give(WorkTurn.Serial);
        Assert.That(turn.Holder(), Is.EqualTo(WorkTurn.Talk));
        turn.Give(WorkTurn.Talk);
        Assert.That(turn.IsWanted(), Is.False);
        Assert.That(turn.Take(WorkTurn.Serial, 30), Is.True);
    }

    [Test]
    public void ADialogueThatStandsStillLosesItAndATalkLoopDoesNot()
    {
        var turn = new WorkTurn();
        turn.Take(WorkTurn.Serial, 1000);
        turn.Take(WorkTurn.Serial, 30_000);
        Assert.That(turn.Take(WorkTurn.Talk, 1000 + WorkTurn.StalledMs - 1), Is.False);
        Assert.That(turn.Take(WorkTurn.Talk, 1000 + WorkTurn.StalledMs), Is.True, "counted from when it was taken first");
        turn.Give(WorkTurn.Serial);
        Assert.That(turn.Holder(), Is.EqualTo(WorkTurn.Talk), "who comes back too late gives back nothing");
        Assert.That(turn.Take(WorkTurn.Serial, 10_000_000), Is.False, "the supervisor restarts a talk loop that stands still");
    }

    [Test]
    public void TalkKeepsItFromAskingForTheTwinUntilThatIsReported()
    {
        var scene = new NodeScene();
        bool wasRead = false;
        bool wasReported = false;
        for (long nowMs = 0; nowMs < 20_000; nowMs += 50)
        {
            scene.RunTo(nowMs);
            bool isBusy = scene.Node.Outbox.HoldsMemory || scene.Status.TwinState is DeviceTwin.SensorNode.Twin.TwinState.Reading or DeviceTwin.SensorNode.Twin.TwinState.Reporting;
            wasRead |= scene.Status.TwinState == DeviceTwin.SensorNode.Twin.TwinState.Reading;
            wasReported |= scene.Status.TwinState == DeviceTwin.SensorNode.Twin.TwinState.Reporting;
            Assert.That(scene.Node.Turn.Holder(), Is.EqualTo(isBusy ? WorkTurn.Talk : WorkTurn.Nobody), "and while it reads files");
        }

        Assert.That(wasRead && wasReported && scene.Status.IsTwinSettled, Is.True);
        Assert.That(scene.Node.Turn.Holder(), Is.EqualTo(WorkTurn.Nobody));
    }

    [Test]
    public void WhileADialogueHasItTalkDoesNothingAndLivesOn()
    {
        var scene = new NodeScene();
        scene.Node.Turn.Take(WorkTurn.Serial, 0);
        scene.RunTo(30_000);
        Assert.That(scene.Session.Connects, Is.Empty);
        Assert.That(scene.Node.StepWatch(30_000), Is.EqualTo(-1), "it waits, it does not stand still");
        Assert.That(scene.Status.Captures, Is.Positive, "measuring needs no turn");
        scene.Node.Turn.Give(WorkTurn.Serial);
        scene.RunTo(40_000);
        Assert.That(scene.Status.IsTwinSettled, Is.True);
    }

    [Test]
    public void AHubThatOwesAnAnswerKeepsTheTurnForALimitedTime()
    {
        NodeScene scene = new NodeScene().RunTo(20_000);
        Assert.That(scene.Status.IsTwinSettled, Is.True);
        scene.Session.IsSilent = true;
        scene.Session.Tear();
        long heldSinceMs = -1;
        long longestMs = 0;
        int free = 0;
        for (long nowMs = 20_000; nowMs < 900_000; nowMs += 100)
        {
            scene.RunTo(nowMs);
            if (scene.Node.Turn.Holder() != WorkTurn.Talk)
            {
                heldSinceMs = -1;
                free++;
            }
            else
            {
                heldSinceMs = heldSinceMs < 0 ? nowMs : heldSinceMs;
                longestMs = Math.Max(longestMs, nowMs - heldSinceMs);
            }
        }

        Assert.That(longestMs, Is.GreaterThan(30_000).And.LessThanOrEqualTo(LongestExchangeMs));
        Assert.That(free, Is.Positive);
    }

    [Test]
    public void ATechnicianIsAnsweredWithinASecondWhateverTalkDoes()
    {
        var scene = new DialogueScene();
        var turn = new WorkTurn();
        SerialHost host = Host(scene, turn);
        turn.Take(WorkTurn.Talk, 0);
        int number = scene.Send(SerialCommand.Identify, []);
        long atMs = Until(host, scene, 0, number, out JsonObject busy);
        Assert.That(atMs, Is.InRange(SerialDialogue.BusyAfterMs, 1000 - 100), "before the tool asks again");
        Assert.That(DialogueScene.StatusOf(busy), Is.EqualTo(SerialStatus.Busy));
        number = scene.Send(SerialCommand.Identify, []);
        turn.Give(WorkTurn.Talk);
        Until(host, scene, atMs, number, out JsonObject answer);
        Assert.That(DialogueScene.StatusOf(answer), Is.Zero, "asked again, it is served");
        Assert.That(turn.Holder(), Is.EqualTo(WorkTurn.Nobody));
    }

    [Test]
    public void ARequestThatWaitsIsServedOnceWhenTheTurnIsFree()
    {
        var scene = new DialogueScene();
        var turn = new WorkTurn();
        SerialHost host = Host(scene, turn);
        turn.Take(WorkTurn.Talk, 0);
        int number = scene.Send(SerialCommand.Identify, []);
        for (long nowMs = 0; nowMs < SerialDialogue.BusyAfterMs; nowMs += 10)
        {
            host.Step(nowMs, true, LinkFault.None);
        }

        Assert.That(scene.Pipe.Receive(), Is.Empty);
        turn.Give(WorkTurn.Talk);
        Until(host, scene, SerialDialogue.BusyAfterMs, number, out JsonObject answer);
        Assert.That(DialogueScene.StatusOf(answer), Is.Zero);
        Assert.That(host.Dialogue.Served, Is.EqualTo(1));
    }

    [Test]
    public void AQuietDialogueDoesNotAskForTheTurn()
    {
        var turn = new WorkTurn();
        SerialHost host = Host(new DialogueScene(), turn);
        turn.Take(WorkTurn.Talk, 0);
        for (long nowMs = 0; nowMs < 60_000; nowMs += 100)
        {
            host.Step(nowMs, true, LinkFault.None);
        }

        Assert.That(turn.IsWanted(), Is.False);
    }

    private static SerialHost Host(DialogueScene scene, WorkTurn turn)
    {
        var supervisor = new Supervisor(scene.Files, new SimulatedPower(), new HealthCounters(), TalkLoop.SettingsFile);
        supervisor.Start();
        return new SerialHost(scene.Pipe, scene.Files, supervisor, scene.Dialogue, turn);
    }

    private static long Until(SerialHost host, DialogueScene scene, long fromMs, int number, out JsonObject answer)
    {
        for (long nowMs = fromMs; nowMs < fromMs + 5000; nowMs += 10)
        {
            host.Step(nowMs, true, LinkFault.None);
            scene.Collect();
            JsonObject[] answers = [.. scene.Frames.Where(frame => frame.Kind == SerialFrame.Response && frame.Number == number).Select(frame => frame.Payload)];
            if (answers.Length > 0)
            {
                Assert.That(answers, Has.Length.EqualTo(1));
                answer = answers[0];
                return nowMs;
            }
        }

        Assert.Fail("no answer");
        answer = [];
        return 0;
    }
}
