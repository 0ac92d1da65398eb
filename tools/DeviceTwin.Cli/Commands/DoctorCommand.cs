using System.CommandLine;
using DeviceTwin.Cli.Doctor;
using DeviceTwin.Cli.Hub;
using Spectre.Console;

namespace DeviceTwin.Cli.Commands;

/// <summary><c>dtwin doctor</c>.</summary>
internal static class DoctorCommand
{
    /// <summary>The machine that is looked at; a test puts another in its place.</summary>
    internal static IMachine Machine { get; set; } = new ThisMachine();

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
                findings.AddRange(await new Examination(Machine, client).Run(cancellation));
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
        var table = new Table().Border(TableBorder.None).HideHeaders()
            .AddColumns(new TableColumn("").NoWrap().Padding(0, 0), new TableColumn("").NoWrap().Padding(2, 0), new TableColumn("").Padding(0, 0));
        foreach (var finding in findings)
        {
            var next = finding.NextStep is { } step ? $" {Markup.Escape(step)}" : "";
            table.AddRow(Mark(finding.Gravity), Markup.Escape(finding.Check), $"{Markup.Escape(finding.Sentence)}{next}");
        }

        Screen.Output.Write(table);
    }

    // Never by colour alone.
    private static string Mark(Gravity gravity) => gravity switch
    {
        Gravity.Good => "[green]ok[/]",
        Gravity.Skipped => "[grey]skipped[/]",
        Gravity.Warning => "[yellow]warning[/]",
        _ => "[red]problem[/]",
    };

    private static string Word(Gravity gravity) => gravity == Gravity.Good ? "ok" : gravity.ToString().ToLowerInvariant();
}
