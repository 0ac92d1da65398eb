namespace DeviceTwin.Provisioning.Tray;

/// <summary>What can be wrong with a board, its cable, its network or its place at the hub: a stable word, one sentence, and what to do next.</summary>
/// <param name="Code">For scripts, journals and search; never changes its meaning.</param>
/// <param name="Sentence">What happened.</param>
/// <param name="NextStep">What to do.</param>
/// <param name="Passes">Whether trying again may be enough.</param>
public sealed record Diagnosis(string Code, string Sentence, string NextStep, bool Passes = false)
{
    /// <summary>No new port came in time.</summary>
    public static readonly Diagnosis NoBoard = new("noBoard", "No board of this line was plugged in in time.", "Plug it in and run the same command again: it goes on where it stopped.");

    /// <summary>The adapter does not answer.</summary>
    public static readonly Diagnosis WrongCable = new("wrongCable", "The port is there, but no node answers on it.", "Plug the adapter into the technician's port (COM2, not the USB socket that flashes), check that RX and TX are crossed, and that the cable is no charging cable.", Passes: true);

    /// <summary>The port is another program's.</summary>
    public static readonly Diagnosis PortBusy = new("portBusy", "Another program has the port open.", "Close the terminal, IDE or other dtwin that uses it.", Passes: true);

    /// <summary>The port may not be opened.</summary>
    public static readonly Diagnosis PortDenied = new("portDenied", "The port may not be opened by you.", "Join the group that owns it (dialout on Debian), sign in again, or run as its owner.");

    /// <summary>Another kind of board, or another chip than the journal has.</summary>
    public static readonly Diagnosis WrongBoard = new("wrongBoard", "Another board answers than the one of this line.", "Plug in the board that the line belongs to, or give the line another --journal if it is to be this one.");

    /// <summary>It speaks another version of the dialogue.</summary>
    public static readonly Diagnosis OtherProtocol = new("otherProtocol", "The node speaks another version of the serial dialogue.", "Use the dtwin of the node's firmware, or flash the node.");

    /// <summary>The cable was pulled too often.</summary>
    public static readonly Diagnosis LineLost = new("lineLost", "The line to the board was lost.", "Plug the cable in again; if it happens by itself, replace it.", Passes: true);

    /// <summary>Frames arrive damaged.</summary>
    public static readonly Diagnosis LineNoisy = new("lineNoisy", "What arrives from the board is damaged.", "Use a shorter cable, away from motors, and another adapter.", Passes: true);

    /// <summary>The board restarts by itself.</summary>
    public static readonly Diagnosis LowSupply = new("lowSupply", "The board restarts by itself, as one does whose supply breaks down when its radio starts.", "Feed it from a supply of 500 mA or more, through a short cable and no passive hub.", Passes: true);

    /// <summary>Nobody knows its secret.</summary>
    public static readonly Diagnosis SecretUnknown = new("secretUnknown", "The node is protected, and its secret is in none of the plant's stores.", "Name the store of the plant that provisioned it with --secrets, or hold its button while it starts.");

    /// <summary>The secret is not the node's.</summary>
    public static readonly Diagnosis SecretWrong = new("secretWrong", "The node does not take the secret that the plant's store has for it.", "Hold the board's button while it starts: it is open for ten minutes then; run the command again meanwhile.");

    /// <summary>The node has been busy for long.</summary>
    public static readonly Diagnosis NodeBusy = new("nodeBusy", "The node has been busy with its hub for more than a minute.", "Try again; if it stays so, disconnect its network and try again.", Passes: true);

    /// <summary>Another firmware runs and may not be flashed.</summary>
    public static readonly Diagnosis FirmwareDiffers = new("firmwareDiffers", "Another firmware runs on the board than the folder of --firmware has.", "Name the flashing port with --flash-port, or flash it by hand (firmware/DEPLOY.md).");

    /// <summary>Managed and native parts do not go together.</summary>
    public static readonly Diagnosis ChecksumMismatch = new("checksumMismatch", "Native and managed parts of the firmware do not go together; nothing was written.", "Use an image and packages of the same release: the message names the library and both checksums.");

