#nullable enable

using System;
using System.IO;
using System.Linq;
using System.Text.Json;
using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.SensorNode.Recordings;

/// <summary>Reads one item and says which one it is where it is wrong.</summary>
internal readonly struct RecordingItemReader
{
    private const string Format = "int16 little-endian, value = sample*scale";

    private readonly string _folder;
    private readonly string _path;
    private readonly int _number;
    private readonly JsonElement _item;

    public RecordingItemReader(string folder, string path, int number, JsonElement item)
    {
        _folder = folder;
        _path = path;
        _number = number;
        _item = item;
    }

    /// <returns>The waveform, or null where the item is of another kind.</returns>
    /// <exception cref="RecordingException">The item is wrong.</exception>
    public RecordingItem? Read()
    {
        if (_item.ValueKind != JsonValueKind.Object)
        {
            throw new RecordingException(RecordingException.IndexMalformed, $"{_path}: item {_number} is not an object.");
        }

        if (Text("kind") != "waveform")
        {
            return null;
        }

        string file = Text("file");

        if (Path.IsPathRooted(file) || file.Split('/', '\\').Contains(".."))
        {
            throw Wrong(RecordingException.FileOutside, "its path leads out of the folder");
        }

        string format = Text("format");
        if (format != Format)
        {
            throw Wrong(RecordingException.FormatUnsupported, $"its format is '{format}'; only '{Format}' is supported");
        }

        double samples = Positive("samples");
        if (samples > int.MaxValue || samples != Math.Floor(samples))
        {
            throw Wrong(RecordingException.ValueInvalid, "'samples' is not a whole number in range");
        }

        double rate = Positive("fs_hz");
        if (rate * 1000 > int.MaxValue)
        {
            throw Wrong(RecordingException.ValueInvalid, "'fs_hz' is beyond what a capture can state");
        }

        return new RecordingItem(_folder)
        {
            File = file,
            Samples = (int)samples,
            RateHertz = rate,
            Scale = Positive("scale"),
            Unit = OptionalText("unit"),
            Fault = OptionalText("fault") is { Length: > 0 } fault ? fault : "unknown",
            Dataset = OptionalText("dataset"),
            FaultSize = OptionalText("fault_size"),
            FaultPosition = OptionalText("fault_position"),
            Bearing = OptionalText("bearing"),
            PhysicalId = OptionalText("physical_id"),
            ShaftSpeedMilliHertz = Milli(Optional(_item, "shaft_rpm") / 60, "shaft_rpm", TwinModel.MachineShaftSpeedMilliHertz),
            Orders = Orders(),
        };
    }

    private BearingOrders Orders()
    {
        if (!_item.TryGetProperty("orders", out JsonElement orders) || orders.ValueKind == JsonValueKind.Null)
        {
            return BearingOrders.None;
        }

        if (orders.ValueKind != JsonValueKind.Object)
        {
            throw Wrong(RecordingException.ValueInvalid, "'orders' is not an object");
        }

        return new BearingOrders(
            Milli(Optional(orders, "BPFO"), "orders.BPFO", TwinModel.MachineBpfoMilliOrders),
            Milli(Optional(orders, "BPFI"), "orders.BPFI", TwinModel.MachineBpfiMilliOrders),
            Milli(Optional(orders, "BSF"), "orders.BSF", TwinModel.MachineBsfMilliOrders),
            Milli(Optional(orders, "FTF"), "orders.FTF", TwinModel.MachineFtfMilliOrders));
    }

    /// <summary>A value in thousandths, within what a node takes as this property: it is going to be told.</summary>
    private int Milli(double value, string key, int property)
    {
        double milli = Math.Round(value * 1000);
        return milli >= 0 && milli <= TwinModel.Maximum(property)
            ? (int)milli
            : throw Wrong(RecordingException.ValueInvalid, $"'{key}' is beyond what a node takes as {TwinModel.Path(property)}");
    }

    private string Text(string key)
    {
        JsonElement value = Required(key);
        return value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw Wrong(RecordingException.ValueInvalid, $"'{key}' is not a text");
    }

    private string OptionalText(string key) =>
        _item.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private double Positive(string key)
    {
        JsonElement value = Required(key);
        return value.ValueKind == JsonValueKind.Number && value.GetDouble() is > 0 and < double.PositiveInfinity and var number
            ? number
            : throw Wrong(RecordingException.ValueInvalid, $"'{key}' is not a positive number");
    }

    private double Optional(JsonElement from, string key)
    {
        if (!from.TryGetProperty(key, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
        {
            return 0;
        }

        return value.ValueKind == JsonValueKind.Number
            ? value.GetDouble()
            : throw Wrong(RecordingException.ValueInvalid, $"'{key}' is not a number");
    }

    private JsonElement Required(string key) => _item.TryGetProperty(key, out JsonElement value)
        ? value
        : throw Wrong(RecordingException.KeyMissing, $"it lacks '{key}'");

    private RecordingException Wrong(string code, string what)
    {
        bool named = _item.TryGetProperty("file", out JsonElement file) && file.ValueKind == JsonValueKind.String;
        string name = named ? $" ('{file.GetString()}')" : "";
        return new RecordingException(code, $"{_path}, item {_number}{name}: {what}.");
    }
}
