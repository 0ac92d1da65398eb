namespace DeviceTwin.Twins.Rollouts;

/// <summary>Why a plan or a step of a change is refused: one row of the catalogue in cloud/ROLLOUTS.md.</summary>
/// <param name="Code">One word, stable.</param>
/// <param name="Error">The error as the REST interface shows it.</param>
/// <param name="Meaning">When it is refused, in general; the message of the exception says it of the case at hand.</param>
public sealed record RolloutRefusal(string Code, TwinError Error, string Meaning)
{
    private static readonly TwinError Invalid = new(400620, "ChangeInvalid");
    private static readonly TwinError ApprovalRefused = new(403620, "ApprovalRefused");
    private static readonly TwinError NotPossible = new(409620, "ChangeStepNotPossible");
    private static readonly TwinError Overlaps = new(409621, "ChangesOverlap");
    private static readonly TwinError BaseMoved = new(409622, "ChangeBaseMoved");

    /// <summary>Every refusal, in the order of the catalogue.</summary>
    public static IReadOnlyList<RolloutRefusal> All { get; } =
    [
        new("planFormInvalid", Invalid, "A member of the plan's JSON is unknown or of another type."),
        new("shadowTimeInvalid", Invalid, "The shadow lasts less than nothing or more than 30 days."),
        new("canarySizeInvalid", Invalid, "The canary is neither a number of devices nor 1 to 500 thousandths of them."),
        new("wavesInvalid", Invalid, "The waves do not rise to 1000 thousandths, or one before the last reaches into the control group."),
        new("controlInvalid", Invalid, "The control group is not 50 to 800 thousandths of the devices."),
        new("sampleInvalid", Invalid, "The smallest sample is not 1 to 1,000,000 captures of a group."),
        new("windowInvalid", Invalid, "The window, the baseline or the longest stage is out of range."),
        new("gateLimitInvalid", Invalid, "A limit of a gate is out of range."),
        new("approvalInvalid", Invalid, "The number of approvals is not 0 to 5."),
        new("changeIdInvalid", Invalid, "The id of the change is not 1 to 128 lower-case letters, digits and hyphens."),
        new("titleMissing", Invalid, "The change has no title."),
        new("contentEmpty", Invalid, "The change sets nothing."),
        new("reasonMissing", Invalid, "A step that a person takes has no reason."),
        new("emptyReplayUnexplained", Invalid, "The replay went through no capture, and whoever lets the change go on does not say why."),
        new("evidenceInvalid", Invalid, "The hash of the replay report is not 64 hexadecimal digits."),
        new("approvalByAuthor", ApprovalRefused, "The author approves his own change, and the policy asks for another person."),
        new("approvalTwice", ApprovalRefused, "The same person approves a second time."),
        new("stepNotPossible", NotPossible, "The event cannot happen in the state in which the change is."),
        new("sameConfiguration", Overlaps, "Another change of the same configuration is under way."),
        new("samePaths", Overlaps, "Another change under way sets the same paths on the same devices."),
        new("baseMoved", BaseMoved, "The configuration is no longer at the version on which the change was written."),
    ];

    /// <summary>The row of a code.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static RolloutRefusal Of(string code) =>
        All.FirstOrDefault(refusal => refusal.Code == code) ?? throw new ArgumentException($"{code} is not in the catalogue of refusals.");

    internal static RolloutException Refuse(string code, string message) => new(Of(code), message);
}

/// <summary>A refused plan or step of a change: a code, and a message that says what to do.</summary>
public sealed class RolloutException(RolloutRefusal refusal, string message) : TwinException(refusal.Error, message)
{
    public RolloutRefusal Refusal { get; } = refusal;
}