    /// <summary>The flasher is not installed.</summary>
    public static readonly Diagnosis FlasherMissing = new("flasherMissing", "The program that flashes is not installed.", "Install it with `dotnet tool install -g nanoff`, or `pip install esptool`, and run the command again.");

    /// <summary>The flasher failed.</summary>
    public static readonly Diagnosis FlashFailed = new("flashFailed", "The firmware could not be written.", "Hold BOOT while the board starts and run the command again; the flasher's last line is in the journal.", Passes: true);

    /// <summary>What was read back is not what was written.</summary>
    public static readonly Diagnosis FlashDiffers = new("flashDiffers", "What is on the chip is not what was written.", "Flash it once more; if it stays so, the board's flash is broken: take another board.", Passes: true);

    /// <summary>A sensor does not do its part.</summary>
    public static readonly Diagnosis SensorFailed = new("sensorFailed", "A sensor does not answer, or its self-test failed.", "Look at its solder joints and at the kind of board; take another board if it stays so.", Passes: true);

    /// <summary>The network is not in reach.</summary>
    public static readonly Diagnosis NoNetwork = new("noNetwork", "The board does not see its Wi-Fi network.", "Check the network's name in the profile (2.4 GHz only), or bring board and access point nearer.", Passes: true);

    /// <summary>The network did not take the password.</summary>
    public static readonly Diagnosis WifiPassword = new("wifiPassword", "The Wi-Fi network does not take the password.", "Correct the password of the profile and run the command again.");

    /// <summary>No address.</summary>
    public static readonly Diagnosis NoAddress = new("noAddress", "The board has joined the Wi-Fi network but gets no address.", "Switch the network's DHCP server on, and see whether it has addresses left.");

    /// <summary>The clock is off.</summary>
    public static readonly Diagnosis ClockOff = new("clockOff", "The board's clock is off by more than five minutes, or not set, so that it trusts no certificate and no token.", "Let the network reach a time server (UDP 123), or name one of the plant with --time-server.");

    /// <summary>The laptop's clock is off.</summary>
    public static readonly Diagnosis LaptopClockOff = new("laptopClockOff", "The clocks of this computer and of the hub differ by more than five minutes.", "Set this computer's clock: it sets the boards'.");

    /// <summary>The hub's certificate is not of the authority.</summary>
    public static readonly Diagnosis HubCertificate = new("hubCertificate", "The hub shows a certificate that the node's authority has not signed, or that bears another name.", "Give the node the authority and the name of this hub: --ca-file its ca.pem, --hub-name a name in its certificate.");

    /// <summary>The node cannot reach the hub.</summary>
    public static readonly Diagnosis HubUnreachable = new("hubUnreachable", "The node has an address, but does not reach its hub.", "Check that the node's network lets it to the hub's name and port (TCP 8883), and that its name server knows the name.");

    /// <summary>The hub does not take the node.</summary>
    public static readonly Diagnosis HubRefusesNode = new("hubRefusesNode", "The hub does not take the node.", "Look at the hub's log (line 1002 says why), and whether the identity is enabled and has the key or certificate of the board.");

    /// <summary>The provisioning service does not take the node.</summary>
    public static readonly Diagnosis EnrolmentRefused = new("enrolmentRefused", "The provisioning service does not take the node.", "Look at the enrolment at the hub: it must be enabled, and have the key of the board.");

    /// <summary>The node did not connect, and nothing says why.</summary>
    public static readonly Diagnosis NotConnected = new("notConnected", "The node has not reached its hub in time, and does not say why.", "Run the command again; the console of the flashing port says more (firmware/DEPLOY.md).");

    /// <summary>Somebody else's identity has the id.</summary>
    public static readonly Diagnosis IdInUse = new("idInUse", "The hub has another device of this id already.", "Write another id into the plan; to swap a broken node use `dtwin replace`.");

    /// <summary>Another node is at the point.</summary>
    public static readonly Diagnosis PointTaken = new("pointTaken", "Another node is at this point of the plant.", "Write another point into the plan; to swap a broken node use `dtwin replace`.");

