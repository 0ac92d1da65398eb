namespace DeviceTwin.Cli.Provision;

/// <summary>Where a tray keeps what it keeps, unless it is told: below the user's settings (XDG_CONFIG_HOME, else ~/.config; APPDATA).</summary>
internal static class TrayFiles
{
    /// <summary>How help pages name it: the same on every machine.</summary>
    public const string WifiShown = $"{Folder}/{WifiName} {Where}";

    /// <inheritdoc cref="WifiShown"/>
    public const string SecretsShown = $"{Folder}/{SecretsName} {Where}";

    /// <inheritdoc cref="WifiShown"/>
    public const string KitShown = $"{Folder}/{KitName} {Where}";

    private const string Folder = "devicetwin";
    private const string Where = "below your settings";
    private const string WifiName = "wifi.json";
    private const string SecretsName = "node-secrets.json";
    private const string KitName = "bundle-kit.json";

    public static string Wifi => PathOf(WifiName);

    public static string Secrets => PathOf(SecretsName);

    public static string Kit => PathOf(KitName);

    private static string PathOf(string name) =>
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify), Folder, name);
}
