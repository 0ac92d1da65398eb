using DeviceTwin.SensorNode.Recordings;

namespace DeviceTwin.Cli;

/// <summary>
/// The numbered ways in which dtwin can end. A number never changes its meaning; <c>tools/README.md</c> prints the same table.
/// </summary>
/// <param name="Number">The process's exit code.</param>
/// <param name="Word">A stable word for scripts.</param>
/// <param name="Meaning">What happened, in one sentence.</param>
/// <param name="Remedy">What to do next, in one sentence.</param>
internal sealed record ExitCode(int Number, string Word, string Meaning, string Remedy)
{
    public static readonly ExitCode Success = new(0, "success", "Everything asked for was done.", "Nothing.");

    public static readonly ExitCode Unexpected = new(1, "unexpected", "Something that nobody foresaw.", "Report it with the file that the message names.");

    public static readonly ExitCode Usage = new(2, "usage", "The command line could not be understood.", "Run the command with --help.");

    public static readonly ExitCode DataFolderUnusable = new(
        3, "dataFolderUnusable", "The folder of --data cannot be made or written.", "Name a folder that you may write to.");

    public static readonly ExitCode NotConfirmed = new(4, "notConfirmed", "A question was not answered with yes; nothing was done.", "Answer yes, or give --yes.");

    public static readonly ExitCode HubNotReachable = new(
        10, "hubNotReachable", "The hub did not answer.", "Check that the hub runs and that --hub names its address.");

    public static readonly ExitCode HubDidNotStart = new(
        11, "hubDidNotStart", "The hub process ended or was not ready in time.", "The hub's last lines, printed above, say why; a port in use is the usual cause.");

    public static readonly ExitCode HubRefused = new(
        12, "hubRefused", "The hub refused the request.", "The message says why and what to change.");

    public static readonly ExitCode HubStopped = new(
        13, "hubStopped", "The hub process stopped during the run.", "Read the hub's last lines printed above and start again.");

    public static readonly ExitCode RecordingsUnusable = new(
        20, "recordingsUnusable", "A recording or its index could not be used.", "The message names the file, says why, and what to do.");

    public static readonly ExitCode SettingsUnusable = new(
        21, "settingsUnusable", "The settings could not be read, or the twin would reject them.", "The message names the property and what it takes.");

    public static readonly ExitCode EvidenceUnusable = new(
        22, "evidenceUnusable", "The evidence could not be read or written.", "The message says why; `dtwin detect --evidence DIR` writes it, `GET /api/v1/alarms/ID/evidence` gives it.");

    public static readonly ExitCode WaveformDiffers = new(
        23, "waveformDiffers", "The samples are not those the verdict was given on.", "Name the right ones with --waveform.");

    public static readonly ExitCode AuditUnusable = new(
        24, "auditUnusable", "The audit log could not be read.", "Name an archive, an export, a backup or a database of a hub.");

    public static readonly ExitCode FileUnusable = new(
        25, "fileUnusable", "A file could not be read or written, or is not of the form that the command takes.", "The message names the file and says why; `tools/README.md` shows the forms.");

    public static readonly ExitCode NotSettled = new(
        30, "notSettled", "The time was over before every node had given the same verdict three times.", "Allow more time, or a higher --speed.");

    public static readonly ExitCode NotInSync = new(
        31, "notInSync", "The time was over before every node had taken over its desired properties.", "Look at `state` of each node in the output: Rejected says why.");

    public static readonly ExitCode ReplayNotFinished = new(
        32, "replayNotFinished", "The replay of a change did not come to its end.", "The message says why; `dtwin change replay ID` begins it again.");

    public static readonly ExitCode VerdictDiffers = new(
        40, "verdictDiffers", "A verdict computed anew is not the one in its evidence.", "The lines printed say which members differ; the evidence was altered, or this build of the detector is broken.");

    public static readonly ExitCode OtherDetector = new(
        41, "otherDetector", "The verdict was given by another build of the detector.", "Verify it with the dtwin of that build.");

    public static readonly ExitCode EvidenceIncomplete = new(
        42, "evidenceIncomplete", "The capture of an alarm cannot be computed anew.", "The reason printed says what is missing; `cloud/EVIDENCE.md` says what it means.");

    public static readonly ExitCode AuditBroken = new(
        43, "auditBroken", "The audit log is not as it was written.", "The line printed names the first row that does not fit; compare with a backup and with heads kept elsewhere.");

    public static readonly ExitCode ChangeTakenBack = new(
        44, "changeTakenBack", "The change that was followed was rolled back, aborted or deleted.", "`dtwin change report ID` says why and what was restored.");

    public static readonly ExitCode SecretExposed = new(
        50, "secretExposed", "A file with a secret can be read by others on this machine.", "Run the `chmod 600` that the message shows.");

    public static readonly ExitCode ProfileUnusable = new(
        51, "profileUnusable", "There is no such profile, or the file of the profiles cannot be used.", "`dtwin profile list` shows them, `dtwin profile add` makes one.");

    public static readonly ExitCode TimedOut = new(
        52, "timedOut", "The time was over before what was waited for had happened.", "The message says what was waited for; --wait gives it more time.");

