using System.CommandLine;
using System.CommandLine.Help;
using System.Text;

namespace DeviceTwin.Cli;

/// <summary>
/// The help of a command. Written here because it is what everybody runs first: the library's own page costs twice as much time as all the rest
/// of the start, most of it for code that is compiled while one waits.
/// </summary>
internal sealed class HelpPage
{
    private const int Widest = 40;
    private const string Name = "dtwin";

    private readonly StringBuilder text = new();
    private readonly int width;

    private HelpPage(int width) => this.width = width;

    // A class of ours and no tuple: lists of it are compiled already.
    private sealed record Row(string Label, string Description);

    /// <param name="command">What is explained.</param>
    /// <param name="width">Columns of the screen.</param>
    public static string Of(Command command, int width) => new HelpPage(width).Write(command);

    private string Write(Command command)
    {
        Section("Description:");
        Fold("  ", 2, command.Description ?? "");
        text.Append('\n');
        Section("Usage:");
        Fold("  ", 2, Usage(command));
        text.Append('\n');

        var rows = new List<Row>();
        foreach (var argument in command.Arguments)
        {
            rows.Add(new Row($"<{argument.HelpName ?? argument.Name}>", argument.Description ?? ""));
        }

        Table("Arguments:", rows);
        rows.Clear();
        AddOptions(command, rows, isOwn: true);
        for (var above = Parent(command); above is not null; above = Parent(above))
        {
            AddOptions(above, rows, isOwn: false);
        }

        Table("Options:", rows);
        rows.Clear();
        foreach (var child in command.Subcommands)
        {
            rows.Add(new Row(child.Name, child.Description ?? ""));
        }

        Table("Commands:", rows);
        return text.ToString();
    }

    private static void AddOptions(Command command, List<Row> rows, bool isOwn)
    {
        foreach (var option in command.Options)
        {
            if ((isOwn || option.Recursive) && !option.Hidden)
            {
                rows.Add(new Row(Label(option), Description(option)));
            }
        }
    }

    private static string Label(Option option)
    {
        var label = new StringBuilder();
        foreach (var alias in option.Aliases)
        {
            if (alias.StartsWith('-'))
            {
                label.Append(alias).Append(", ");
            }
        }

        label.Append(option.Name);
        if (option.HelpName is { } value)
        {
            label.Append(" <").Append(value).Append('>');
        }

        return label.Append(option.Required ? " (REQUIRED)" : "").ToString();
    }

    private static string Description(Option option) => option switch
    {
        HelpOption => "Show this page.",
        VersionOption => "Show the version.",
        { HasDefaultValue: true, HelpName: not null } => $"{option.Description} [default: {option.GetDefaultValue()}]",
        _ => option.Description ?? "",
    };

    private static string Usage(Command command)
    {
        var path = "";
        for (var part = command; part is not null and not RootCommand; part = Parent(part))
        {
            path = $" {part.Name}{path}";
        }

        var usage = new StringBuilder(Name).Append(path);
        foreach (var argument in command.Arguments)
        {
            var (open, close) = argument.Arity.MinimumNumberOfValues == 0 ? ("[<", ">]") : ("<", ">");
            usage.Append(' ').Append(open).Append(argument.HelpName ?? argument.Name).Append(argument.Arity.MaximumNumberOfValues > 1 ? ">..." + close[1..] : close);
        }

        return usage.Append(command.Subcommands.Count > 0 ? " [command] [options]" : " [options]").ToString();
    }

    private static Command? Parent(Command command)
    {
        foreach (var parent in command.Parents)
        {
            if (parent is Command above)
            {
                return above;
            }
        }

        return null;
    }

    private void Section(string title) => text.Append(title).Append('\n');

    private void Table(string title, List<Row> rows)
    {
        if (rows.Count == 0)
        {
            return;
        }

        Section(title);
        var column = 0;
        foreach (var row in rows)
        {
            column = Math.Max(column, row.Label.Length);
        }

        column = Math.Min(column, Widest);
        foreach (var row in rows)
        {
            Fold($"  {row.Label.PadRight(column)}  ", column + 4, row.Description);
        }

        text.Append('\n');
    }

    private void Fold(string before, int indent, string description)
    {
        if (before.Length > indent)
        {
            // A label that is too wide has a line of its own.
            text.Append(before.TrimEnd()).Append('\n');
            before = new string(' ', indent);
        }

        foreach (var line in Folding.Lines(description, Math.Max(Folding.Least, width - indent)))
        {
            text.Append((before + line).TrimEnd()).Append('\n');
            before = new string(' ', indent);
        }
    }
}
