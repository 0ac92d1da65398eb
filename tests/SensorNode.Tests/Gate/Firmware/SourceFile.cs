namespace DeviceTwin.Tests.SensorNode.Gate.Firmware;

/// <summary>One source file of the firmware, or a snippet that stands for one.</summary>
/// <param name="Path">Path below <c>firmware/SensorNode</c> with forward slashes (<c>Signal/Division.cs</c>): its first folder is the room.</param>
/// <param name="Text">The C# source.</param>
internal sealed record SourceFile(string Path, string Text)
{
    /// <summary>Room of a path: its first folder; <see cref="Rooms.Esp32"/> below <c>Boards/Esp32</c>; empty in the root.</summary>
    public static string RoomOf(string path)
    {
        if (path.StartsWith(Rooms.Esp32 + "/", StringComparison.Ordinal))
        {
            return Rooms.Esp32;
        }

        var slash = path.IndexOf('/');
        return slash < 0 ? Rooms.Root : path[..slash];
    }
}