    /// <summary>The hub is away.</summary>
    public static readonly Diagnosis HubDown = new("hubDown", "This computer does not reach the hub.", "Check that the hub runs and that --hub names it, or work without it with --bundle; run the same command again afterwards.");

    /// <summary>The hub refused.</summary>
    public static readonly Diagnosis HubRefused = new("hubRefused", "The hub refused a request.", "The detail says why and what to change.");

    /// <summary>The board would not store its configuration.</summary>
    public static readonly Diagnosis Incomplete = new("incomplete", "The board does not take its configuration.", "The detail is the word of what it misses (firmware/PROVISIONING.md); check plan and profile.");

    /// <summary>The board's files failed.</summary>
    public static readonly Diagnosis StorageFailed = new("storageFailed", "The board could not store its configuration.", "Try again; if it stays so, its flash is broken: take another board.", Passes: true);

    /// <summary>The node did not take its settings.</summary>
    public static readonly Diagnosis SettingRejected = new("settingRejected", "The node rejected a setting of the plan.", "The detail names the setting and why; correct the plan, and the twin at the hub.");

    /// <summary>The node did not take its settings in time.</summary>
    public static readonly Diagnosis NotInSync = new("notInSync", "The node is connected but has not taken over its settings in time.", "Run the command again; look at its twin if it stays so (`dtwin twin get`).");

    /// <summary>The sensor is loud at rest.</summary>
    public static readonly Diagnosis TooLoud = new("tooLoud", "The sensor is louder at rest than a sound one.", "Put the board on a table that does not shake and run the command again; if it stays so, its supply or sensor is bad.", Passes: true);

    /// <summary>Nobody tapped, or the sensor did not feel it.</summary>
    public static readonly Diagnosis NoTap = new("noTap", "The sensor felt no tap.", "Tap the board with a screwdriver's handle when its row asks for it, or leave the test out with --no-tap.", Passes: true);

    /// <summary>A file of this computer.</summary>
    public static readonly Diagnosis FileFailed = new("fileFailed", "A file of this computer could not be written.", "The detail names it; make room or choose another folder.");

    /// <summary>Nobody foresaw it.</summary>
    public static readonly Diagnosis Unexpected = new("unexpected", "Something that nobody foresaw.", "Report it with the detail.", Passes: true);

    /// <summary>The whole catalogue.</summary>
    public static IReadOnlyList<Diagnosis> All { get; } =
    [
        NoBoard, WrongCable, PortBusy, PortDenied, WrongBoard, OtherProtocol, LineLost, LineNoisy, LowSupply, SecretUnknown, SecretWrong, NodeBusy, FirmwareDiffers,
        ChecksumMismatch, FlasherMissing, FlashFailed, FlashDiffers, SensorFailed, NoNetwork, WifiPassword, NoAddress, ClockOff, LaptopClockOff, HubCertificate,
        HubUnreachable, HubRefusesNode, EnrolmentRefused, NotConnected, IdInUse, PointTaken, HubDown, HubRefused, Incomplete, StorageFailed, SettingRejected,
        NotInSync, TooLoud, NoTap, FileFailed, Unexpected,
    ];

    /// <summary>The catalogue as the table in <c>tools/README.md</c>.</summary>
    public static string ToMarkdown() =>
        "| Code | What happened | What to do |\n|---|---|---|\n" + string.Concat(All.Select(one => $"| `{one.Code}` | {one.Sentence} | {one.NextStep} |\n"));
}

/// <summary>A step ended with a diagnosis.</summary>
/// <param name="diagnosis">What it was.</param>
/// <param name="detail">What makes it this one: a name, a number, another's words. Never a secret.</param>
/// <param name="line">Whether the line to the board is gone with it.</param>
public sealed class BoardFaultException(Diagnosis diagnosis, string detail = "", bool line = false) : Exception($"{diagnosis.Sentence} {detail}".TrimEnd())
{
    /// <summary>What it was.</summary>
    public Diagnosis Diagnosis { get; } = diagnosis;

    /// <summary>What makes it this one.</summary>
    public string Detail { get; } = detail;

    /// <summary>Whether the line to the board is gone with it.</summary>
    public bool IsLineLost { get; } = line;
}
