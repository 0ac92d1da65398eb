using System.Net.Sockets;
using DeviceTwin.Storage;
using Microsoft.AspNetCore.Connections;

namespace DeviceTwin.Hub.Options;

/// <summary>Turns what goes wrong while starting into one sentence with a code.</summary>
internal static class StartProblems
{
    public static T Explain<T>(HubOptions options, Func<T> step)
    {
        try
        {
            return step();
        }
        catch (Exception problem) when (Translate(options, problem) is { } told)
        {
            throw told;
        }
    }

    public static async Task ExplainAsync(HubOptions options, Func<Task> step)
    {
        try
        {
            await step();
        }
        catch (Exception problem) when (Translate(options, problem) is { } told)
        {
            throw told;
        }
    }

    private static StartException? Translate(HubOptions options, Exception problem) => problem switch
    {
        StartException => null,
        IOException { InnerException: AddressInUseException } => PortInUse(options, problem),
        AddressInUseException => PortInUse(options, problem),
        IOException { InnerException: SocketException } or SocketException => new StartException(
            ExitCode.AddressUnavailable,
            $"Cannot listen on {options.MqttBind}:{options.MqttPort} (MQTT) and {options.HttpBind}:{options.HttpPort} (HTTP){(options.HttpsPort is { } https ? $" and {options.HttpsBind}:{https} (HTTPS)" : "")}: {problem.Message.TrimEnd('.')}. "
                + "Use addresses of this machine and ports above 1023.",
            problem),
        StorageException { Error: StorageError.Corrupt or StorageError.TooNew } storage => new StartException(
            ExitCode.DataUnreadable, $"[{(int)storage.Error}] {storage.Message}", problem),
        StorageException { Error: StorageError.Locked } storage => new StartException(
            ExitCode.DataFolderInUse, $"[{(int)storage.Error}] {storage.Message}", problem),
        StorageException storage => new StartException(ExitCode.DataFolderUnwritable, $"[{(int)storage.Error}] {storage.Message}", problem),
        UnauthorizedAccessException or IOException => new StartException(
            ExitCode.DataFolderUnwritable,
            $"The data folder {options.DataFolder} cannot be used ({problem.Message.TrimEnd('.')}): give it and its files to the user that runs the hub.",
            problem),
        _ => null,
    };

    private static StartException PortInUse(HubOptions options, Exception problem)
    {
        // Kestrel names the address in its text only: "Failed to bind to address https://127.0.0.1:8883: address already in use."
        var mqtt = options.MqttPort != 0 && problem.Message.Contains($":{options.MqttPort}:", StringComparison.Ordinal);
        var https = options.HttpsPort is { } port and not 0 && port != options.HttpPort && problem.Message.Contains($":{port}:", StringComparison.Ordinal);
        return https
            ? new StartException(
                ExitCode.HttpPortInUse,
                $"Port {options.HttpsPort} is in use by another program: stop it, or choose another with --https-port, or another address of this machine with --https-bind.",
                problem)
            : mqtt
            ? new StartException(
                ExitCode.MqttPortInUse,
                $"Port {options.MqttPort} is in use by another program: stop it, or give nodes another port with --mqtt-port.",
                problem)
            : new StartException(
                ExitCode.HttpPortInUse,
                $"Port {options.HttpPort} is in use by another program: stop it, or choose another with --http-port.",
                problem);
    }
}
