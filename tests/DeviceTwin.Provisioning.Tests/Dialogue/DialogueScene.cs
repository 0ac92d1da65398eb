using DeviceTwin.Provisioning.Dialogue;
using DeviceTwin.SensorNode.Provisioning;
using DeviceTwin.SensorNode.Simulator.Board;

namespace DeviceTwin.Tests.Provisioning.Dialogue;

/// <summary>A board, the tool, and the line between them, in virtual time.</summary>
internal sealed class DialogueScene
{
    public const string Secret = "cHJvdmlzaW9uaW5nLXNlY3JldC0xMjM0NTY3ODkwMTI=";
    public const string OtherSecret = "b3RoZXItc2VjcmV0LW9mLTMyLWJ5dGVzLWxlbmd0aCE=";
    public const string Key = "bm9kZS1rZXktb2YtdGhpcnR5LXR3by1ieXRlcyEhISE=";
    public const string Password = "pass word";

    private readonly DialogueOptions options;

    public DialogueScene(ProvisionableBoard? board = null, DialogueOptions? options = null)
    {
        this.options = (options ?? new DialogueOptions()) with { Seed = 7 };
        Board = board ?? new ProvisionableBoard(new ProvisionableBoardOptions { Mac = "a0b1c2d3e4f5", IsTapped = true });
        Line = new VirtualLine(Board, Time);
        Dialogue = NewDialogue();
    }

    private int tools;

    public ManualTime Time { get; } = new();

    public ProvisionableBoard Board { get; }

    public VirtualLine Line { get; }

    public BoardDialogue Dialogue { get; private set; }

    public List<string> Lines { get; } = [];

    /// <summary>The tool is started anew: nothing of the old one is known.</summary>
    public BoardDialogue NewDialogue()
    {
        Dialogue = new BoardDialogue(Line, Time, options with { Seed = options.Seed + ++tools });
        Dialogue.LineReceived += line => Lines.Add(line.Text);
        return Dialogue;
    }

    public static string Pem(int lines) =>
        $"-----BEGIN CERTIFICATE-----\n{string.Concat(Enumerable.Range(0, lines).Select(line => new string((char)('A' + (line % 26)), 64) + "\n"))}-----END CERTIFICATE-----\n";

    public static StagedText[] Texts(int pemLines = 28, string deviceId = "pump-7") =>
    [
        new(StagedField.Network, "plant"),
        new(StagedField.NetworkPassword, Password),
        new(StagedField.DeviceId, deviceId),
        new(StagedField.Key, Key),
        new(StagedField.HubHost, "hub.plant.example"),
        new(StagedField.HubPort, "8883"),
        new(StagedField.TimeServer, null),
        new(StagedField.CertificateAuthority, Pem(pemLines)),
    ];

    /// <summary>A whole configuration, stored, and the node restarted with it.</summary>
    public async Task ProvisionAsync(int pemLines = 28)
    {
        await Dialogue.StageAsync(Texts(pemLines));
        await Dialogue.CommitAsync(new SecretText(Secret));
        await Dialogue.RebootAsync();
        Assert.That(await Dialogue.WaitForLineAsync([DeviceTwin.SensorNode.Supervision.BootLine.Running], TimeSpan.FromSeconds(10)), Is.Not.Null);
    }

    public async Task<BoardDialogue> OpenAsync()
    {
        await ProvisionAsync();
        await Dialogue.AuthenticateAsync(new SecretText(Secret));
        return Dialogue;
    }
}
