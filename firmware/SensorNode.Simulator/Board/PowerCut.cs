#nullable enable

namespace DeviceTwin.SensorNode.Simulator.Board;

/// <summary>What a power cut leaves of the operation it meets.</summary>
public enum PowerCut
{
    /// <summary>Nothing.</summary>
    Before = 0,

    /// <summary>A beginning. littlefs never leaves one, because it writes beside the old content; other file systems do.</summary>
    Torn = 1,

    /// <summary>All of it, but nobody is told.</summary>
    After = 2,
}
