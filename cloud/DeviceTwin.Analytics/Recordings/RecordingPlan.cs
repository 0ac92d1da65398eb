namespace DeviceTwin.Analytics.Recordings;

/// <summary>How recordings become captures of nodes.</summary>
/// <param name="Start">When the first capture of each recording begins.</param>
/// <param name="Old">Settings that hold, as <see cref="Replays.ReplaySettings.Parse"/> reads them; they win over what the index knows of a machine.</param>
/// <param name="New">Settings proposed, likewise.</param>
public sealed record RecordingPlan(DateTimeOffset Start, string Old = "{}", string New = "{}")
{
    /// <summary>Only files whose path or name fits (<c>*</c>, <c>?</c>); null = all.</summary>
    public string? Select { get; init; }

    /// <summary>Samples that a node's board holds of one capture; 65536 = the board with the most.</summary>
    public int CaptureCapacity { get; init; } = 65536;
}
