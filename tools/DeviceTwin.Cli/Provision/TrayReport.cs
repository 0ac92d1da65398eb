using DeviceTwin.Provisioning.Labels;
using DeviceTwin.Provisioning.Tray;

namespace DeviceTwin.Cli.Provision;

/// <summary>What <c>dtwin provision --json</c> prints.</summary>
internal sealed record TrayReport(int SchemaVersion, bool Done, string Journal, IReadOnlyList<TrayReportBoard> Boards)
{
    public const int CurrentSchemaVersion = 1;

    public static TrayReport From(IReadOnlyList<BoardResult> results, string journal) => new(
        CurrentSchemaVersion,
        results.All(result => result.IsDone),
        journal,
        [.. results.Select(TrayReportBoard.From)]);
}

/// <param name="Reached">Words of the steps that are done.</param>
/// <param name="Code">Word of the diagnosis; null where it is done.</param>
internal sealed record TrayReportBoard(
    int Line, string DeviceId, string? ChipId, bool Done, IReadOnlyList<string> Reached, string? CheckCode, string? Code, string? What, string? Detail, string? NextStep)
{
    public static TrayReportBoard From(BoardResult result) => new(
        result.Row.LineNumber,
        result.Row.DeviceId,
        result.ChipId,
        result.IsDone,
        [.. Enum.GetValues<TrayStep>().Where(step => TrayMachine.Of(step) is var milestone and not Milestones.None && result.Reached.HasFlag(milestone)).Select(TrayWords.Of)],
        result.ChipId is null ? null : new NodeLabel(result.Row.DeviceId, result.ChipId).CheckCode,
        result.Fault?.Code,
        result.Fault?.Sentence,
        result.Detail.Length == 0 ? null : result.Detail,
        result.Fault?.NextStep);
}

/// <summary>Steps of a tray as people and scripts read them.</summary>
internal static class TrayWords
{
    public static string Of(TrayStep step) => char.ToLowerInvariant($"{step}"[0]) + $"{step}"[1..];

    public static string ForPeople(TrayStep step) => step switch
    {
        TrayStep.FindPort => "plug it in",
        TrayStep.Authenticate => "opening the session",
        TrayStep.CheckFirmware => "reading the firmware",
        TrayStep.Flash => "flashing",
        TrayStep.SensorCheck => "self-test",
        TrayStep.FindNetwork => "looking for Wi-Fi",
        TrayStep.Enrol => "identity at the hub",
        TrayStep.Configure => "configuring",
        TrayStep.Commit => "storing",
        TrayStep.Reboot => "restarting",
        TrayStep.WaitConnected => "connecting",
        TrayStep.Place => "to its point",
        TrayStep.WaitInSync => "taking settings",
        TrayStep.NoiseFloor => "leave it still",
        TrayStep.TapTest => "TAP IT NOW",
        TrayStep.Label => "label",
        TrayStep.Done => "done",
        _ => "failed",
    };
}
