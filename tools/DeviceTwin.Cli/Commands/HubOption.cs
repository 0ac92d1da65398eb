using System.CommandLine;
using System.CommandLine.Parsing;
using DeviceTwin.Cli.Hub;

namespace DeviceTwin.Cli.Commands;

/// <summary>The options by which every command finds its hub and shapes its output.</summary>
internal static class HubOption
{
    public const string DefaultAddress = "http://127.0.0.1:5080";

    public static Option<Uri?> Address() => new("--hub")
    {
        Description = "The hub's address (default DTWIN_HUB, else " + DefaultAddress + ").",
        DefaultValueFactory = result => ParseAddress(Environment.GetEnvironmentVariable("DTWIN_HUB") ?? DefaultAddress, result),
        CustomParser = result => ParseAddress(result.Tokens[0].Value, result),
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

    private static Uri? ParseAddress(string text, ArgumentResult result)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps))
        {
            return address;
        }

        result.AddError($"'{text}' is not the address of a hub, such as {DefaultAddress}.");
        return null;
    }
}
