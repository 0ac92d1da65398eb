using System.Text.Json.Nodes;
using DeviceTwin.Twins.Reconciliation;

namespace DeviceTwin.Twins.DigitalTwins;

/// <summary>
/// A device's twin as Azure's digital-twin API shows it: each property once, with the value that the device reports, and what is desired of it and
/// acknowledged in <c>$metadata</c> (learn.microsoft.com/azure/iot/concepts-digital-twin).
/// </summary>
public static class DigitalTwin
{
    internal const string Metadata = "$metadata";

    /// <summary>Marks a component in a device's twin, with the value <c>c</c>.</summary>
    internal const string ComponentMark = "__t";

    /// <summary>The document.</summary>
    public static JsonObject Read(TwinDocument twin)
    {
        var document = new JsonObject { ["$dtId"] = twin.DeviceId };
        var metadata = new JsonObject { ["$model"] = twin.ModelId ?? "" };
        Collect(document, metadata, twin, twin.Desired.Properties, twin.Reported.Properties, "");
        document[Metadata] = metadata;
        return document;
    }

    /// <summary>
    /// Whether what is desired and reported under a name of the root is a component. nanoFramework's library does not mark them, so an object with
    /// acknowledgements in it is one too.
    /// </summary>
    internal static bool IsComponent(JsonNode? desired, JsonNode? reported) =>
        IsMarked(desired) || IsMarked(reported)
        || (reported is JsonObject members && !Acknowledgement.IsAcknowledgement(reported, out _) && members.Any(member => Acknowledgement.IsAcknowledgement(member.Value, out _)));

    private static bool IsMarked(JsonNode? node) =>
        node is JsonObject members && members[ComponentMark] is JsonValue mark && mark.TryGetValue(out string? text) && text == "c";

    private static void Collect(JsonObject target, JsonObject metadata, TwinDocument twin, JsonObject? desired, JsonObject? reported, string prefix)
    {
        foreach (var name in Names(desired, reported))
        {
            var (wanted, told) = (desired?[name], reported?[name]);
            if (prefix.Length == 0 && IsComponent(wanted, told))
            {
                var (component, inner) = (new JsonObject(), new JsonObject());
                Collect(component, inner, twin, wanted as JsonObject, told as JsonObject, $"{name}.");
                component[Metadata] = inner;
                target[name] = component;
                continue;
            }

            var entry = new JsonObject();
            if (wanted is not null)
            {
                entry["desiredValue"] = wanted.DeepClone();
                entry["desiredVersion"] = TwinMetadata.VersionAt(twin.Desired, prefix + name) is > 0 and var version ? version : twin.Desired.Version;
            }

            if (told is not null)
            {
                AddReported(entry, target, name, Acknowledgement.Read(told));
                entry["lastUpdateTime"] = TwinMetadata.TimeAt(twin.Reported, prefix + name);
            }

            metadata[name] = entry;
        }
    }

    private static void AddReported(JsonObject entry, JsonObject target, string name, Acknowledgement reported)
    {
        if (reported.Code is { } code)
        {
            if (reported.Version is { } version)
            {
                entry["ackVersion"] = version;
            }

            entry["ackCode"] = code;
            if (reported.Description is { } description)
            {
                entry["ackDescription"] = description;
            }
        }

        if (reported.Value is { } value)
        {
            target[name] = value.DeepClone();
        }
    }

    /// <summary>What the device reports, in its order, and behind it what it does not report yet.</summary>
    private static IEnumerable<string> Names(JsonObject? desired, JsonObject? reported) =>
        (reported ?? []).Concat(desired ?? []).Select(member => member.Key).Where(name => name != ComponentMark).Distinct();
}
