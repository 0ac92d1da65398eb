using System.CommandLine;
using DeviceTwin.Cli.Doctor;
using DeviceTwin.Cli.Hub;
using Spectre.Console;

namespace DeviceTwin.Cli.Commands;

/// <summary><c>dtwin doctor</c>.</summary>
internal static class DoctorCommand
{
    public static Command Create(string name, string description)
    {
        var hub = new HubOptions();
        var offline = new Option<bool>("--offline") { Description = "Do not ask a hub." };
        var command = new Command(name, description) { offline };
        hub.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            HubClient? client = null;
            List<Finding> findings = [];
            try
            {
                client = parsed.GetValue(offline) ? null : hub.Connect(parsed);
            }
            catch (CommandFailedException failure)
            {
                // What is wrong with the way to the hub is a finding like any other.
                findings.Add(new Finding("profile", Gravity.Problem, failure.Message, failure.NextStep ?? failure.Code.Remedy));
            }

            using (client)
            {
                findings.AddRange(await new Examination(ThisMachine.Current, client).Run(cancellation));
            }

            if (CommonOptions.Json(parsed))
            {
                Output.Json(findings.Select(finding => new { check = finding.Check, state = Word(finding.Gravity), sentence = finding.Sentence, nextStep = finding.NextStep }));
            }
            else
            {
                Show(findings);
            }

            return findings.Exists(finding => finding.Gravity == Gravity.Problem)
                ? throw new CommandFailedException(ExitCode.ProblemsFound, $"Problems: {findings.Count(finding => finding.Gravity == Gravity.Problem)}.")
                : ExitCode.Success.Number;
        });
        return command;
    }

    private static void Show(IReadOnlyList<Finding> findings)
    {
        var width = findings.Max(finding => finding.Check.Length);
        foreach (var finding in findings)
        {
            var (mark, colour) = Mark(finding.Gravity);
            Folding.Write(
                $"[{colour}]{mark,-7}[/]  {Markup.Escape(finding.Check.PadRight(width))}  ", width + 11, Markup.Escape(finding.Sentence + (finding.NextStep is { } step ? " " + step : "")));
        }
    }

    // Never by colour alone.
    private static (string Mark, string Colour) Mark(Gravity gravity) => gravity switch
    {
        Gravity.Good => ("ok", "green"),
        Gravity.Skipped => ("skipped", "grey"),
        Gravity.Warning => ("warning", "yellow"),
        _ => ("problem", "red"),
    };

    private static string Word(Gravity gravity) => gravity == Gravity.Good ? "ok" : gravity.ToString().ToLowerInvariant();
}
