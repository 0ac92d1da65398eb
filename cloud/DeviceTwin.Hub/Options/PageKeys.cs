using Microsoft.AspNetCore.DataProtection;

namespace DeviceTwin.Hub.Options;

/// <summary>
/// The keys that seal what a page carries between two visits. They live with the hub's other keys: the framework's own choice
/// would be the home folder of whoever runs the hub.
/// </summary>
internal static class PageKeys
{
    public static void AddPageKeys(this IServiceCollection services, string dataFolder)
    {
        var folder = Path.Combine(dataFolder, "page-keys");
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        services.AddDataProtection().SetApplicationName("DeviceTwin.Hub").PersistKeysToFileSystem(new DirectoryInfo(folder));
    }
}
