#nullable enable

using System.Collections.Generic;
using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.SensorNode.Recordings;

/// <summary>What the detector says of a recording.</summary>
public sealed class RecordingJudgement
{
    private const int Certain = 1000;

    internal RecordingJudgement(DetectorSettings settings, DetectorResult result, int samples, int windowCount, int[] windows)
    {
        Settings = settings;
        Result = result;
        Samples = samples;
        WindowCount = windowCount;
        WindowVerdicts = windows;
        Verdict = VerdictOf(result, settings);
        ConfidencePermille = Verdict == Detection.Verdict.Refused || Verdict == Detection.Verdict.NotRunning ? 0
            : Verdict == result.Bearing ? result.ConfidencePermille : Certain;
    }

    /// <summary>The settings it was judged with.</summary>
    public DetectorSettings Settings { get; }

    /// <summary>Features and scores of the recording as one capture.</summary>
    public DetectorResult Result { get; }

    /// <summary>Samples of that capture.</summary>
    public int Samples { get; }

    /// <summary>The verdict: an entry of <see cref="Detection.Verdict"/>.</summary>
    public int Verdict { get; }

    /// <summary>
    /// How sure the verdict is, in thousandths. Of a bearing the detector's own figure; a level is measured against a limit, and that
    /// comparison is certain; 0 where nothing was judged.
    /// </summary>
    public int ConfidencePermille { get; }

    /// <summary>Windows judged one by one.</summary>
    public int WindowCount { get; }

    /// <summary>How often each verdict was given to a window; only the bearing is judged there.</summary>
    public int[] WindowVerdicts { get; }

    /// <summary>Words of the refusals.</summary>
    public IReadOnlyList<string> Refusals => Words(Result.Refusals);

    /// <summary>Words of the reasons why there is no ISO zone.</summary>
    public IReadOnlyList<string> ZoneRefusals => Words(Result.ZoneRefusals);

    /// <summary>
    /// The verdict of one capture by itself, without the memory that the node's alarms have. A named bearing defect comes before a level: it
    /// says more. Where the bearing was judged, levels that could not be (no unit, too short) are told as refusals beside the verdict.
    /// </summary>
    public static int VerdictOf(DetectorResult result, DetectorSettings settings)
    {
        if (result.Running == 0)
        {
            return Detection.Verdict.NotRunning;
        }

        if (result.Bearing > Detection.Verdict.Normal)
        {
            return result.Bearing;
        }

        if (settings.VelocityLimitUmPerSecond > 0 && result.VelocityUmPerSecond > settings.VelocityLimitUmPerSecond)
        {
            return result.ShaftPattern > Detection.Verdict.Normal ? result.ShaftPattern : Detection.Verdict.High;
        }

        if (Above(result, 0, settings.Band1LimitMilliG) || Above(result, 1, settings.Band2LimitMilliG) || Above(result, 2, settings.Band3LimitMilliG))
        {
            return Detection.Verdict.High;
        }

        bool bearingJudged = result.Bearing == Detection.Verdict.Normal;
        bool velocityJudged = settings.VelocityLimitUmPerSecond > 0 && result.VelocityUmPerSecond != DetectorResult.NotAvailable;
        bool bandJudged = Told(result, 0, settings.Band1LimitMilliG) || Told(result, 1, settings.Band2LimitMilliG) || Told(result, 2, settings.Band3LimitMilliG);
        return bearingJudged || ((velocityJudged || bandJudged) && !result.BearingRefused) ? Detection.Verdict.Normal : Detection.Verdict.Refused;
    }

    private static bool Told(DetectorResult result, int band, int limitMilliG) => limitMilliG > 0 && result.BandMicroG[band] != DetectorResult.NotAvailable;

    private static bool Above(DetectorResult result, int band, int limitMilliG) => limitMilliG > 0 && result.BandMicroG[band] > limitMilliG * 1000L;

    private static IReadOnlyList<string> Words(int flags)
    {
        var words = new List<string>();
        for (int i = 0; i < Refusal.Count; i++)
        {
            if ((flags & (1 << i)) != 0)
            {
                words.Add(Refusal.Word(i));
            }
        }

        return words;
    }
}
