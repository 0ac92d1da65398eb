namespace DeviceTwin.Twins.Rollouts;

/// <summary>What two changes have to do with each other.</summary>
public enum OverlapKind
{
    /// <summary>Both may be under way.</summary>
    None,

    /// <summary>One after the other: the later starts when the earlier has ended.</summary>
    Serialise,

    /// <summary>The later must be written anew: the earlier makes the version on which it was written the last but one.</summary>
    Refuse,
}

/// <param name="Paths">Paths that both set, sorted.</param>
/// <param name="Devices">How many devices both target.</param>
/// <param name="Explanation">Why, and what to do; empty where there is no overlap.</param>
public sealed record Overlap(OverlapKind Kind, IReadOnlyList<string> Paths, int Devices, string Explanation)
{
    private static readonly Overlap Nothing = new(OverlapKind.None, [], 0, "");

    /// <summary>Whether a later change may be under way beside an earlier one.</summary>
    public static Overlap Between(Change later, IReadOnlySet<string> itsDevices, Change earlier, IReadOnlySet<string> earlierDevices)
    {
        var devices = itsDevices.Count(earlierDevices.Contains);
        if (later.ConfigurationId == earlier.ConfigurationId)
        {
            return new Overlap(
                OverlapKind.Refuse,
                [],
                devices,
                $"\"{earlier.Id}\" ({earlier.Title}) is {earlier.State} and changes the same configuration, {earlier.ConfigurationId}. "
                    + "Wait until it has ended, then edit this change on the version that stands then.");
        }

        if (devices == 0)
        {
            return Nothing;
        }

        string[] paths = [.. later.Settings.Select(setting => setting.Key).Where(path => earlier.Settings.Any(other => Meet(path, other.Key)))];
        return paths.Length == 0
            ? Nothing
            : new Overlap(
                OverlapKind.Serialise,
                paths,
                devices,
                $"\"{earlier.Id}\" ({earlier.Title}) is {earlier.State} and sets {string.Join(", ", paths)} on {devices} of the same devices. "
                    + "Start this change when it has ended: the gates could not tell the two apart, nor a rollback what stood before.");
    }

    /// <summary>Whether one path is the other, or lies above or below it.</summary>
    private static bool Meet(string left, string right)
    {
        var (shorter, longer) = left.Length <= right.Length ? (left, right) : (right, left);
        return longer.StartsWith(shorter, StringComparison.Ordinal) && (longer.Length == shorter.Length || longer[shorter.Length] == '.');
    }
}
