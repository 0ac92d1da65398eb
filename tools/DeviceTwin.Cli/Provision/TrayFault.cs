using DeviceTwin.Provisioning.Tray;

namespace DeviceTwin.Cli.Provision;

/// <summary>Failures of the tray's engine as the command's own.</summary>
internal static class TrayFault
{
    public static T Secrets<T>(Func<T> open) => Files(open, ExitCode.SecretsUnusable);

    public static T Journal<T>(Func<T> open) => Files(open, ExitCode.JournalUnusable);

    public static T Files<T>(Func<T> open, ExitCode code)
    {
        try
        {
            return open();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(code, error.Message);
        }
    }

    public static async Task<T> Hub<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (BoardFaultException fault)
        {
            throw new CommandFailedException(fault.Diagnosis == Diagnosis.HubDown ? ExitCode.HubNotReachable : ExitCode.HubRefused, fault.Message);
        }
    }
}
