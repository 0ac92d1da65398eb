namespace DeviceTwin.Provisioning.Dialogue;

/// <summary>How patient a dialogue is. What the protocol fixes is as it fixes it; a test or a slow line may want something else.</summary>
public sealed record DialogueOptions
{
    /// <summary>A request that was not answered for so long is sent again, with the same number and the same bytes.</summary>
    public TimeSpan AnswerWithin { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The same of measurements, which send nothing until their first second is over.</summary>
    public TimeSpan MeasurementAnswerWithin { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How often a request is sent at most, where nothing at all comes back and nothing ever came; then nobody is there.</summary>
    public int Attempts { get; init; } = 2;

    /// <summary>
    /// The same where the node has answered before: it is there, and may have lost a request with its repetition. Its driver throws away what it has where both are in it.
    /// </summary>
    public int AttemptsOnceHeard { get; init; } = 4;

    /// <summary>How often a request is sent at most, where what comes back is garbled.</summary>
    public int GarbledAttempts { get; init; } = 6;

    /// <summary>How long a node may say that it is busy: the longest conversation with a hub that does not answer takes 83 s.</summary>
    public TimeSpan BusyPatience { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>How long after <c>busy</c> it is asked again.</summary>
    public TimeSpan BusyPause { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Makes the numbers of requests the same in each run of a test; chance where null.</summary>
    internal int? Seed { get; init; }
}
