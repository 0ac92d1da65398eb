using System.CommandLine;
using System.CommandLine.Parsing;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DeviceTwin.Cli.Hub;

namespace DeviceTwin.Cli.Commands;

/// <summary>The options by which every command finds its hub and shapes its output.</summary>
internal sealed class HubOptions
{
    private const int LongestAuthor = 64;
    private const string DefaultAddress = "http://127.0.0.1:5080";

    private readonly Option<Uri?> address = new("--hub")
    {
        HelpName = "URL",
        Description = "The hub's address (default DTWIN_HUB, else " + DefaultAddress + ").",
        DefaultValueFactory = result => ParseAddress(Environment.GetEnvironmentVariable("DTWIN_HUB") ?? DefaultAddress, result),
        CustomParser = result => ParseAddress(result.Tokens[0].Value, result),
    };

    private readonly Option<FileInfo?> tokenFile = new("--token-file") { HelpName = "FILE", Description = "A file that holds the access token; needed beyond loopback." };

    private readonly Option<FileInfo?> authorityFile = new("--ca-file") { HelpName = "FILE", Description = "The plant's certificate authority (PEM); needed beyond loopback." };

    private readonly Option<bool> json = new("--json") { Description = "Print JSON on standard output." };

    private readonly Option<string?> author = new("--as") { HelpName = "NAME", Description = "How you sign where the hub has no users (default dtwin); elsewhere the token says who you are." };

    public HubOptions() => author.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<string?>() is { } name && (name.Length is 0 or > LongestAuthor || !name.All(character => character is > ' ' and <= '~')))
        {
            result.AddError($"--as takes a name of 1 to {LongestAuthor} letters, digits and signs without spaces, not '{name}'.");
        }
    });

    /// <summary>For commands of which the hub asks who gave them: a change is approved by another than its author.</summary>
    public void AddAuthorTo(Command command) => command.Add(author);

    public void AddTo(Command command)
    {
        command.Add(address);
        command.Add(tokenFile);
        command.Add(authorityFile);
        command.Add(json);
    }

    public bool Json(ParseResult parsed) => parsed.GetValue(json);

    /// <exception cref="CommandFailedException">A file cannot be used.</exception>
    public HubClient Connect(ParseResult parsed)
    {
        try
        {
            var token = parsed.GetValue(tokenFile) is { } file ? File.ReadAllText(file.FullName).Trim() : null;
            var authority = parsed.GetValue(authorityFile) is { } pem ? X509Certificate2.CreateFromPem(File.ReadAllText(pem.FullName)) : null;
            return new HubClient(parsed.GetValue(address)!, token, authority, Author(parsed));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new CommandFailedException(ExitCode.Usage, $"The token or certificate file cannot be used: {error.Message}");
        }
    }

    private string Author(ParseResult parsed) => (parsed.GetResult(author) is null ? null : parsed.GetValue(author)) ?? HubClient.DefaultAuthor;

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
