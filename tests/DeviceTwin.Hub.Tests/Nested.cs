using System.Text.Json.Nodes;

namespace DeviceTwin.Tests.Hub;

/// <summary>Objects in objects: <c>{"l1":{"l2":…{"property":1}}}</c>.</summary>
internal static class Nested
{
    public static string Objects(int levels) =>
        string.Concat(Enumerable.Range(1, levels).Select(level => $$"""{"l{{level}}":""")) + """{"property":1}""" + new string('}', levels);

    /// <summary>The value of the property at the bottom.</summary>
    public static int DeepestOf(JsonNode section)
    {
        for (var level = 1; section[$"l{level}"] is { } inner; level++)
        {
            section = inner;
        }

        return (int)section["property"]!;
    }
}
