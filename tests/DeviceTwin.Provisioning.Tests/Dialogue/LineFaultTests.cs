using System.Text;
using DeviceTwin.Provisioning.Dialogue;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Provisioning;
using DeviceTwin.SensorNode.Simulator.Board;
using DeviceTwin.SensorNode.Supervision;

namespace DeviceTwin.Tests.Provisioning.Dialogue;

/// <summary>A whole session on lines that lose, double, change and delay bytes, with cables that are pulled and power that is cut at every request.</summary>
public sealed class LineFaultTests
{
    private const int PemLines = 4;

    public enum Fault
    {
        Lost,
        Doubled,
        Changed,
        Garbage,
    }

    [Test]
    public Task OneByteThatIsDisturbedDoesNoHarm([Values] bool onItsWayToTheBoard) => EachByte(onItsWayToTheBoard, place => [(Fault)(place % 4)]);

    [Test]
    [Explicit("Each fault at each byte: four times as long as one fault at each.")]
    public Task OneByteThatIsDisturbedInAnyWayDoesNoHarm([Values] bool onItsWayToTheBoard) => EachByte(onItsWayToTheBoard, _ => Enum.GetValues<Fault>());

    [Test]
    public async Task AnAnswerThatIsLostIsGivenAgain()
    {
        int requests = (await Undisturbed()).Line.Writes;
        for (int lost = 0; lost < requests; lost++)
        {
            var scene = new DialogueScene();
            int turn = lost + 1;
            scene.Line.ToTool = (_, next) => scene.Line.Writes == turn ? [] : [next];

            await Session(scene, $"without the answer to request {lost}");

            Assert.That(scene.Line.Writes, Is.GreaterThan(requests), $"request {lost} was not asked again");
            Assert.That(scene.Board.Starts, Is.EqualTo(2));
        }
    }

    [TestCase(300)]
    [TestCase(999)]
    [TestCase(1300)]
    public async Task RequestsThatAreUnderWayForLongAreServedOnce(int delayMs)
    {
        var scene = new DialogueScene();
        scene.Line.Delay = _ => delayMs;

        await Session(scene, $"{delayMs} ms late");

        Assert.That(scene.Board.Starts, Is.EqualTo(2));
    }

    [Test]
    public void RequestsThatAreUnderWayForLongerThanTwoSecondsAreNotAnswered()
    {
        var scene = new DialogueScene();
        scene.Line.Delay = _ => 2500;

        Assert.That(async () => await scene.Dialogue.IdentifyAsync(), Throws.TypeOf<BoardSilentException>());
    }

    [Test]
    public async Task PowerThatIsCutAtAnyRequestLeavesTheOldConfigurationOrTheNew()
    {
        int requests = (await Undisturbed()).Line.Writes;
        for (int cut = 0; cut < requests; cut++)
        {
            var scene = new DialogueScene();
            scene.Line.Writing = number => Do(number == cut, () => scene.Board.CyclePower(scene.Line.NowMs));
            Exception? met = await Try(() => Session(scene, ""));
            scene.Line.Writing = null;

            Assert.That(met, Is.Null.Or.TypeOf<DialogueException>().Or.TypeOf<BoardRestartedException>().Or.TypeOf<BoardSilentException>().Or.TypeOf<InvalidDataException>(), $"cut at request {cut}");
            Assert.That(scene.Board.Identity?.DeviceId, Is.Null.Or.EqualTo("pump-7"), $"cut at request {cut}");
            await Again(scene, $"after a cut at request {cut}");
        }
    }

    [Test]
    public async Task ACableThatIsPulledAtAnyRequestIsPluggedInAgainAndTheSessionGoesOn()
    {
        int requests = (await Undisturbed()).Line.Writes;
        for (int pulled = 0; pulled < requests; pulled++)
        {
            var scene = new DialogueScene();
            scene.Line.Writing = number => scene.Line.IsPulled = number == pulled;
            Exception? met = await Try(() => Session(scene, ""));
            scene.Line.Writing = null;
            scene.Line.IsPulled = false;

            Assert.That(met, Is.InstanceOf<IOException>(), $"pulled at request {pulled}");
            await Again(scene, $"after request {pulled}");
        }
    }

    [Test]
    public async Task ARestartInTheMiddleOfALongTextIsNoticed()
    {
        var scene = new DialogueScene();
        await scene.Dialogue.IdentifyAsync();
        scene.Line.Writing = number => Do(number == 4, () => scene.Board.CyclePower(scene.Line.NowMs));

        Assert.That(
            async () => await scene.Dialogue.PutAsync(StagedField.CertificateAuthority, DialogueScene.Pem(28)), Throws.TypeOf<BoardRestartedException>());
    }

    [Test]
    public async Task APieceThatDoesNotFollowIsSentFromWhereTheNodeSays()
    {
        // What the board stores of the text goes wrong once: it asks for the text from the beginning.
        var files = new FailingOnce(new MemoryFiles(), 3);
        var scene = new DialogueScene(new ProvisionableBoard("a0b1c2d3e4f5", files));
        List<TransferProgress> heard = [];

        await scene.Dialogue.PutAsync(StagedField.CertificateAuthority, DialogueScene.Pem(28), new Listener<TransferProgress>(heard.Add));

        int total = DialogueScene.Pem(28).Length;
        Assert.That(heard.Take(4), Is.EqualTo(new[] { new TransferProgress("ca", 200, total), new("ca", 400, total), new("ca", 0, total), new("ca", 200, total) }));
        Assert.That(heard[^1].Sent, Is.EqualTo(total));
        Assert.That((await scene.Dialogue.StatusAsync()).Differences([new StagedText(StagedField.CertificateAuthority, DialogueScene.Pem(28))]), Is.Empty);
    }

