namespace DeviceTwin.Tests.SensorNode.Gate.Firmware;

/// <summary>The rooms of the firmware by folder name.</summary>
internal static class Rooms
{
    /// <summary>Files beside the rooms: the node's composition.</summary>
    public const string Root = "";

    public const string Acquisition = "Acquisition";
    public const string Signal = "Signal";
    public const string Detection = "Detection";
    public const string Twin = "Twin";
    public const string Link = "Link";
    public const string Provisioning = "Provisioning";
    public const string Supervision = "Supervision";
    public const string Boards = "Boards";

    /// <summary>The nanoFramework implementations of the platform interfaces: compiled for the device only.</summary>
    public const string Esp32 = "Boards/Esp32";

    /// <summary>The composition root: compiled for the device only.</summary>
    public const string ProgramFile = "Program.cs";

    public const string RootNamespace = "DeviceTwin.SensorNode";

    /// <summary>Whether the exactness contract binds a room.</summary>
    public static bool IsExact(string room) => room is Signal or Detection or Twin;

    /// <summary>Whether a file is compiled for the device only and thus never meets .NET.</summary>
    public static bool IsDeviceOnly(string path) => SourceFile.RoomOf(path) == Esp32 || path == ProgramFile;
}
