using System.CommandLine;
using DeviceTwin.Cli.Hub;

namespace DeviceTwin.Cli.Commands;

/// <summary>The options by which every command finds its hub and shapes its output.</summary>
internal static class HubOption
{
    public const string DefaultAddress = "http://127.0.0.1:5080";

    public static Option<Uri> Address() => new("--hub")
    {
        Description = "The hub's address (default DTWIN_HUB, else " + DefaultAddress + ").",
        DefaultValueFactory = _ => new Uri(Environment.GetEnvironmentVariable("DTWIN_HUB") ?? DefaultAddress),
    };

    public static Option<FileInfo?> TokenFile() => new("--token-file")
    {
        Description = "A file that holds the access token; needed beyond loopback.",
    };

    public static Option<bool> Json() => new("--json") { Description = "Print JSON on standard output." };

    /// <exception cref="CommandFailedException">The token file cannot be read.</exception>
    public static HubClient Connect(Uri address, FileInfo? tokenFile)
    {
        try
        {
            return new HubClient(address, tokenFile is null ? null : File.ReadAllText(tokenFile.FullName).Trim());
        }
        catch (IOException error)
        {
            throw new CommandFailedException(ExitCode.Usage, $"The token file cannot be read: {error.Message}");
        }
    }
}
