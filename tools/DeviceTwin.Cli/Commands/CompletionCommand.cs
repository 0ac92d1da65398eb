using System.CommandLine;

namespace DeviceTwin.Cli.Commands;

/// <summary><c>dtwin completion</c>: scripts that ask dtwin itself what fits, by the directive <c>[suggest]</c> of its command line.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        # In ~/.bashrc: source <(dtwin completion bash)
        _dtwin() {
            local line="${COMP_LINE#* }" at=$((COMP_POINT - ${#COMP_WORDS[0]} - 1)) word="${COMP_WORDS[COMP_CWORD]}" IFS=$'\n'
            COMPREPLY=($(compgen -W "$(dtwin "[suggest:$at]" "$line" 2>/dev/null)" -- "$word"))
        }
        complete -o default -F _dtwin dtwin
        """;

    private const string Zsh = """
        # In ~/.zshrc, after compinit: source <(dtwin completion zsh)
        _dtwin() {
            local line="${BUFFER#* }" at=$((CURSOR - ${#words[1]} - 1))
            local -a found=("${(@f)$(dtwin "[suggest:$at]" "$line" 2>/dev/null)}")
            compadd -- $found || _files
        }
        compdef _dtwin dtwin
        """;

    private const string Fish = """
        # dtwin completion fish > ~/.config/fish/completions/dtwin.fish
        function __dtwin
            set -l line (commandline -cp | string replace -r '^\S+ ?' '')
            dtwin "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c dtwin -a '(__dtwin)'
        """;

    private const string Pwsh = """
        # In $PROFILE: dtwin completion pwsh | Out-String | Invoke-Expression
        Register-ArgumentCompleter -Native -CommandName dtwin -ScriptBlock {
            param($word, $tree, $cursor)
            $line = $tree.ToString() -replace '^\S+ ?', ''
            $at = [Math]::Min($line.Length, [Math]::Max(0, $cursor - ($tree.ToString().Length - $line.Length)))
            dtwin "[suggest:$at]" $line 2>$null | Where-Object { $_ -like "$word*" } | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
        }
        """;

    private static readonly Dictionary<string, string> Scripts = new() { ["bash"] = Bash, ["zsh"] = Zsh, ["fish"] = Fish, ["pwsh"] = Pwsh };

    public static Command Create(string name, string description)
    {
        var shell = new Argument<string>("shell") { HelpName = "SHELL", Description = $"{string.Join(", ", Scripts.Keys)}; the script's first line says where it goes." };
        shell.AcceptOnlyFromAmong([.. Scripts.Keys]);
        var command = new Command(name, description) { shell };
        command.SetAction(parsed =>
        {
            var named = parsed.GetValue(shell)!;
            if (CommonOptions.Json(parsed))
            {
                Output.Json(new { shell = named, script = Scripts[named] });
            }
            else
            {
                Output.Line(Scripts[named]);
            }

            return ExitCode.Success.Number;
        });
        return command;
    }
}
