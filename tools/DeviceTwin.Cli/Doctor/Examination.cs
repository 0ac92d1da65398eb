using System.Globalization;
using System.Text.Json.Nodes;
using DeviceTwin.Cli.Hub;
using DeviceTwin.Provisioning.Flashing;

namespace DeviceTwin.Cli.Doctor;

/// <summary>Looks at everything that dtwin needs, one finding each; nothing is changed.</summary>
/// <param name="client">The hub to ask; null = the findings of the hub are skipped.</param>
internal sealed class Examination(IMachine machine, HubClient? client)
{
    private const long LeastFreeBytes = 1L << 30;
    private const int SoonDays = 30;
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ClockLimit = TimeSpan.FromSeconds(60);

    public async Task<IReadOnlyList<Finding>> Run(CancellationToken cancellation)
    {
        List<Finding> findings =
        [
            await Tool("dotnet", ["--version"], "the hub runs on it where it was not published by itself, and nanoff too", "Install the .NET 10 SDK or the ASP.NET Core runtime 10.", cancellation),
            await Tool("nanoff", ["--version"], "it reads the checksums of a board's native firmware before a program is flashed", "Run: dotnet tool install -g nanoff", cancellation),
            await Esptool(cancellation),
            Ports(),
            Disk(),
        ];
        findings.AddRange(await Hub(cancellation));
        return findings;
    }

    private async Task<Finding> Tool(string program, string[] arguments, string purpose, string nextStep, CancellationToken cancellation) =>
        await machine.FirstLine(program, arguments, cancellation) is { } version
            ? new Finding(program, Gravity.Good, $"{program} {version} is installed.")
            : new Finding(program, Gravity.Warning, $"{program} is not installed: {purpose}.", nextStep);

    private async Task<Finding> Esptool(CancellationToken cancellation)
    {
        foreach (var program in EsptoolFlasher.Programs)
        {
            if (await machine.FirstLine(program, ["version"], cancellation) is { } version)
            {
                return new Finding("esptool", Gravity.Good, $"{program} is installed ({version}).");
            }
        }

        return new Finding("esptool", Gravity.Warning, "esptool is not installed: what is on a board is read back with it.", "Run: pip install esptool");
    }

    private Finding Ports()
    {
        var ports = machine.Ports(null).List();
        return ports.Count == 0 ? new Finding("serial", Gravity.Skipped, "No board is connected.", "Connect one with a cable that carries data, if boards are to be provisioned here.")
            : ports.FirstOrDefault(port => !machine.MayUse(port.PortName)) is { } forbidden
            ? new Finding("serial", Gravity.Problem, $"{forbidden.PortName} is there, but you may not use it.", "Run: sudo usermod -aG dialout $USER, then sign out and in again.")
            : new Finding("serial", Gravity.Good, $"You may use {string.Join(", ", ports.Select(port => port.PortName))}.");
    }

    private Finding Disk()
    {
        var (folder, free) = machine.Disk();
        var sentence = string.Create(CultureInfo.InvariantCulture, $"{free / 1e9:0.0} GB are free at {folder}.");
        return free >= LeastFreeBytes ? new Finding("disk", Gravity.Good, sentence) : new Finding("disk", Gravity.Warning, sentence, "Make room: firmware, recordings and backups take about 1 GB.");
    }

    private async Task<IReadOnlyList<Finding>> Hub(CancellationToken cancellation)
    {
        if (client is null)
        {
            return [new Finding("hub", Gravity.Skipped, "No hub was asked.")];
        }

        DateTimeOffset? clock;
        JsonObject health;
        try
        {
            (health, clock) = await client.GetHealth(cancellation);
        }
        catch (CommandFailedException failure)
        {
            return [new Finding("hub", Gravity.Problem, failure.Message, failure.NextStep ?? failure.Code.Remedy)];
        }

        return
        [
            new Finding("hub", Gravity.Good, $"A hub with {health["devices"]} devices answers, {health["connected"]} of them connected."),
            Clock(clock),
            await Asked("ready", Ready, cancellation),
            await Asked("certificates", Certificates, cancellation),
        ];
    }

    private Finding Clock(DateTimeOffset? clock)
    {
        if (clock is not { } at)
        {
            return new Finding("clock", Gravity.Skipped, "The hub does not say what time it has.");
        }

        var apart = (machine.Now - at).Duration();
        var sentence = string.Create(CultureInfo.InvariantCulture, $"The clocks of this machine and of the hub are {apart.TotalSeconds:0} s apart.");
        return apart <= ClockTolerance ? new Finding("clock", Gravity.Good, sentence)
            : new Finding("clock", apart <= ClockLimit ? Gravity.Warning : Gravity.Problem, sentence, "Set both by a time server: beyond a minute, tokens and certificates are refused.");
    }

    private static async Task<Finding> Asked(string check, Func<CancellationToken, Task<Finding>> ask, CancellationToken cancellation)
    {
        try
        {
            return await ask(cancellation);
        }
        catch (CommandFailedException failure)
        {
            return new Finding(check, failure.Code == ExitCode.HubRefused ? Gravity.Warning : Gravity.Problem, failure.Message, failure.NextStep ?? failure.Code.Remedy);
        }
    }

    private async Task<Finding> Ready(CancellationToken cancellation)
    {
        var ready = await client!.GetReadiness(cancellation);
        return (string?)ready["status"] == "ready"
            ? new Finding("ready", Gravity.Good, "The hub can do its work.")
            : new Finding("ready", Gravity.Problem, $"The hub cannot do its work: {string.Join(' ', ready["reasons"]?.AsArray().Select(Facts.Plain) ?? [])}", "`dtwin logs --level warning` says more.");
    }

    private async Task<Finding> Certificates(CancellationToken cancellation)
    {
        var certificates = await client!.ListCertificates(cancellation);
        if (certificates.MinBy(certificate => (long?)certificate?["daysLeft"] ?? long.MaxValue) is not { } first)
        {
            return new Finding("certificates", Gravity.Skipped, "The hub names no certificates.");
        }

        var days = (long?)first["daysLeft"] ?? 0;
        var sentence = $"The first certificate to end is {first["name"]} ({first["kind"]}), in {days} days.";
        return days > SoonDays ? new Finding("certificates", Gravity.Good, sentence)
            : new Finding("certificates", days > 0 ? Gravity.Warning : Gravity.Problem, sentence, "Renew it on the page /certificates; cloud/CERTIFICATES.md says how an authority is replaced.");
    }
}
