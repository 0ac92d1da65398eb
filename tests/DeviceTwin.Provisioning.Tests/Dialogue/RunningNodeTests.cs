using DeviceTwin.Provisioning.Dialogue;
using DeviceTwin.SensorNode.Provisioning;
using DeviceTwin.SensorNode.Simulator.Board;
using DeviceTwin.SensorNode.Simulator.Network;
using DeviceTwin.SensorNode.Supervision;

namespace DeviceTwin.Tests.Provisioning.Dialogue;

/// <summary>A board that became a node of a hub goes on talking to the technician, in virtual time.</summary>
public sealed class RunningNodeTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Test]
    public async Task AProvisionedBoardReachesItsHub()
    {
        var world = new World();
        BoardDialogue dialogue = await world.ProvisionAsync();
        Assert.That((await dialogue.StatusAsync()).IsConnected, Is.False, "not before it has restarted");

        await world.RestartAsync();
        world.Scene.Line.Run(Minute);
        await dialogue.AuthenticateAsync(new SecretText(DialogueScene.Secret));
        BoardStatus status = await dialogue.StatusAsync();

        Assert.That((status.IsConnected, status.Mode, status.ResetCause), Is.EqualTo((true, "normal", "provisioned")));
        Assert.That(status.Utc, Is.EqualTo(world.Scene.Time.GetUtcNow()).Within(TimeSpan.FromSeconds(1)));
        Assert.That(world.Hub.IsListening);
        Assert.That(world.Scene.Board.Node!.Status().DeviceId, Is.EqualTo("pump-7"));
    }

    [Test]
    public async Task SensorsAreMeasuredBesideTheNodesOwnPlan()
    {
        var world = new World();
        BoardDialogue dialogue = await world.ProvisionAsync();
        await world.RestartAsync();
        world.Scene.Line.Run(Minute);
        await dialogue.AuthenticateAsync(new SecretText(DialogueScene.Secret));

        Assert.That((await dialogue.SensorCheckAsync()).IsGood);
        Assert.That((await dialogue.TapTestAsync(TimeSpan.FromSeconds(20))).Taps, Is.EqualTo(1));
        Assert.That((await dialogue.NoiseFloorAsync(TimeSpan.FromSeconds(5))).NoiseMicroG, Is.GreaterThan(0));
        Assert.That((await dialogue.StatusAsync()).IsConnected);
    }

    [TestCase("wrong name")]
    [TestCase("wrong password")]
    [TestCase("out of reach")]
    [TestCase("no time server")]
    [TestCase("hub down")]
    public async Task WhatKeepsANodeFromItsHubDoesNotKeepTheTechnicianFromIt(string trouble)
    {
        var world = new World(hasTime: trouble != "no time server");
        world.Scene.Board.Radio.Name = trouble == "wrong name" ? "office" : "plant";
        world.Scene.Board.Radio.Password = trouble == "wrong password" ? "another" : DialogueScene.Password;
        world.Scene.Board.Radio.InReach = trouble != "out of reach";
        world.Hub.IsOutage = trouble == "hub down";
        BoardDialogue dialogue = await world.ProvisionAsync();
        await world.RestartAsync();
        world.Scene.Line.Run(Minute);

        await dialogue.AuthenticateAsync(new SecretText(DialogueScene.Secret));
        BoardStatus status = await dialogue.StatusAsync();
        Assert.That(status.IsConnected, Is.False);
        Assert.That(status.Utc is null, Is.EqualTo(trouble is "wrong name" or "wrong password" or "out of reach" or "no time server"));

        world.Scene.Board.Radio.Name = null;
        world.Scene.Board.Radio.Password = null;
        world.Scene.Board.Radio.InReach = true;
        world.Hub.IsOutage = false;
        await dialogue.SetTimeAsync(world.Scene.Time.GetUtcNow());
        world.Scene.Line.Run(10 * Minute);
        await dialogue.AuthenticateAsync(new SecretText(DialogueScene.Secret));
        Assert.That((await dialogue.StatusAsync()).IsConnected, "once it is over");
    }

    [Test]
    public async Task AFactoryResetTakesTheNodeFromItsHub()
    {
        var world = new World();
        BoardDialogue dialogue = await world.ProvisionAsync();
        await world.RestartAsync();
        world.Scene.Line.Run(Minute);
        await dialogue.AuthenticateAsync(new SecretText(DialogueScene.Secret));
        await dialogue.FactoryResetAsync();
        Assert.That(await dialogue.WaitForLineAsync([BootLine.Waiting], Minute), Is.Not.Null);

        Assert.That((world.Scene.Board.Node, world.Scene.Board.Identity), Is.EqualTo(((DeviceTwin.SensorNode.Node?)null, (NodeIdentity?)null)));
        Assert.That((await dialogue.StatusAsync()).IsProtected, Is.False);
    }

    private sealed class World
    {
        public World(bool hasTime = true)
        {
            DialogueScene? scene = null;
            Hub = new SimulatedHub(() => scene!.Line.NowMs, () => scene!.Time.GetUtcNow().ToUnixTimeMilliseconds(), 1);
            scene = new DialogueScene(new ProvisionableBoard(new ProvisionableBoardOptions
            {
                Mac = "a0b1c2d3e4f5",
                IsTapped = true,
                Session = Hub.NewSession,
                TimeServer = () => hasTime ? scene!.Time.GetUtcNow().ToUnixTimeMilliseconds() : null,
            }));
            Scene = scene;
        }

        public DialogueScene Scene { get; }

        public SimulatedHub Hub { get; }

        public async Task<BoardDialogue> ProvisionAsync()
        {
            await Scene.Dialogue.StageAsync(DialogueScene.Texts());
            await Scene.Dialogue.CommitAsync(new SecretText(DialogueScene.Secret));
            return Scene.Dialogue;
        }

        public async Task RestartAsync()
        {
            await Scene.Dialogue.RebootAsync();
            Assert.That(await Scene.Dialogue.WaitForLineAsync([BootLine.Running], Minute), Is.Not.Null);
        }
    }
}
