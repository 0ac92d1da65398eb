using System.Text;
using System.Text.Json.Nodes;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Provisioning;
using DeviceTwin.SensorNode.Simulator.Board;

namespace DeviceTwin.Tests.SensorNode.Simulator.Provisioning;

/// <summary>A board's provisioning port and a tool at its other end, in virtual time.</summary>
internal sealed class DialogueScene
{
    public const string Secret = "cHJvdmlzaW9uaW5nLXNlY3JldC0xMjM0NTY3ODkwMTI=";
    public const string Key = "bm9kZS1rZXktb2YtdGhpcnR5LXR3by1ieXRlcyEhISE=";

    private readonly SerialReceiver _receiver = new();
    private int _number;

    public DialogueScene(IFiles? files = null, int starts = 1)
    {
        Files = files ?? new MemoryFiles();
        Dialogue = new SerialDialogue(
            Pipe,
            Files,
            Clock,
            Radio,
            Sensors,
            new ProvisioningFacts
            {
                Board = "esp32-s3-devkitc-1-n8r8",
                Firmware = "0.1.0",
                ChipId = "a0b1c2d3e4f5",
                Mac = "a0b1c2d3e4f5",
                Accelerometer = "iis3dwb",
                Thermometer = "mcp9808",
                Mode = "normal",
                ResetCause = "powerOn",
                Starts = starts,
            });
    }

    public SerialPipe Pipe { get; } = new();

    public IFiles Files { get; }

    public SimulatedClock Clock { get; } = new();

    public SimulatedRadio Radio { get; } = new();

    public SimulatedSensors Sensors { get; } = new();

    public SerialDialogue Dialogue { get; }

    public long NowMs { get; private set; }

    /// <summary>Frames that came from the node, in their order.</summary>
    public List<(int Kind, int Number, int Command, JsonObject Payload)> Frames { get; } = [];

    public static string Pem(string what, int lines) =>
        $"-----BEGIN {what}-----\n{string.Concat(Enumerable.Range(0, lines).Select(line => new string((char)('A' + (line % 26)), 64) + "\n"))}-----END {what}-----\n";

    /// <summary>Lets time pass in steps of the size that the dialogue asks for.</summary>
    public DialogueScene Run(long milliseconds)
    {
        long untilMs = NowMs + milliseconds;
        while (NowMs < untilMs)
        {
            long next = Dialogue.Step(NowMs);
            Assert.That(next, Is.GreaterThan(NowMs));
            NowMs = Math.Min(next, untilMs);
            Clock.AdvanceToMs(NowMs);
        }

        Collect();
        return this;
    }

    /// <summary>Sends a request and waits for its answer.</summary>
    public JsonObject Ask(int command, string payload = "", long patienceMs = 200) => Ask(command, Encoding.UTF8.GetBytes(payload), patienceMs);

    public JsonObject Ask(int command, byte[] payload, long patienceMs = 200)
    {
        int before = Frames.Count;
        int number = Send(command, payload);
        Run(patienceMs);
        var answers = Frames.Skip(before).Where(frame => frame.Kind == SerialFrame.Response && frame.Number == number).ToArray();
        Assert.That(answers, Has.Length.EqualTo(1), $"one answer to {SerialCommand.Word(command)}");
        Assert.That(answers[0].Command, Is.EqualTo(command));
        return answers[0].Payload;
    }

    /// <summary>Sends a request under the next number.</summary>
    public int Send(int command, byte[] payload)
    {
        _number = (_number % 255) + 1;
        byte[] frame = new byte[SerialFrame.MaximumLength];
        int length = SerialFrame.Write(frame, SerialFrame.Request, _number, command, payload, payload.Length);
        LastSent = frame[..length];
        Pipe.Send(LastSent);
        return _number;
    }

    public byte[] LastSent { get; private set; } = [];

    public static int StatusOf(JsonObject answer) => (int)answer["status"]!;

    /// <summary>Sends a long text in pieces.</summary>
    public void Put(int field, string text, int piece = 200)
    {
        for (int offset = 0; offset < text.Length; offset += piece)
        {
            JsonObject answer = Ask(SerialCommand.Put, Piece(field, offset, text.Substring(offset, Math.Min(piece, text.Length - offset))), 20);
            Assert.That(StatusOf(answer), Is.Zero, answer.ToJsonString());
            Assert.That((int)answer["offset"]!, Is.EqualTo(Math.Min(offset + piece, text.Length)));
        }
    }

    public static byte[] Piece(int field, int offset, string text) => [(byte)field, (byte)offset, (byte)(offset >> 8), .. Encoding.ASCII.GetBytes(text)];

    /// <summary>A whole configuration, committed with the secret.</summary>
    public DialogueScene Provision()
    {
        Stage();
        Assert.That(StatusOf(Ask(SerialCommand.Commit, $$"""{"secret":"{{Secret}}"}""")), Is.Zero);
        return this;
    }

    public void Stage()
    {
        Assert.That(StatusOf(Ask(SerialCommand.WifiSet, """{"network":"plant","networkPassword":"pass word"}""")), Is.Zero);
        Assert.That(StatusOf(Ask(SerialCommand.IdentitySet, $$"""{"deviceId":"pump-7","key":"{{Key}}"}""")), Is.Zero);
        Assert.That(StatusOf(Ask(SerialCommand.HubSet, """{"hubHost":"hub.plant.example","hubPort":8883,"timeServer":"time.plant.example"}""")), Is.Zero);
        Put(StagedField.CertificateAuthority, Pem("CERTIFICATE", 28));
    }

    public JsonObject Authenticate(string secret = Secret)
    {
        JsonObject challenge = Ask(SerialCommand.Challenge);
        if (StatusOf(challenge) != 0)
        {
            return challenge;
        }

        byte[] answer = SessionLock.Sign(Convert.FromBase64String(secret), Convert.FromHexString((string)challenge["challenge"]!), "a0b1c2d3e4f5");
        return Ask(SerialCommand.Authenticate, $$"""{"answer":"{{Convert.ToHexStringLower(answer)}}"}""");
    }

    public void Collect()
    {
        byte[] bytes = Pipe.Receive();
        for (int at = 0; at < bytes.Length;)
        {
            int count = Math.Min(_receiver.Room, bytes.Length - at);
            _receiver.Add(bytes[at..(at + count)], count, NowMs);
            at += count;
            while (_receiver.Next(NowMs) is var found and not SerialReceiver.Nothing)
            {
                if (found == SerialReceiver.Frame)
                {
                    string payload = Encoding.UTF8.GetString(_receiver.Buffer, SerialFrame.HeaderLength, _receiver.PayloadLength);
                    Frames.Add((_receiver.Kind, _receiver.Number, _receiver.Command, (JsonObject)JsonNode.Parse(payload)!));
                }
            }
        }
    }
}
