#nullable enable

using System;

namespace DeviceTwin.SensorNode.Recordings;

/// <summary>Why a recording cannot be read or played: a stable code for programs and a sentence that names file and item for people.</summary>
public sealed class RecordingException : Exception
{
    /// <summary>There is no index.json in the folder.</summary>
    public const string IndexMissing = "indexMissing";

    /// <summary>index.json is not JSON of the expected form.</summary>
    public const string IndexMalformed = "indexMalformed";

    /// <summary>An item lacks a key.</summary>
    public const string KeyMissing = "keyMissing";

    /// <summary>A key of an item has a value that makes no sense.</summary>
    public const string ValueInvalid = "valueInvalid";

    /// <summary>The samples are stored in a way that is not supported.</summary>
    public const string FormatUnsupported = "formatUnsupported";

    /// <summary>The item's file is not there.</summary>
    public const string FileMissing = "fileMissing";

    /// <summary>The file does not hold as many samples as the index says.</summary>
    public const string FileLength = "fileLength";

    /// <summary>A file of 16 bit samples has an odd number of bytes.</summary>
    public const string OddLength = "oddLength";

    /// <summary>A WAV file is damaged, or holds something else than one channel of 16 bit PCM.</summary>
    public const string WavUnsupported = "wavUnsupported";

    /// <summary>A text file is not one column of numbers.</summary>
    public const string CsvMalformed = "csvMalformed";

    /// <summary>A file of features lacks a column or holds something else than numbers.</summary>
    public const string TrendMalformed = "trendMalformed";

    /// <summary>The file does not say its sampling rate, and nobody else did.</summary>
    public const string RateUnknown = "rateUnknown";

    /// <summary>The item's path leads out of the folder.</summary>
    public const string FileOutside = "fileOutside";

    /// <summary>The recording is shorter than one capture.</summary>
    public const string TooShort = "recordingTooShort";

    /// <summary>No recording fits the selection.</summary>
    public const string NothingSelected = "nothingSelected";

    /// <param name="code">One of the constants of this class.</param>
    /// <param name="message">A sentence for people.</param>
    /// <param name="inner">What caused it.</param>
    public RecordingException(string code, string message, Exception? inner = null)
        : base(message, inner)
    {
        Code = code;
    }

    /// <summary>One of the constants of this class.</summary>
    public string Code { get; }

    /// <summary>What to do next, in one sentence.</summary>
    public string NextStep => Code switch
    {
        IndexMissing => "Name an index.json, or a folder that holds one.",
        IndexMalformed => "An index is an object with an array of items: {\"items\":[{\"file\":…,\"kind\":\"waveform\",…}]}.",
        KeyMissing => "Add the key to the item.",
        ValueInvalid => "Correct the value.",
        FormatUnsupported or WavUnsupported => "Convert it to one channel of 16 bit samples.",
        FileMissing => "Check the path and who may read it; an index counts from its own folder.",
        FileLength => "Fetch the file again, or correct the item's samples.",
        OddLength => "Fetch the file again: it is cut off, or holds other samples.",
        CsvMalformed => "Leave one column of numbers, with a dot.",
        TrendMalformed => "Fetch the file again, or take it out of the index.",
        RateUnknown => "State it with --rate HZ.",
        FileOutside => "Keep recordings below the folder of their index.",
        TooShort => "Choose a longer recording.",
        NothingSelected => "Items of kind waveform are judged, and --select must fit the path or the name of one.",
        _ => "The message says what to change.",
    };
}