    public static readonly ExitCode ProblemsFound = new(
        53, "problemsFound", "The doctor found something that stops dtwin or the hub from working.", "Each line says what to do next.");

    public static readonly ExitCode HubNotReady = new(
        54, "hubNotReady", "The hub answers, but cannot do its work.", "The reasons printed say why and what to do.");

    public static readonly ExitCode DeviceSilent = new(
        55, "deviceSilent", "The device is not connected, or did not answer in time.", "`dtwin devices show ID` says when it was last seen; look at its power and network.");

    public static readonly ExitCode MethodFailed = new(
        56, "methodFailed", "The device answered that it did not do it.", "Its answer, printed above, says why; firmware/SensorNode/Methods/README.md has the words.");

    public static readonly ExitCode QueryUnusable = new(
        57, "queryUnusable", "The query could not be understood.", "The mark below it shows where; cloud/QUERIES.md has the language.");

    public static readonly ExitCode BackupUnusable = new(
        58, "backupUnusable", "The backup could not be made or restored; nothing took its place.", "The message says why.");

    public static readonly ExitCode BearingUnknown = new(
        59, "bearingUnknown", "The bearing is not in the catalogue, or there can be none of this geometry.", "`dtwin bearing` lists the catalogue; give --elements, --element, --pitch and --angle.");

    public static readonly ExitCode ImportLeft = new(
        60, "importLeft", "The hub did not take every device of the file.", "Do what stands beside each device, and import the file again: what was taken is written as it was.");

    public static readonly ExitCode PlanUnusable = new(
        70, "planUnusable", "The plan of a tray could not be used; nothing was done.", "Correct the lines printed above; each says what to write instead.");

    public static readonly ExitCode BoardsLeft = new(
        71, "boardsLeft", "Not every board of the tray is provisioned.", "Do what stands beside each board, and run the same command again: it goes on where it stopped.");

    public static readonly ExitCode JournalUnusable = new(
        72, "journalUnusable", "The journal of a tray could not be read or written.", "The message says why; two runs cannot share a journal.");

    public static readonly ExitCode SecretsUnusable = new(
        73, "secretsUnusable", "A file of secrets could not be used.", "The message names the file and says why; it must be yours alone (chmod 600).");

    public static readonly ExitCode BundleUnusable = new(
        74, "bundleUnusable", "A bundle or its kit could not be read or written.", "Name a bundle that `dtwin provision --bundle` wrote, and the kit of `dtwin bundle kit`.");

    public static readonly ExitCode BundleLeft = new(
        75, "bundleLeft", "The hub did not take every node of the bundle.", "Do what stands beside each node, and import the bundle again: what was taken is passed over.");

    public static readonly ExitCode NotReplaceable = new(
        76, "notReplaceable", "The node cannot be replaced by that one.", "The message says why; `dtwin devices` lists the nodes.");

    public static readonly ExitCode FirmwareUnusable = new(
        77, "firmwareUnusable", "The folder of the firmware could not be used; nothing was flashed.", "The message names the file and says why; firmware/DEPLOY.md shows the folder.");

    public static readonly ExitCode BenchNotPossible = new(
        100, "benchNotPossible", "The simulated boards could not be laid out.", "The message says why; pseudo-terminals are there on Linux and macOS.");

    public static readonly ExitCode Interrupted = new(130, "interrupted", "Stopped by Ctrl-C before the run was finished.", "Nothing; everything was cleaned up.");

    /// <summary>The whole catalogue, by number.</summary>
    public static IReadOnlyList<ExitCode> All { get; } =
    [
        Success, Unexpected, Usage, DataFolderUnusable, NotConfirmed, HubNotReachable, HubDidNotStart, HubRefused, HubStopped, RecordingsUnusable,
        SettingsUnusable, EvidenceUnusable, WaveformDiffers, AuditUnusable, FileUnusable, NotSettled, NotInSync, ReplayNotFinished, VerdictDiffers,
        OtherDetector, EvidenceIncomplete, AuditBroken, ChangeTakenBack, SecretExposed, ProfileUnusable,
        TimedOut, ProblemsFound, HubNotReady, DeviceSilent, MethodFailed, QueryUnusable, BackupUnusable, BearingUnknown, ImportLeft, PlanUnusable, BoardsLeft,
        JournalUnusable, SecretsUnusable, BundleUnusable, BundleLeft, NotReplaceable, FirmwareUnusable, BenchNotPossible, Interrupted,
    ];
}

/// <summary>Ends a command with a catalogued code and one sentence of detail.</summary>
/// <param name="nextStep">What to do; null = the code's own remedy.</param>
internal sealed class CommandFailedException(ExitCode code, string detail, string? nextStep = null) : Exception(detail)
{
    /// <summary>A recording that cannot be used.</summary>
    /// <param name="nextStep">What to do; null = what the failure says.</param>
    public CommandFailedException(RecordingException failure, string? nextStep = null)
        : this(ExitCode.RecordingsUnusable, $"{failure.Message} ({failure.Code})", nextStep ?? failure.NextStep)
    {
    }

    public ExitCode Code { get; } = code;

    /// <summary>What to do, where more is known than the code's own remedy.</summary>
    public string? NextStep { get; } = nextStep;
}
