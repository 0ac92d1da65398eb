using System.Text.Json;
using DeviceTwin.Provisioning.Tray;

namespace DeviceTwin.Cli.Profiles;

/// <summary>
/// The hubs that a person works with, in a file that only this person may read. Tokens and authorities are copies in files of their own, so that
/// listing profiles never reads a secret.
/// </summary>
/// <param name="folder">Where they are kept.</param>
internal sealed class ProfileStore(string folder)
{
    /// <summary>The variable that names a profile, as <c>--profile</c> does.</summary>
    public const string Variable = "DTWIN_PROFILE";

    private const int LongestName = 64;

    private string BookFile => Path.Combine(folder, "profiles.json");

    /// <summary>The store of this person: below XDG_CONFIG_HOME (else ~/.config), on Windows below APPDATA.</summary>
    public static ProfileStore OfUser() => new(Path.Combine(
        OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData)
        : Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } config && Path.IsPathRooted(config) ? config
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config"),
        "devicetwin"));

    /// <summary>Whether a profile can have this name: it names files.</summary>
    public static bool IsName(string name) => name.Length is > 0 and <= LongestName && name[0] != '.' && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.');

    /// <exception cref="CommandFailedException">The file is damaged or exposed.</exception>
    public ProfileBook Read()
    {
        if (!File.Exists(BookFile))
        {
            return new ProfileBook(null, []);
        }

        try
        {
            var book = JsonSerializer.Deserialize(TextFiles.ReadSecret(BookFile), ProfileJson.Default.ProfileBook);
            return book is { Profiles: not null } ? book : throw new JsonException("there is nothing in it");
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(ExitCode.ProfileUnusable, $"'{BookFile}' cannot be read: {error.Message.TrimEnd('.')}.", "Mend or remove it, and add the profiles again.");
        }
    }

    /// <summary>The profile of a name.</summary>
    /// <exception cref="CommandFailedException"><see cref="ExitCode.ProfileUnusable"/>: there is none.</exception>
    public Profile Find(string name)
    {
        var profiles = Read().Profiles;
        return profiles.TryGetValue(name, out var profile)
            ? profile
            : throw Missing(name, profiles.Keys);
    }

    /// <summary>Adds or replaces one, and uses it.</summary>
    /// <param name="token">Null = none.</param>
    /// <param name="authority">PEM; null = the machine's own authorities.</param>
    public Profile Add(string name, Uri hub, string? token, string? authority)
    {
        var book = Read();
        var profile = new Profile(hub, Keep(Path.Combine(folder, "authorities", name + ".pem"), authority), Keep(Path.Combine(folder, "tokens", name), token));
        book.Profiles[name] = profile;
        Write(book with { Current = name });
        return profile;
    }

    /// <exception cref="CommandFailedException"><see cref="ExitCode.ProfileUnusable"/>: there is none.</exception>
    public Profile Use(string name)
    {
        var profile = Find(name);
        Write(Read() with { Current = name });
        return profile;
    }

    /// <summary>Removes one with its token.</summary>
    /// <exception cref="CommandFailedException"><see cref="ExitCode.ProfileUnusable"/>: there is none.</exception>
    public void Remove(string name)
    {
        var book = Read();
        if (!book.Profiles.Remove(name))
        {
            throw Missing(name, book.Profiles.Keys);
        }

        Keep(Path.Combine(folder, "authorities", name + ".pem"), null);
        Keep(Path.Combine(folder, "tokens", name), null);
        Write(book.Current == name ? book with { Current = null } : book);
    }

    private static CommandFailedException Missing(string name, IReadOnlyCollection<string> known) => new(
        ExitCode.ProfileUnusable,
        $"There is no profile '{name}'.",
        known.Count == 0 ? "Make it with `dtwin profile add NAME --hub URL`." : $"There are: {string.Join(", ", known)}.");

    private static string? Keep(string file, string? text)
    {
        if (text is null)
        {
            if (File.Exists(file))
            {
                File.Delete(file);
            }

            return null;
        }

        PrivateFile.Write(file, text);
        return file;
    }

    private void Write(ProfileBook book) => PrivateFile.Write(BookFile, JsonSerializer.Serialize(book, ProfileJson.Default.ProfileBook) + "\n");
}
