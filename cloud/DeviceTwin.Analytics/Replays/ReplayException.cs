namespace DeviceTwin.Analytics.Replays;

/// <summary>Why a replay cannot be run: a stable word for programs and a sentence for people.</summary>
public sealed class ReplayException : Exception
{
    /// <summary>A settings document is not JSON of components and names, or the twin would not take a value of it.</summary>
    public const string SettingsUnusable = "settingsUnusable";

    /// <summary>Something of a request contradicts itself: two series of one device at one point, a finding of an unknown kind.</summary>
    public const string RequestUnusable = "requestUnusable";

    /// <summary>The journal is that of another replay: other captures, settings or findings, or another build of the detector.</summary>
    public const string JournalOfAnotherReplay = "journalOfAnotherReplay";

    /// <summary>A report does not have the hash that it says.</summary>
    public const string ReportDamaged = "reportDamaged";

    /// <param name="code">One of the constants of this class.</param>
    /// <param name="message">A sentence for people.</param>
    public ReplayException(string code, string message, Exception? inner = null)
        : base(message, inner)
    {
        Code = code;
    }

    /// <summary>One of the constants of this class.</summary>
    public string Code { get; }
}
