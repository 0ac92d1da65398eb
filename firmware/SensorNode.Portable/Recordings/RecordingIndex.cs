#nullable enable

using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Enumeration;
using System.Text.Json;

namespace DeviceTwin.SensorNode.Recordings;

/// <summary>
/// Reads an index.json: {"items": [...]}, of which the items of kind "waveform" are recordings. Each needs file, format
/// ("int16 little-endian, value = sample*scale"), scale, samples and fs_hz; unit, fault, dataset, shaft_rpm and orders
/// {BPFO, BPFI, BSF, FTF} may be missing or null. Other kinds are left alone.
/// </summary>
public static class RecordingIndex
{
    /// <summary>Name of an index in its folder.</summary>
    public const string FileName = "index.json";

    /// <summary>All waveforms of an index, in its order.</summary>
    /// <param name="folderOrFile">A folder with an index.json, or the index itself under any name.</param>
    /// <exception cref="RecordingException">The index is missing or wrong; the message names the item.</exception>
    public static IReadOnlyList<RecordingItem> Read(string folderOrFile)
    {
        bool isFile = File.Exists(folderOrFile);
        string path = isFile ? folderOrFile : Path.Combine(folderOrFile, FileName);
        string folder = isFile ? Path.GetDirectoryName(Path.GetFullPath(folderOrFile))! : folderOrFile;
        if (!isFile && !Directory.Exists(folderOrFile))
        {
            throw new RecordingException(RecordingException.IndexMissing, $"There is no '{folderOrFile}'.");
        }

        if (!isFile && !File.Exists(path))
        {
            throw new RecordingException(RecordingException.IndexMissing, $"There is no {FileName} in {folder}.");
        }

        try
        {
            byte[] content = File.ReadAllBytes(path);
            using JsonDocument document = JsonDocument.Parse(content);
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("items", out JsonElement items)
                || items.ValueKind != JsonValueKind.Array)
            {
                throw new RecordingException(RecordingException.IndexMalformed, $"{path} has no array 'items'.");
            }

            List<RecordingItem> recordings = new();
            int number = 0;
            foreach (JsonElement item in items.EnumerateArray())
            {
                number++;
                RecordingItem? recording = new RecordingItemReader(folder, path, number, item).Read();
                if (recording != null)
                {
                    recordings.Add(recording);
                }
            }

            return recordings;
        }
        catch (JsonException e)
        {
            throw new RecordingException(RecordingException.IndexMalformed, $"{path} is not JSON: {e.Message}", e);
        }
    }

    /// <summary>Whether a file of an index fits a pattern with * and ?: its whole path there, or its name.</summary>
    public static bool Fits(string pattern, string file) =>
        FileSystemName.MatchesSimpleExpression(pattern, file) || FileSystemName.MatchesSimpleExpression(pattern, Path.GetFileName(file));
}
