using System.IO.Pipelines;
using System.Text;
using System.Text.Json.Nodes;
using DeviceTwin.SensorNode.Provisioning;
using DeviceTwin.SensorNode.Simulator.Board;
using DeviceTwin.SensorNode.Supervision;

namespace DeviceTwin.Tests.SensorNode.Simulator.Provisioning;

/// <summary>Boards on a bench: provisioned over their serial ports, they start anew with what was stored.</summary>
public sealed class ProvisionableBoardTests
{
    private const string Secret = DialogueScene.Secret;

    [Test]
    public void ABoardFromTheWorkshopWaitsAndSaysSo()
    {
        var board = new ProvisionableBoard("a0b1c2d3e4f5");

        Assert.That(Encoding.ASCII.GetString(board.Pipe.Receive()), Is.EqualTo(
            $"DT01 starting: {DeviceTwin.SensorNode.Node.FirmwareVersion}\r\nDT02 board: simulated\r\nDT04 cause: powerOn\r\nDT06 identityRefused: identityMissing\r\nDT13 waiting\r\n"));
    }

    [Test]
    public void TwentyBoardsAreProvisionedOneAfterTheOther()
    {
        for (int number = 1; number <= 20; number++)
        {
            var board = new ProvisionableBoard($"a0b1c2d3e4{number:x2}");
            var tool = new Tool(board);
            tool.Provision($"pump-{number}");
            tool.Ask(SerialCommand.Reboot);
            tool.Run(1000);

            Assert.That(board.Starts, Is.EqualTo(2));
            Assert.That(board.Identity!.DeviceId, Is.EqualTo($"pump-{number}"));
            Assert.That(board.Supervisor.Cause, Is.EqualTo(ResetCause.Provisioned));
            Assert.That(tool.Text, Does.Contain("DT12 restarting: provisioned\r\n").And.Contain($"DT05 identity: pump-{number} hub.plant.example\r\n").And.EndsWith("DT10 running\r\n"));
            Assert.That(board.Pipe.Overflows, Is.Zero);
        }
    }

    [Test]
    public void AFactoryResetLeavesABoardAsFromTheWorkshop()
    {
        var board = new ProvisionableBoard("a0b1c2d3e4f5");
        var tool = new Tool(board);
        tool.Provision("pump-7");
        board.Files.Write("settings", [1]);
        tool.Ask(SerialCommand.FactoryReset, """{"confirm":"factoryReset"}""");
        tool.Run(1000);

        Assert.That(board.Identity, Is.Null);
        Assert.That(board.Files.Read("settings"), Is.Null);
        Assert.That(board.Supervisor.Cause, Is.EqualTo(ResetCause.FactoryReset));
        Assert.That((bool)tool.Ask(SerialCommand.Status)["protected"]!, Is.False);
    }

    [TestCase(false, SerialStatus.Locked)]
    [TestCase(true, SerialStatus.Ok)]
    public void TheButtonOpensALockedBoard(bool held, int expected)
    {
        var board = new ProvisionableBoard("a0b1c2d3e4f5");
        var tool = new Tool(board);
        tool.Provision("pump-7");
        board.CyclePower(tool.NowMs, held);

        Assert.That((int)tool.Ask(SerialCommand.Discard)["status"]!, Is.EqualTo(expected));
        string[] trace = Supervision.TraceRingTests.WordsOf(board.Supervisor.Trace);
        Assert.That(trace.Contains("provisioningOpened"), Is.EqualTo(held));
    }

    [Test]
    public void WhoTriesIsTraced()
    {
        var board = new ProvisionableBoard("a0b1c2d3e4f5");
        var tool = new Tool(board);
        tool.Provision("pump-7");
        tool.Ask(SerialCommand.Close);
        tool.Ask(SerialCommand.Challenge);
        tool.Ask(SerialCommand.Authenticate, """{"answer":"00"}""");

        Assert.That(Supervision.TraceRingTests.WordsOf(board.Supervisor.Trace), Is.EqualTo(new[] { "started", "provisioned", "provisioningRefused" }));
    }

