using System.Text.Json.Nodes;
using DeviceTwin.Cli.Commands;

namespace DeviceTwin.Cli.Changes;

/// <summary>A draft of a change as the hub takes it: a file, and over it what the command line says.</summary>
internal static class Proposal
{
    /// <param name="settings"><c>PATH=VALUE</c>, a JSON value; null takes the setting away.</param>
    /// <exception cref="CommandFailedException"><see cref="ExitCode.FileUnusable"/>.</exception>
    public static JsonObject Create(FileInfo? file, string? id, string? title, string? configuration, IEnumerable<string> settings, FileInfo? plan)
    {
        var proposal = file is null ? [] : TextFiles.ReadObject(file);
        foreach (var (name, value) in new[] { ("id", id), ("title", title), ("configurationId", configuration) })
        {
            if (value is not null)
            {
                proposal[name] = value;
            }
        }

        if (plan is not null)
        {
            proposal["plan"] = TextFiles.ReadObject(plan);
        }

        foreach (var setting in settings)
        {
            var equals = setting.IndexOf('=');
            if (proposal["settings"] is not JsonObject over)
            {
                proposal["settings"] = over = [];
            }

            over[setting[..equals]] = TwinCommand.ParseValue(setting[(equals + 1)..]);
        }

        return proposal;
    }
}
