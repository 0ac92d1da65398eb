using System.CommandLine;
using System.Text.Json.Nodes;
using DeviceTwin.Cli.Hub;

namespace DeviceTwin.Cli.Commands;

/// <summary><c>dtwin capture</c>: a capture now, and its waveform.</summary>
internal static class CaptureCommand
{
    private const int Looked = 20;
    private static readonly string[] Formats = ["wav", "csv", "raw", "json"];
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(500);

    public static Command Create(string name, string description)
    {
        var device = HubVerb.Device();
        var file = new Option<FileInfo?>("--out") { HelpName = "FILE", Description = "Save the waveform here; its ending says the form: .wav, .csv, .json, else raw 16 bit." };
        var wait = NumberOption.Whole("--wait", "Seconds until the waveform must have arrived.", 120, 1, 3600);
        return HubVerb.Create(name, description, [device, file, wait], async (client, parsed, cancellation) =>
        {
            var (id, target) = (parsed.GetValue(device)!, parsed.GetValue(file));
            TextFiles.CheckPlace(target);
            var before = (await client.ListWaveforms(id, Looked, cancellation)).Select(Key).ToHashSet();
            var told = await MethodCommand.Call(client, id, "capture", null, MethodCommand.ResponseSeconds, cancellation);
            var number = (long?)told["capture"];
            if ((int?)told["fault"] is > 0 and var fault)
            {
                throw new CommandFailedException(ExitCode.MethodFailed, $"The sensor of {id} failed with fault {fault}.", $"`dtwin method {id} selfTest` says more.");
            }

            Talk.Say($"{id} took capture {number}; waiting for its waveform.");
            var waveform = await Arrival(client, id, number, before, TimeSpan.FromSeconds(parsed.GetValue(wait)), TimeProvider.System, cancellation);
            if (target is not null)
            {
                await using var stream = TextFiles.Create(target);
                await client.Copy($"api/v1/waveforms/{Uri.EscapeDataString((string)waveform["sha256"]!)}?format={FormatOf(target)}&device={Uri.EscapeDataString(id)}", stream, cancellation);
            }

            var answer = (JsonObject)waveform.DeepClone();
            answer["file"] = target?.FullName;
            return HubVerb.Say(parsed, answer, () => new Facts()
                .Text("device", id).Text("capture", waveform["capture"]).Text("sha256", waveform["sha256"]).Add("taken", Facts.Time(waveform["takenAt"]))
                .Text("axis", waveform["axis"]).Text("samples", waveform["frames"]).Add("rate", $"{(double?)waveform["rateMilliHertz"] / 1000:0.###} Hz")
                .Text("nano-g per count", waveform["nanoGPerCount"]).Text("file", target?.ToString()).Write());
        });
    }

    /// <summary>The waveform of a capture, once the hub has the whole of it.</summary>
    /// <param name="number">The capture's number, where the node said one.</param>
    /// <param name="before">Those that were there before.</param>
    private static async Task<JsonObject> Arrival(HubClient client, string device, long? number, HashSet<string> before, TimeSpan wait, TimeProvider time, CancellationToken cancellation)
    {
        var deadline = time.GetUtcNow() + wait;
        while (true)
        {
            var found = (await client.ListWaveforms(device, Looked, cancellation)).OfType<JsonObject>()
                .FirstOrDefault(waveform => !before.Contains(Key(waveform)) && (number is null || waveform["capture"] is null || (long?)waveform["capture"] == number));
            if (found is not null)
            {
                return found;
            }

            if (time.GetUtcNow() >= deadline)
            {
                throw new CommandFailedException(
                    ExitCode.TimedOut,
                    $"Waited {wait.TotalSeconds:0} s for the waveform of capture {number} of {device}: the hub does not have the whole of it yet.",
                    "It goes on arriving by itself; --wait waits longer.");
            }

            await Task.Delay(PollInterval, time, cancellation);
        }
    }

    // The same content may come twice; a capture has one number per start.
    private static string Key(JsonNode? waveform) => $"{waveform?["sha256"]} {waveform?["bootId"]} {waveform?["capture"]}";

    private static string FormatOf(FileInfo file) => file.Extension.TrimStart('.').ToLowerInvariant() is var ending && Formats.Contains(ending) ? ending : "raw";
}
