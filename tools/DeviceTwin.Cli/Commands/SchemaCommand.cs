using System.CommandLine;
using DeviceTwin.Cli.Schemas;

namespace DeviceTwin.Cli.Commands;

/// <summary><c>dtwin schema</c>: what <c>--json</c> prints, as JSON Schema.</summary>
internal static class SchemaCommand
{
    public static Command Create(string name, string description)
    {
        var words = new Argument<string[]>("command") { HelpName = "COMMAND", Arity = ArgumentArity.ZeroOrMore, Description = "A command's words, e.g. devices list; none lists them." };
        words.CompletionSources.Add(_ => SchemaCatalogue.All.Select(schema => new System.CommandLine.Completions.CompletionItem(schema.Command)));
        var command = new Command(name, description) { words };
        command.SetAction(parsed =>
        {
            var named = string.Join(' ', parsed.GetValue(words) ?? []);
            if (named.Length > 0)
            {
                Output.Json((SchemaCatalogue.Find(named) ?? throw new CommandFailedException(ExitCode.Usage, $"There is no command '{named}' that prints.", "`dtwin schema` lists them.")).Schema);
            }
            else if (CommonOptions.Json(parsed))
            {
                Output.Json(SchemaCatalogue.All.Select(schema => schema.Command));
            }
            else
            {
                foreach (var schema in SchemaCatalogue.All)
                {
                    Output.Line(schema.Command);
                }
            }

            return ExitCode.Success.Number;
        });
        return command;
    }
}
