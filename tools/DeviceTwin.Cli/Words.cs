using Spectre.Console;

namespace DeviceTwin.Cli;

/// <summary>Verdicts and states as the terminal shows them: the catalogue's word, with a colour where there are colours.</summary>
internal static class Words
{
    public static string Verdict(string? verdict) => verdict switch
    {
        null or "" => "[grey]-[/]",
        "normal" => "[green]normal[/]",
        "refused" or "notRunning" => $"[grey]{verdict}[/]",
        "high" or "hot" or "unbalance" or "misalignment" or "looseness" => $"[yellow]{verdict}[/]",
        _ => $"[red]{Markup.Escape(verdict)}[/]",
    };

    public static string State(string state) => state switch
    {
        "InSync" => "[green]InSync[/]",
        "Pending" => "[yellow]Pending[/]",
        _ => $"[red]{Markup.Escape(state)}[/]",
    };

    /// <summary>The worst of a part of the plant.</summary>
    public static string Severity(string? severity) => severity switch
    {
        null or "" or "none" => "[grey]-[/]",
        "good" => "[green]good[/]",
        "warning" => "[yellow]warning[/]",
        "fault" => "[red]fault[/]",
        _ => $"[grey]{Markup.Escape(severity)}[/]",
    };

    /// <summary>The state of an alarm.</summary>
    public static string Alarm(string? state) => state switch
    {
        "raised" => "[red]raised[/]",
        "acknowledged" => "[yellow]acknowledged[/]",
        "cleared" => "[green]cleared[/]",
        _ => Markup.Escape(state ?? "-"),
    };

    public static string Connection(bool connected) => connected ? "[green]connected[/]" : "[grey]offline[/]";

    /// <summary>The state of a change.</summary>
    public static string Change(string? state) => state switch
    {
        null or "" => "[grey]-[/]",
        "done" => "[green]done[/]",
        "rolledBack" or "aborted" => $"[red]{state}[/]",
        "draft" or "replayed" or "approved" => state,
        _ => $"[yellow]{Markup.Escape(state)}[/]",
    };

    /// <summary>What a gate says.</summary>
    public static string Gate(string? outcome) => outcome switch
    {
        null or "" => "[grey]-[/]",
        "passed" => "[green]passed[/]",
        "tripped" => "[red]tripped[/]",
        "waiting" => "[yellow]waiting[/]",
        _ => $"[grey]{Markup.Escape(outcome)}[/]",
    };
}
