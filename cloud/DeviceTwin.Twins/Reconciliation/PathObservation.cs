using System.Text.Json.Nodes;

namespace DeviceTwin.Twins.Reconciliation;

/// <summary>One desired path with what the node reports for it.</summary>
/// <param name="ChangedIn">The desired version in which the path was last written.</param>
/// <param name="Reported">Null where the node reports nothing.</param>
internal sealed record PathObservation(string Path, JsonNode Desired, long ChangedIn, Acknowledgement? Reported)
{
    private const int InProgress = 202;
    private const int FirstRefusal = 400;

    /// <summary>
    /// Cuts the desired properties into paths. A desired object is one path where the node acknowledges it as one; otherwise its members
    /// are. <c>__t</c> marks a component and is no setting.
    /// </summary>
    public static List<PathObservation> Of(TwinDocument twin)
    {
        var paths = new List<PathObservation>();
        Collect(twin, twin.Desired.Properties, twin.Reported.Properties, twin.Desired.Metadata, "", paths);
        return paths;
    }

    /// <summary>What the document says about the path, as an event for the table.</summary>
    /// <param name="reportedSince">Whether a plain value was reported after the path was last written.</param>
    public PathEvent Classify(long desiredVersion, bool reportedSince)
    {
        if (Reported is not { } reported)
        {
            return PathEvent.ReportedNothing;
        }

        var equal = Json.Same(Desired, reported.Value);
        if (reported.Code is not { } code)
        {
            return !reportedSince ? PathEvent.ReportedEarlier : equal ? PathEvent.ReportedEqual : PathEvent.ReportedDifferent;
        }

        if (reported.Version > desiredVersion)
        {
            return PathEvent.GapDetected;
        }

        if (reported.Version is not { } version || version < ChangedIn)
        {
            return PathEvent.AcknowledgedEarlier;
        }

        return code switch
        {
            >= FirstRefusal => PathEvent.AcknowledgedRefused,
            InProgress => PathEvent.AcknowledgedInProgress,
            _ => equal ? PathEvent.AcknowledgedEqual : PathEvent.AcknowledgedDifferent,
        };
    }

    /// <summary>The path for people, in the state given.</summary>
    public PathConvergence Describe(ConvergenceState state, long desiredVersion) => new(
        Path,
        Desired,
        Reported?.Value,
        state,
        Reason(state, desiredVersion),
        Reported?.Code,
        ChangedIn,
        Reported?.Version);

    private string? Reason(ConvergenceState state, long desiredVersion) => state switch
    {
        ConvergenceState.Rejected => Reported?.Description ?? $"The node refused it with code {Reported?.Code} and gave no reason.",
        ConvergenceState.Drifted => "The node had taken the value over and now reports another.",
        ConvergenceState.Unknown when Reported?.Version > desiredVersion =>
            $"The node acknowledges version {Reported?.Version}, this twin is at {desiredVersion}: the node has not read it yet.",
        ConvergenceState.Unknown => "The node has never reported it.",
        _ => null,
    };

    private static void Collect(
        TwinDocument twin, JsonObject desired, JsonObject? reported, JsonObject? metadata, string prefix, List<PathObservation> paths)
    {
        foreach (var (key, value) in desired)
        {
            if (value is null || key == "__t")
            {
                continue;
            }

            JsonNode? reportedValue = null;
            reported?.TryGetPropertyValue(key, out reportedValue);
            JsonNode? entry = null;
            metadata?.TryGetPropertyValue(key, out entry);
            if (value is JsonObject members && !Acknowledgement.IsAcknowledgement(reportedValue, out _))
            {
                Collect(twin, members, reportedValue as JsonObject, entry as JsonObject, $"{prefix}{key}.", paths);
                continue;
            }

            var changedIn = (entry as JsonObject)?[TwinMetadata.LastUpdatedVersion];
            paths.Add(new PathObservation(
                prefix + key,
                value,
                Json.Integer(changedIn) ?? twin.Desired.Version,
                reportedValue is null ? null : Acknowledgement.Read(reportedValue)));
        }
    }
}
