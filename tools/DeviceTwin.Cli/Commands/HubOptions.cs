using System.CommandLine;
using System.CommandLine.Parsing;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DeviceTwin.Cli.Hub;
using DeviceTwin.Cli.Profiles;

namespace DeviceTwin.Cli.Commands;

/// <summary>The options by which every command finds its hub.</summary>
internal sealed class HubOptions
{
    private const int LongestAuthor = 64;
    private const string DefaultAddress = "http://127.0.0.1:5080";
    private const string AddressVariable = "DTWIN_HUB";
    private const int StandardTimeout = 100;

    private readonly Option<Uri?> address = new("--hub")
    {
        HelpName = "URL",
        Description = $"The hub's address. Without it: --profile, {ProfileStore.Variable}, {AddressVariable}, the profile in use, {DefaultAddress}.",
        CustomParser = result => ParseAddress(result.Tokens[0].Value, result),
    };

    private readonly Option<string?> profile = new("--profile") { HelpName = "NAME", Description = "A hub by its name, as `dtwin profile list` shows it." };

    private readonly Option<FileInfo?> tokenFile = new("--token-file") { HelpName = "FILE", Description = "A file (0600) that holds the access token; needed beyond loopback." };

    private readonly Option<FileInfo?> authorityFile = new("--ca-file") { HelpName = "FILE", Description = "The plant's certificate authority (PEM); needed beyond loopback." };

    private readonly Option<int> timeout = NumberOption.Whole("--timeout", "Seconds to wait for an answer of the hub.", StandardTimeout, 1, 86400);

    private readonly Option<string?> author = new("--as") { HelpName = "NAME", Description = "How you sign where the hub has no users (default dtwin); elsewhere the token says who you are." };

    public HubOptions()
    {
        author.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } name && (name.Length is 0 or > LongestAuthor || !name.All(character => character is > ' ' and <= '~')))
            {
                result.AddError($"--as takes a name of 1 to {LongestAuthor} letters, digits and signs without spaces, not '{name}'.");
            }
        });
        profile.CompletionSources.Add(_ => ProfileStore.OfUser().Read().Profiles.Keys.Select(known => new System.CommandLine.Completions.CompletionItem(known)));
    }

    /// <summary>For commands of which the hub asks who gave them: a change is approved by another than its author.</summary>
    public void AddAuthorTo(Command command) => command.Add(author);

    public void AddTo(Command command)
    {
        command.Add(address);
        command.Add(profile);
        command.Add(tokenFile);
        command.Add(authorityFile);
        command.Add(timeout);
        command.Validators.Add(result =>
        {
            // The token of a profile is for its hub alone.
            if (result.GetResult(address) is not null && result.GetResult(profile) is not null)
            {
                result.AddError("--hub and --profile both name a hub: give one of them.");
            }
        });
    }

    public bool Json(ParseResult parsed) => CommonOptions.Json(parsed);

    /// <summary>How long the hub may take for an answer.</summary>
    public TimeSpan Timeout(ParseResult parsed) => TimeSpan.FromSeconds(parsed.GetValue(timeout));

    /// <summary>The hub that the command line, the environment or the profile in use names.</summary>
    /// <exception cref="CommandFailedException">There is no such profile, or an address is none.</exception>
    public Profile Find(ParseResult parsed)
    {
        if (parsed.GetValue(address) is { } given)
        {
            return new Profile(given, null, null);
        }

        if (parsed.GetValue(profile) is { } named)
        {
            return ProfileStore.OfUser().Find(named);
        }

        if (Environment.GetEnvironmentVariable(ProfileStore.Variable) is { Length: > 0 } wanted)
        {
            return ProfileStore.OfUser().Find(wanted);
        }

        if (Environment.GetEnvironmentVariable(AddressVariable) is { Length: > 0 } text)
        {
            return new Profile(ReadAddress(text) ?? throw new CommandFailedException(ExitCode.Usage, $"{AddressVariable} is '{text}': {NotAnAddress(text)}", "Set it right, or give --hub URL."), null, null);
        }

        var book = ProfileStore.OfUser().Read();
        return book.Current is { } current && book.Profiles.TryGetValue(current, out var used) ? used : new Profile(new Uri(DefaultAddress), null, null);
    }

    /// <exception cref="CommandFailedException">A file cannot be used.</exception>
    public HubClient Connect(ParseResult parsed)
    {
        var hub = Find(parsed);
        try
        {
            var token = (parsed.GetValue(tokenFile)?.FullName ?? hub.TokenFile) is { } file ? TextFiles.ReadSecret(file) : null;
            var authority = (parsed.GetValue(authorityFile)?.FullName ?? hub.CaFile) is { } pem ? X509Certificate2.CreateFromPem(File.ReadAllText(pem)) : null;
            Talk.Detail($"hub {hub.Hub}{(token is null ? "" : ", with a token")}{(authority is null ? "" : ", by its own authority")}");
            return new HubClient(hub.Hub, token, authority, Author(parsed), Timeout(parsed));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new CommandFailedException(ExitCode.Usage, $"The token or certificate file cannot be used: {error.Message}");
        }
    }

    internal static Uri? ParseAddress(string text, ArgumentResult result)
    {
        if (ReadAddress(text) is { } address)
        {
            return address;
        }

        result.AddError(NotAnAddress(text));
        return null;
    }

    private static string NotAnAddress(string text) => $"'{text}' is not the address of a hub, such as {DefaultAddress}.";

    private static Uri? ReadAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps) ? address : null;

    private string Author(ParseResult parsed) => (parsed.GetResult(author) is null ? null : parsed.GetValue(author)) ?? HubClient.DefaultAuthor;
}
