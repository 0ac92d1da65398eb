using System.Text;

namespace DeviceTwin.Cli;

/// <summary>The exit codes as the table in <c>tools/README.md</c>.</summary>
internal static class ExitCodeTable
{
    public static string ToMarkdown()
    {
        var text = new StringBuilder("| Code | Word | What happened | What to do |\n|---|---|---|---|\n");
        foreach (var code in ExitCode.All)
        {
            text.Append($"| {code.Number} | `{code.Word}` | {code.Meaning} | {code.Remedy} |\n");
        }

        return text.ToString();
    }
}
