#nullable enable

using System.Collections.Generic;

namespace DeviceTwin.SensorNode.Evidence;

/// <summary>Why evidence that was computed anew is not equal: the words of <c>reason</c>, as cloud/EVIDENCE.md lists them.</summary>
public static class EvidenceReason
{
    /// <summary>Members of the features message are not what the capture gives.</summary>
    public const string MembersDiffer = "membersDiffer";

    /// <summary>The samples do not have the hash of the evidence.</summary>
    public const string WaveformDiffers = "waveformDiffers";

    /// <summary>The values in the evidence do not have the hash that it says they have.</summary>
    public const string SettingsHash = "settingsHash";

    /// <summary>The alarm message names no capture.</summary>
    public const string CaptureUnknown = "captureUnknown";

    /// <summary>The node's features message did not come, or is no JSON.</summary>
    public const string FeaturesMissing = "featuresMissing";

    /// <summary>The features message names no detector.</summary>
    public const string FingerprintMissing = "fingerprintMissing";

    /// <summary>Another build of the detector.</summary>
    public const string OtherDetector = "otherDetector";

    /// <summary>The evidence has no values of settings.</summary>
    public const string SettingsMissing = "settingsMissing";

    /// <summary>The values are not those that the node measured with.</summary>
    public const string SettingsOfAnotherTime = "settingsOfAnotherTime";

    /// <summary>No samples came.</summary>
    public const string WaveformMissing = "waveformMissing";

    /// <summary>The samples are lost, damaged or past their retention.</summary>
    public const string WaveformNotHere = "waveformNotHere";

    /// <summary>Several waveforms are said to be the capture's.</summary>
    public const string WaveformAmbiguous = "waveformAmbiguous";

    /// <summary>Several axes: which one was judged is not told.</summary>
    public const string AxisUnknown = "axisUnknown";

    /// <summary>No count of saturated samples, or no coverage.</summary>
    public const string FactsMissing = "factsMissing";

    /// <summary>The whole catalogue.</summary>
    public static readonly IReadOnlyList<string> All = new[]
    {
        MembersDiffer, WaveformDiffers, SettingsHash, CaptureUnknown,
        FeaturesMissing, FingerprintMissing, OtherDetector, SettingsMissing,
        SettingsOfAnotherTime, WaveformMissing, WaveformNotHere, WaveformAmbiguous,
        AxisUnknown, FactsMissing,
    };
}
