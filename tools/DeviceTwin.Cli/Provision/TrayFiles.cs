namespace DeviceTwin.Cli.Provision;

/// <summary>Where a tray keeps what it keeps, unless it is told.</summary>
internal static class TrayFiles
{
    private static string Settings => Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify), "devicetwin");

    public static string Wifi => Path.Combine(Settings, "wifi.json");

    public static string Secrets => Path.Combine(Settings, "node-secrets.json");

    public static string Kit => Path.Combine(Settings, "bundle-kit.json");
}
