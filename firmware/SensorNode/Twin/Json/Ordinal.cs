namespace DeviceTwin.SensorNode.Twin.Json;

/// <summary>Comparisons character by character: on .NET String.StartsWith and String.IndexOf ask the culture.</summary>
public static class Ordinal
{
    /// <summary>Whether a text begins with another.</summary>
    public static bool Begins(string text, string start)
    {
        return text.Length >= start.Length && text.Substring(0, start.Length) == start;
    }
}
