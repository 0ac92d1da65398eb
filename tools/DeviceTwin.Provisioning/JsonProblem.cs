using System.Text.Json;

namespace DeviceTwin.Provisioning;

/// <summary>What is wrong with a JSON text, as a person reads it.</summary>
public static class JsonProblem
{
    private static readonly string[] Places = [" Path: ", " LineNumber: "];

    /// <returns>The sentence without its full stop, and the place in brackets: <c>… (line 3, byte 7)</c>, both from 1.</returns>
    /// <param name="error">What the reader said.</param>
    /// <param name="firstLine">Which line of the file the text began on, from 1.</param>
    public static string Of(JsonException error, int firstLine = 1)
    {
        var end = Places.Select(place => error.Message.IndexOf(place, StringComparison.Ordinal)).Where(at => at >= 0).DefaultIfEmpty(error.Message.Length).Min();
        var sentence = error.Message[..end].TrimEnd(' ', '.');
        return error is { LineNumber: { } line, BytePositionInLine: { } position } ? $"{sentence} (line {firstLine + line}, byte {position + 1})" : sentence;
    }
}
