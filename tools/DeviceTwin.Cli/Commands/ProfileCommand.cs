using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DeviceTwin.Cli.Profiles;
using Spectre.Console;

namespace DeviceTwin.Cli.Commands;

/// <summary><c>dtwin profile</c>: hubs by name.</summary>
internal static class ProfileCommand
{
    public static Command Create(string name, string description) => new(name, description) { List(), Add(), Use(), Remove() };

    private static Command List()
    {
        var command = new Command("list", "List the profiles; the one in use has a star.");
        command.SetAction(parsed =>
        {
            var book = ProfileStore.OfUser().Read();
            if (CommonOptions.Json(parsed))
            {
                Output.Json(book.Profiles.Select(profile => Document(profile.Key, profile.Value, profile.Key == book.Current)));
            }
            else if (book.Profiles.Count == 0)
            {
                Talk.Say("There are no profiles. `dtwin profile add NAME --hub URL` makes one.");
            }
            else
            {
                var grid = new Grid().Column("").Column("name").Column("hub").Column("token").Column("authority", 1);
                foreach (var (name, profile) in book.Profiles)
                {
                    grid.Row(name == book.Current ? "*" : "", Markup.Escape(name), Markup.Escape(profile.Hub.ToString()), profile.TokenFile is null ? "none" : "kept", profile.CaFile is null ? "the machine's" : "its own");
                }

                grid.Write();
            }

            return ExitCode.Success.Number;
        });
        return command;
    }

    private static Command Add()
    {
        var name = Name();
        var hub = new Option<Uri>("--hub") { HelpName = "URL", Required = true, Description = "The hub's address.", CustomParser = result => HubOptions.ParseAddress(result.Tokens[0].Value, result)! };
        var token = new Option<FileInfo?>("--token-file") { HelpName = "FILE", Description = "A file (0600) with the access token, which is copied; - reads it from standard input." };
        var authority = new Option<FileInfo?>("--ca-file") { HelpName = "FILE", Description = "The plant's certificate authority (PEM), which is copied." };
        var command = new Command("add", "Keep a hub under a name, and use it from now on.") { name, hub, token, authority };
        command.SetAction(parsed =>
        {
            var (given, file) = (parsed.GetValue(name)!, parsed.GetValue(token));
            try
            {
                var secret = file is null ? null : file.ToString() == "-" ? Console.In.ReadLine()?.Trim() : TextFiles.ReadSecret(file.FullName);
                var pem = parsed.GetValue(authority) is { } named ? File.ReadAllText(named.FullName) : null;
                if (pem is not null)
                {
                    using var checkedOnce = X509Certificate2.CreateFromPem(pem);
                }

                return Say(parsed, given, ProfileStore.OfUser().Add(given, parsed.GetValue(hub)!, secret is { Length: > 0 } ? secret : null, pem), isCurrent: true, $"{given} is kept and in use.");
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
            {
                throw new CommandFailedException(ExitCode.ProfileUnusable, $"The profile cannot be kept: {error.Message}");
            }
        });
        return command;
    }

    private static Command Use()
    {
        var name = Name();
        var command = new Command("use", "Use a hub from now on.") { name };
        command.SetAction(parsed =>
        {
            var given = parsed.GetValue(name)!;
            return Say(parsed, given, ProfileStore.OfUser().Use(given), isCurrent: true, $"{given} is in use.");
        });
        return command;
    }

    private static Command Remove()
    {
        var name = Name();
        var yes = CommonOptions.Yes();
        var command = new Command("remove", "Forget a hub and its token.") { name, yes };
        command.SetAction(parsed =>
        {
            var given = parsed.GetValue(name)!;
            var profile = ProfileStore.OfUser().Find(given);
            if (!parsed.GetValue(yes) && profile.TokenFile is not null)
            {
                Confirmation.Ask($"Forget {given} ({profile.Hub}) and its token?");
            }

            ProfileStore.OfUser().Remove(given);
            return Say(parsed, given, profile, isCurrent: false, $"{given} is forgotten.");
        });
        return command;
    }

    private static Argument<string> Name()
    {
        var name = new Argument<string>("name") { HelpName = "NAME", Description = "The profile's name: letters, digits, - _ and dots." };
        name.CompletionSources.Add(_ => ProfileStore.OfUser().Read().Profiles.Keys.Select(known => new System.CommandLine.Completions.CompletionItem(known)));
        name.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } text && !ProfileStore.IsName(text))
            {
                result.AddError($"'{text}' is no name of a profile: up to 64 letters, digits, - _ and dots, no dot in front.");
            }
        });
        return name;
    }

    private static int Say(ParseResult parsed, string name, Profiles.Profile profile, bool isCurrent, string sentence)
    {
        if (CommonOptions.Json(parsed))
        {
            Output.Json(Document(name, profile, isCurrent));
        }
        else
        {
            Output.Line(sentence);
        }

        return ExitCode.Success.Number;
    }

    // A token is a secret: that there is one is all that is told.
    private static object Document(string name, Profiles.Profile profile, bool isCurrent) =>
        new { name, hub = profile.Hub, isCurrent, hasToken = profile.TokenFile is not null, hasAuthority = profile.CaFile is not null };
}
