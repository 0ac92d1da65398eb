using System.Text.Json;

namespace DeviceTwin.Provisioning.Dialogue;

/// <summary>What comes over the line besides text.</summary>
internal enum LineEventKind
{
    /// <summary>A whole frame.</summary>
    Frame,

    /// <summary>Something that was a frame once.</summary>
    Garbled,

    /// <summary>A whole frame of another version of the protocol.</summary>
    OtherVersion,
}

/// <summary>What came over the line.</summary>
/// <param name="What">What it is.</param>
/// <param name="Kind">Of a frame its kind; of another version that version.</param>
/// <param name="Number">Of a frame its number.</param>
/// <param name="Command">Of a frame its command.</param>
/// <param name="Payload">Of a frame its members; undefined where they are no JSON object.</param>
internal readonly record struct LineEvent(LineEventKind What, int Kind = 0, int Number = 0, int Command = 0, JsonElement Payload = default);
