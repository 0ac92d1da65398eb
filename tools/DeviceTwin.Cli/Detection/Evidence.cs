using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.Provisioning;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Recordings;

namespace DeviceTwin.Cli.Detection;

/// <summary>
/// All that is needed to compute a verdict anew, and the verdict: one JSON document per recording. The samples themselves stay where they are;
/// their SHA-256 says which they were.
/// </summary>
/// <param name="Settings">Every setting of the detector by its name in the twin.</param>
internal sealed record Evidence(int SchemaVersion, EvidenceWaveform Waveform, JsonObject Settings, JsonObject Report)
{
    public const int CurrentSchemaVersion = 1;
    private const string Ending = ".evidence.json";

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    private static readonly FieldInfo[] Fields = typeof(DetectorSettings).GetFields(BindingFlags.Instance | BindingFlags.Public);

    /// <summary>The build of the detector that gave the verdict; "" where the evidence does not say.</summary>
    public string Build => (Text("fingerprint") ?? "").Split('-')[0];

    public static Evidence Of(DetectTarget target, Waveform waveform, DetectReport report)
    {
        var settings = new JsonObject();
        foreach (var field in Fields)
        {
            settings[JsonNamingPolicy.CamelCase.ConvertName(field.Name)] = JsonSerializer.SerializeToNode(field.GetValue(target.Settings));
        }

        var source = new EvidenceWaveform(
            target.File, Path.GetFullPath(target.Path), waveform.Hash(), waveform.Samples.Length, waveform.RateMilliHertz, waveform.NanoGPerCount, target.GPerCount);
        return new Evidence(CurrentSchemaVersion, source, settings, JsonSerializer.SerializeToNode(report, Format)!.AsObject());
    }

    /// <summary>Writes the document into a folder, under a name made of the recording's.</summary>
    /// <returns>Its path.</returns>
    public string Write(string folder)
    {
        var name = string.Concat(Waveform.File.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' ? letter : '_'));
        var path = Path.Combine(folder, name.TrimStart('.') + Ending);
        try
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(path, JsonSerializer.Serialize(this, Format) + Environment.NewLine);
            return path;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(ExitCode.EvidenceUnusable, $"'{path}' cannot be written: {error.Message}");
        }
    }

    public static Evidence Read(string path)
    {
        try
        {
            var evidence = JsonSerializer.Deserialize<Evidence>(File.ReadAllText(path), Format)
                ?? throw new CommandFailedException(ExitCode.EvidenceUnusable, $"'{path}' is no evidence.");
            return evidence.SchemaVersion == CurrentSchemaVersion ? evidence : throw new CommandFailedException(
                ExitCode.EvidenceUnusable, $"'{path}' has schema version {evidence.SchemaVersion}; this dtwin knows {CurrentSchemaVersion}.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(ExitCode.EvidenceUnusable, $"'{path}' cannot be read: {error.Message}");
        }
        catch (JsonException error)
        {
            throw new CommandFailedException(ExitCode.EvidenceUnusable, $"'{path}' is no evidence: {JsonProblem.Of(error)}.");
        }
    }

    /// <summary>Computes the verdict anew.</summary>
    /// <param name="waveformPath">Where the samples are now; null = where they were.</param>
    /// <returns>What differs, by path; empty where everything is equal.</returns>
    /// <exception cref="CommandFailedException">The samples are others, or the settings are not complete.</exception>
    public IReadOnlyList<Difference> Recompute(string? waveformPath)
    {
        var path = waveformPath ?? Waveform.Path;
        short[] samples;
        try
        {
            // The weight decides how a text of fractions becomes counts; rate and weight of the capture are the evidence's own.
            double? rate = Path.GetExtension(path).Equals(".wav", StringComparison.OrdinalIgnoreCase) ? null : Waveform.SampleRateMilliHertz / 1000.0;
            samples = WaveformFile.Read(path, rate, Waveform.GPerCount).Samples;
        }
        catch (RecordingException error)
        {
            throw new CommandFailedException(error, error.Code == RecordingException.FileMissing ? "Say with --waveform where the samples are now." : null);
        }

        var waveform = new Waveform(samples, Waveform.SampleRateMilliHertz, Waveform.NanoGPerCount);
        var hash = waveform.Hash();
        if (hash != Waveform.Sha256)
        {
            throw new CommandFailedException(
                ExitCode.WaveformDiffers, $"'{path}' holds {samples.Length} samples with the hash {hash}; the verdict was given on {Waveform.Samples} with {Waveform.Sha256}.");
        }

        var judgement = new RecordingJudge().Judge(waveform, ReadSettings());
        var report = DetectReport.Of(Waveform.File, Text("dataset"), Text("fault"), waveform, judgement);
        var differences = new List<Difference>();
        Compare("", Report, JsonSerializer.SerializeToNode(report, Format), differences);
        return differences;
    }

    private string? Text(string key) => Report[key] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private DetectorSettings ReadSettings()
    {
        var settings = new DetectorSettings();
        foreach (var field in Fields)
        {
            var name = JsonNamingPolicy.CamelCase.ConvertName(field.Name);
            if (Settings[name] is not { } value)
            {
                throw new CommandFailedException(ExitCode.EvidenceUnusable, $"The evidence lacks the setting '{name}'.");
            }

            try
            {
                field.SetValue(settings, value.Deserialize(field.FieldType));
            }
            catch (JsonException)
            {
                throw new CommandFailedException(ExitCode.EvidenceUnusable, $"The evidence's setting '{name}' is of another type.");
            }
        }

        return settings;
    }

    private static void Compare(string path, JsonNode? was, JsonNode? now, List<Difference> differences)
    {
        if (was is JsonObject before && now is JsonObject after)
        {
            foreach (var key in before.Select(pair => pair.Key).Union(after.Select(pair => pair.Key)))
            {
                Compare(path.Length == 0 ? key : $"{path}.{key}", before[key], after[key], differences);
            }
        }
        else if (!JsonNode.DeepEquals(was, now))
        {
            differences.Add(new Difference(path, was?.DeepClone(), now?.DeepClone()));
        }
    }
}

/// <summary>The samples a verdict was given on.</summary>
/// <param name="File">As the index or the command line named it.</param>
/// <param name="Path">Where it was.</param>
/// <param name="Sha256">Over the counts as 16 bit little-endian, whatever file they came from.</param>
/// <param name="NanoGPerCount">Weight of a count; 0 = the unit is not known.</param>
/// <param name="GPerCount">The weight as it was stated; null = not known.</param>
internal sealed record EvidenceWaveform(
    string File, string Path, string Sha256, int Samples, int SampleRateMilliHertz, int NanoGPerCount, double? GPerCount);

/// <summary>A member that is not what it was.</summary>
internal sealed record Difference(string Path, JsonNode? Evidence, JsonNode? Computed)
{
    public string Sentence() => $"{Path}: {Evidence?.ToJsonString() ?? "null"} in the evidence, {Computed?.ToJsonString() ?? "null"} computed";
}
