namespace DeviceTwin.Tests.SensorNode.Gate.Firmware;

/// <summary>The rooms of the firmware: the folders below <c>firmware/SensorNode</c>.</summary>
internal static class Rooms
{
    /// <summary>Files beside the rooms: the node's composition.</summary>
    public const string Root = "";

    public const string Acquisition = "Acquisition";
    public const string Signal = "Signal";
    public const string Detection = "Detection";
    public const string Twin = "Twin";
    public const string Link = "Link";
    public const string Methods = "Methods";
    public const string Provisioning = "Provisioning";
    public const string Supervision = "Supervision";
    public const string Boards = "Boards";

    /// <summary>The nanoFramework implementations of the platform interfaces: compiled for the device only.</summary>
    public const string Esp32 = "Boards/Esp32";

    /// <summary>The benchmark program, a project of its own.</summary>
    public const string Benchmarks = "SensorNode.Benchmarks";

    /// <summary>The composition root: compiled for the device only.</summary>
    public const string ProgramFile = "SensorNode/Program.cs";

    private const string Project = "SensorNode/";

    /// <summary>The room of a file: its first folder in the project; <see cref="Esp32"/> and <see cref="Benchmarks"/> stand for themselves.</summary>
    /// <param name="path">Path below <c>firmware/</c>.</param>
    public static string Of(string path)
    {
        if (!path.StartsWith(Project, StringComparison.Ordinal))
        {
            return path.StartsWith(Benchmarks + "/", StringComparison.Ordinal) ? Benchmarks : Root;
        }

        var inner = path[Project.Length..];
        if (inner.StartsWith(Esp32 + "/", StringComparison.Ordinal))
        {
            return Esp32;
        }

        var slash = inner.IndexOf('/');
        return slash < 0 ? Root : inner[..slash];
    }

    /// <summary>The namespace of a room.</summary>
    public static string Namespace(string room) => room switch
    {
        Root => "DeviceTwin.SensorNode",
        Benchmarks => "DeviceTwin.SensorNode.Benchmarks",
        _ => "DeviceTwin.SensorNode." + room.Replace('/', '.'),
    };

    /// <summary>Whether the exactness contract binds a room.</summary>
    public static bool IsExact(string room) => room is Signal or Detection or Twin;

    /// <summary>Whether a file is compiled for the device only and thus never meets .NET.</summary>
    public static bool IsDeviceOnly(string path) => path == ProgramFile || Of(path) is Esp32 or Benchmarks;
}
