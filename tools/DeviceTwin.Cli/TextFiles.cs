using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.Provisioning;
using DeviceTwin.Provisioning.Tray;

namespace DeviceTwin.Cli;

/// <summary>Files that a person writes for a command, or a command for a person.</summary>
internal static class TextFiles
{
    /// <summary>A file with one JSON object.</summary>
    /// <exception cref="CommandFailedException"><see cref="ExitCode.FileUnusable"/>.</exception>
    public static JsonObject ReadObject(FileInfo file)
    {
        try
        {
            return JsonNode.Parse(Read(file), documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }) as JsonObject
                ?? throw Unusable($"'{file}' holds no JSON object.");
        }
        catch (JsonException error)
        {
            throw Unusable($"'{file}' is not JSON: {JsonProblem.Of(error)}.");
        }
    }

    /// <param name="code">How the command ends where it cannot be read; null = <see cref="ExitCode.FileUnusable"/>.</param>
    /// <exception cref="CommandFailedException">It cannot be read.</exception>
    public static string Read(FileInfo file, ExitCode? code = null)
    {
        try
        {
            return File.ReadAllText(file.FullName);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(code ?? ExitCode.FileUnusable, $"'{file}' cannot be read: {error.Message}");
        }
    }

    /// <exception cref="CommandFailedException"><see cref="ExitCode.FileUnusable"/>.</exception>
    public static void Write(FileInfo file, string text)
    {
        try
        {
            File.WriteAllText(file.FullName, text);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unusable($"'{file}' cannot be written: {error.Message}");
        }
    }

    /// <summary>Writes a file that only its owner may read.</summary>
    /// <exception cref="CommandFailedException"><see cref="ExitCode.FileUnusable"/>.</exception>
    public static void WriteSecret(FileInfo file, string text)
    {
        try
        {
            PrivateFile.Write(file.FullName, text);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unusable($"'{file}' cannot be written: {error.Message}");
        }
    }

    /// <summary>Reads a secret, if nobody else can.</summary>
    /// <exception cref="CommandFailedException"><see cref="ExitCode.SecretExposed"/>, with the command that mends it.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static string ReadSecret(string path) => PrivateFile.IsExposed(path)
        ? throw new CommandFailedException(ExitCode.SecretExposed, $"'{path}' holds a secret, and others on this machine may read or write it.", $"Run: chmod 600 '{path}'")
        : File.ReadAllText(path).Trim();

    /// <summary>A file to be written from its beginning.</summary>
    /// <exception cref="CommandFailedException"><see cref="ExitCode.FileUnusable"/>.</exception>
    public static Stream Create(FileInfo file)
    {
        try
        {
            return File.Create(file.FullName);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unusable($"'{file}' cannot be written: {error.Message}");
        }
    }

    /// <summary>Whether a file could be written where it is to be, asked before the long work whose result it takes.</summary>
    /// <param name="file">Null = none is asked for.</param>
    /// <exception cref="CommandFailedException"><see cref="ExitCode.FileUnusable"/>.</exception>
    public static void CheckPlace(FileInfo? file)
    {
        if (file is { Directory.Exists: false })
        {
            throw Unusable($"'{file}' cannot be written: there is no folder '{file.DirectoryName}'.");
        }
    }

    private static CommandFailedException Unusable(string detail) => new(ExitCode.FileUnusable, detail);
}