    [Test]
    public async Task NoiseThatLastsLongerThanPatienceIsBlamedOnTheLine()
    {
        var scene = new DialogueScene();
        await scene.Dialogue.IdentifyAsync();
        var random = new Random(1);
        scene.Line.ToTool = (_, next) => [(byte)(next ^ (random.Next(4) == 0 ? 0x10 : 0))];

        Assert.That(
            async () => await scene.Dialogue.StatusAsync(),
            Throws.TypeOf<DialogueException>().With.Property(nameof(DialogueException.Status)).EqualTo(SerialStatus.Garbled)
                .Or.TypeOf<BoardSilentException>().With.Property(nameof(BoardSilentException.BytesHeard)).GreaterThan(0));
    }

    [Test]
    public async Task ALineThatLosesAByteOfFiveHundredIsGoodEnough()
    {
        var random = new Random(5);
        var scene = new DialogueScene(options: new DialogueOptions { GarbledAttempts = 50, Attempts = 5 });
        scene.Line.ToTool = (_, next) => random.Next(500) == 0 ? [(byte)random.Next(256)] : [next];
        scene.Line.ToBoard = (_, next) => random.Next(500) == 0 ? [] : [next];

        await Session(scene, "on a bad line");
    }

    private static async Task EachByte(bool toBoard, Func<int, Fault[]> faults)
    {
        DialogueScene whole = await Undisturbed();
        int bytes = toBoard ? whole.Line.SentBytes : whole.Line.ReceivedBytes;
        for (int place = 0; place < bytes; place++)
        {
            foreach (Fault fault in faults(place))
            {
                await OneByte(toBoard, place, fault);
            }
        }
    }

    private static async Task OneByte(bool toBoard, int place, Fault fault)
    {
        var scene = new DialogueScene();
        byte[] Break(int position, byte next) => position != place ? [next] : fault switch
        {
            Fault.Lost => [],
            Fault.Doubled => [next, next],
            Fault.Changed => [(byte)(next ^ (1 << (place % 8)))],
            _ => [0xF5, 0xD7, 0x01, 0x02, next],
        };
        if (toBoard)
        {
            scene.Line.ToBoard = Break;
        }
        else
        {
            scene.Line.ToTool = Break;
        }

        await Session(scene, $"{fault} at byte {place}");
    }

    private static async Task<DialogueScene> Undisturbed()
    {
        var scene = new DialogueScene();
        await Session(scene, "undisturbed");
        return scene;
    }

    private static async Task Session(DialogueScene scene, string when)
    {
        try
        {
            await Provision(scene.Dialogue);
        }
        catch (Exception exception) when (when.Length > 0 && exception is DialogueException or BoardSilentException or BoardRestartedException or InvalidDataException)
        {
            Assert.Fail($"{when}: {exception.Message}");
        }

        Assert.That(scene.Board.Identity?.DeviceId, Is.EqualTo("pump-7"), when);
        Assert.That(scene.Board.Identity!.CertificateAuthority, Is.EqualTo(DialogueScene.Pem(PemLines)), when);
    }

    // What a tool does that was interrupted: it looks what is there, and begins anew where that is not what should be.
    private static async Task Again(DialogueScene scene, string when)
    {
        scene.Line.Run(TimeSpan.FromSeconds(2));
        BoardDialogue dialogue = scene.NewDialogue();
        if ((await dialogue.StatusAsync()).IsProtected)
        {
            await dialogue.AuthenticateAsync(new SecretText(DialogueScene.Secret));
        }

        await dialogue.DiscardAsync();
        await Session(scene, when);
    }

    private static async Task Provision(BoardDialogue dialogue)
    {
        StagedText[] texts = DialogueScene.Texts(PemLines);
        await dialogue.StageAsync(texts);
        BoardStatus status = await dialogue.StatusAsync();
        if (status.Differences(texts).Count > 0)
        {
            throw new InvalidDataException($"What was staged is not what is there: {string.Join(' ', status.Differences(texts))}.");
        }

        await dialogue.CommitAsync(new SecretText(DialogueScene.Secret));
        await dialogue.RebootAsync();
        await dialogue.WaitForLineAsync([BootLine.Running], TimeSpan.FromSeconds(3));
    }

    private static async Task<Exception?> Try(Func<Task> what)
    {
        try
        {
            await what();
            return null;
        }
        catch (Exception exception) when (exception is not AssertionException)
        {
            return exception;
        }
    }

    private static void Do(bool isNow, Action what)
    {
        if (isNow)
        {
            what();
        }
    }

    private sealed class FailingOnce(IFiles files, int failing) : IFiles
    {
        private int appends;

        public byte[]? Read(string name) => files.Read(name);

        public void Write(string name, byte[] content) => files.Write(name, content);

        public void Append(string name, byte[] bytes, int count)
        {
            if (++appends == failing)
            {
                throw new IOException("once");
            }

            files.Append(name, bytes, count);
        }

        public int ReadAt(string name, int position, byte[] buffer, int count) => files.ReadAt(name, position, buffer, count);

        public int Length(string name) => files.Length(name);

        public void Delete(string name) => files.Delete(name);

        public string[] List() => files.List();
    }
}
