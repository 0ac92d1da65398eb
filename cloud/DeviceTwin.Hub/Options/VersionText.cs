using System.Reflection;

namespace DeviceTwin.Hub.Options;

/// <summary>The version this hub was built as.</summary>
internal static class VersionText
{
    public static string Current { get; } =
        (typeof(VersionText).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0").Split('+')[0];
}