    [Test]
    public async Task ABoardIsAttachedToAStream()
    {
        var toBoard = new Pipe();
        var fromBoard = new Pipe();
        using var end = new CancellationTokenSource();
        var board = new ProvisionableBoard("a0b1c2d3e4f5");
        Task running = board.RunAsync(new Duplex(toBoard.Reader.AsStream(), fromBoard.Writer.AsStream()), TimeProvider.System, end.Token);
        await toBoard.Writer.WriteAsync(SerialFrameTests.Make(1, "", SerialCommand.Identify));

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        string seen = "";
        while (!seen.Contains("\"chipId\":\"a0b1c2d3e4f5\"", StringComparison.Ordinal))
        {
            ReadResult read = await fromBoard.Reader.ReadAsync(patience.Token);
            seen += Encoding.Latin1.GetString(System.Buffers.BuffersExtensions.ToArray(read.Buffer));
            fromBoard.Reader.AdvanceTo(read.Buffer.End);
        }

        Assert.That(seen, Does.Contain("DT13 waiting\r\n"));
        await toBoard.Writer.CompleteAsync();
        await running.WaitAsync(TimeSpan.FromSeconds(20));
    }

    /// <summary>The other side, as short as it can be.</summary>
    private sealed class Tool(ProvisionableBoard board)
    {
        private readonly SerialReceiver _receiver = new();
        private readonly StringBuilder _text = new();
        private int _number;
        private JsonObject? _answer;

        public long NowMs { get; private set; }

        public string Text => _text.ToString();

        public void Run(int milliseconds)
        {
            for (long untilMs = NowMs + milliseconds; NowMs < untilMs;)
            {
                NowMs = Math.Min(Math.Max(board.Step(NowMs), NowMs + 1), untilMs);
                Take(board.Pipe.Receive());
            }
        }

        public JsonObject Ask(int command, string payload = "") => Ask(command, Encoding.UTF8.GetBytes(payload));

        public JsonObject Ask(int command, byte[] payload)
        {
            _number = (_number % 255) + 1;
            _answer = null;
            byte[] frame = new byte[SerialFrame.MaximumLength];
            board.Pipe.Send(frame.AsSpan(0, SerialFrame.Write(frame, SerialFrame.Request, _number, command, payload, payload.Length)));
            for (int patience = 0; _answer == null && patience < 300; patience++)
            {
                Run(10);
            }

            Assert.That(_answer, Is.Not.Null, SerialCommand.Word(command));
            return _answer!;
        }

        public void Provision(string deviceId)
        {
            Ask(SerialCommand.WifiSet, """{"network":"plant","networkPassword":"pass word"}""");
            Ask(SerialCommand.IdentitySet, $$"""{"deviceId":"{{deviceId}}","key":"{{DialogueScene.Key}}"}""");
            Ask(SerialCommand.HubSet, """{"hubHost":"hub.plant.example"}""");
            string pem = DialogueScene.Pem("CERTIFICATE", 28);
            for (int at = 0; at < pem.Length; at += 200)
            {
                Ask(SerialCommand.Put, DialogueScene.Piece(StagedField.CertificateAuthority, at, pem.Substring(at, Math.Min(200, pem.Length - at))));
            }

            Assert.That((int)Ask(SerialCommand.Commit, $$"""{"secret":"{{Secret}}"}""")["status"]!, Is.Zero);
        }

        // Text between frames is kept apart: it is for a person.
        private void Take(byte[] bytes)
        {
            foreach (byte next in bytes)
            {
                bool inFrame = _receiver.Room < SerialFrame.MaximumLength;
                if (next < 0x80 && !inFrame)
                {
                    _text.Append((char)next);
                    continue;
                }

                _receiver.Add([next], 1, NowMs);
                if (_receiver.Next(NowMs) == SerialReceiver.Frame)
                {
                    if (_receiver.Kind == SerialFrame.Response && _receiver.Number == _number)
                    {
                        _answer = (JsonObject)JsonNode.Parse(_receiver.Buffer.AsSpan(SerialFrame.HeaderLength, _receiver.PayloadLength))!;
                    }

                    _receiver.Next(NowMs);
                }
            }
        }
    }

    private sealed class Duplex(Stream reader, Stream writer) : Stream
    {
        public override bool CanRead => true;

        public override bool CanWrite => true;

        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => reader.ReadAsync(buffer, cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => writer.WriteAsync(buffer, cancellationToken);

        public override Task FlushAsync(CancellationToken cancellationToken) => writer.FlushAsync(cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => reader.Read(buffer, offset, count);

        public override void Write(byte[] buffer, int offset, int count) => writer.Write(buffer, offset, count);

        public override void Flush() => writer.Flush();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
