using System.Globalization;
using System.Text.Json;
using DeviceTwin.SensorNode.Recordings;

namespace DeviceTwin.Bench.Evaluation.Trends;

/// <summary>An item of an index of recordings that holds a trend.</summary>
/// <param name="Path">The file.</param>
/// <param name="Name">Its name without folder and ending.</param>
/// <param name="DataSet">The set it belongs to.</param>
/// <param name="Windows">Labelled windows; empty where there are none.</param>
public sealed record TrendItem(string Path, string Name, string DataSet, IReadOnlyList<(DateTime From, DateTime To)> Windows)
{
    /// <summary>Whether the file is there.</summary>
    public bool Exists => File.Exists(Path);

    /// <summary>Reads the items of an index that are trends held in a CSV file.</summary>
    public static IReadOnlyList<TrendItem> Read(string indexPath)
    {
        string folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(indexPath))!;
        using JsonDocument index = JsonDocument.Parse(File.ReadAllText(indexPath));
        JsonElement list = index.RootElement.ValueKind == JsonValueKind.Array ? index.RootElement : index.RootElement.GetProperty("items");
        var items = new List<TrendItem>();
        foreach (JsonElement item in list.EnumerateArray())
        {
            if (Text(item, "file") is not { } file || Text(item, "dataset") is not { } dataSet || !file.EndsWith(".csv", StringComparison.Ordinal))
            {
                continue;
            }

            try
            {
                items.Add(new TrendItem(System.IO.Path.Combine(folder, file), System.IO.Path.GetFileNameWithoutExtension(file), dataSet, WindowsOf(item)));
            }
            catch (Exception exception) when (exception is FormatException or InvalidOperationException or IndexOutOfRangeException or ArgumentNullException)
            {
                throw new RecordingException(RecordingException.ValueInvalid, $"{indexPath}, '{file}': 'anomaly_windows' is no list of pairs of times.", exception);
            }
        }

        return items;
    }

    private static string? Text(JsonElement item, string key) =>
        item.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static List<(DateTime From, DateTime To)> WindowsOf(JsonElement item)
    {
        var windows = new List<(DateTime From, DateTime To)>();
        if (item.TryGetProperty("anomaly_windows", out JsonElement list) && list.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement window in list.EnumerateArray())
            {
                windows.Add((Time(window[0]), Time(window[1])));
            }
        }

        return windows;
    }

    private static DateTime Time(JsonElement text) => DateTime.Parse(text.GetString()!, CultureInfo.InvariantCulture);
}
