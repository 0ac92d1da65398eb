using System.CommandLine;
using DeviceTwin.Cli.Provision;
using DeviceTwin.Provisioning.Identities;

namespace DeviceTwin.Cli.Commands;

/// <summary><c>dtwin replace</c>: another node takes a broken one's place.</summary>
internal static class ReplaceCommand
{
    public static Command Create(string name, string description)
    {
        var old = new Argument<string>("old") { HelpName = "OLD", Description = "The broken node's device id." };
        var with = new Argument<string>("new") { HelpName = "NEW", Description = "The device id of the node that takes its place; provision it first." };
        var keep = new Option<bool>("--keep-access") { Description = "Let the old node connect on; without it its access ends." };
        var reason = new Option<string>("--reason") { HelpName = "WHY", Description = "Stands in the machine's history.", DefaultValueFactory = _ => "broken" };
        var yes = new Option<bool>("--yes") { Description = "Do not ask." };
        var hub = new HubOptions();
        var command = new Command(name, description) { old, with, keep, reason, yes };
        hub.AddTo(command);
        hub.AddAuthorTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var (before, after) = (parsed.GetValue(old)!, parsed.GetValue(with)!);
            using var client = hub.Connect(parsed);
            var plant = new PlantHub(client.Http);
            var points = await TrayFault.Hub(() => plant.ListPoints(cancellation));
            var point = points.FirstOrDefault(point => (string?)point!["node"] == before)
                ?? throw new CommandFailedException(ExitCode.NotReplaceable, $"{before} is at no point of the plant.");
            if (points.FirstOrDefault(other => (string?)other!["node"] == after) is { } taken)
            {
                throw new CommandFailedException(ExitCode.NotReplaceable, $"{after} is at the point {taken["id"]} already.");
            }

            if (await TrayFault.Hub(() => plant.FindDevice(after, cancellation)) is null)
            {
                throw new CommandFailedException(ExitCode.NotReplaceable, $"The hub does not know {after}.", "Provision it first: `dtwin provision` with a plan whose line names it.");
            }

            if (!parsed.GetValue(yes))
            {
                Confirmation.Ask($"{after} takes the place of {before} at {point["id"]} ({point["machine"]}){(parsed.GetValue(keep) ? "" : $"; {before} cannot connect any more")}.");
            }

            var assignment = await TrayFault.Hub(() => plant.Replace((string)point["id"]!, after, !parsed.GetValue(keep), parsed.GetValue(reason)!, cancellation));
            if (hub.Json(parsed))
            {
                Output.Json(assignment);
            }
            else
            {
                Console.Out.WriteLine($"{after} is at {assignment["point"]} ({assignment["machine"]}) in place of {before}.");
            }

            return ExitCode.Success.Number;
        });
        return command;
    }
}
