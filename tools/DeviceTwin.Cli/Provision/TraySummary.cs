using DeviceTwin.Provisioning.Labels;
using DeviceTwin.Provisioning.Tray;

namespace DeviceTwin.Cli.Provision;

/// <summary>What came of each board, and what to do next.</summary>
internal static class TraySummary
{
    public static void Write(TextWriter output, IReadOnlyList<BoardResult> results)
    {
        foreach (var result in results)
        {
            var device = result.Row.DeviceId;
            if (result.IsDone)
            {
                output.WriteLine($"{device,-12} provisioned  {(result.ChipId is null ? "" : new NodeLabel(device, result.ChipId).CheckCode)}");
                continue;
            }

            output.WriteLine($"{device,-12} {result.Fault!.Code}");
            output.WriteLine($"  {result.Fault.Sentence}{(result.Detail.Length == 0 ? "" : $" {result.Detail}")}");
            output.WriteLine($"  Next: {result.Fault.NextStep}");
        }

        output.WriteLine($"{results.Count(result => result.IsDone)} of {results.Count} boards provisioned.");
    }
}
