using System.Collections.Immutable;
using System.Text.Json.Nodes;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Bridge;

/// <summary>Which hub owns the desired properties of the devices of a bridge.</summary>
internal enum DesiredOwner
{
    /// <summary>This one: what is desired there is shown and not taken.</summary>
    Here,

    /// <summary>The other one: what is desired there is written here, and whatever was desired here goes.</summary>
    There,
}

/// <summary>A twin as the other hub answers it to its device.</summary>
/// <param name="Desired">Without the hub's own keys, as <paramref name="Reported"/>.</param>
/// <param name="DesiredVersion"><c>$version</c> of the desired properties.</param>
/// <param name="ReportedVersion">The same of the reported ones; null where the other hub does not say.</param>
internal sealed record TwinThere(JsonObject Desired, long DesiredVersion, JsonObject Reported, long? ReportedVersion = null);

/// <summary>Versions of desired properties, one of each hub.</summary>
internal readonly record struct VersionPair(long Here, long There);

/// <summary>What a mirror has its edge do next.</summary>
internal abstract record MirrorStep
{
    private MirrorStep()
    {
    }

    /// <summary>Nothing: the twins agree, as far as they can.</summary>
    public sealed record Rest : MirrorStep
    {
        public static readonly Rest Now = new();
    }

    /// <summary>Ask the other hub for the twin.</summary>
    public sealed record Read : MirrorStep
    {
        public static readonly Read Now = new();
    }

    /// <summary>Send a patch of reported properties there; its objects are not to be changed by anyone.</summary>
    public sealed record Report(JsonObject Patch) : MirrorStep;

    /// <summary>Patch the desired properties here, where they still are what <paramref name="ETag"/> says.</summary>
    public sealed record Desire(JsonObject Patch, string ETag) : MirrorStep;
}

/// <summary>
/// The mirror of one device as a value: what is known of the twin there, and what follows from it for the twin here. It compares states and sends
/// differences: nothing waits in a queue, what was lost on the way shows up again, and where the twins agree nothing is sent.
/// What is reported goes from here to there alone, what is desired from its owner to the other alone: so nothing goes round in a circle.
/// </summary>
internal sealed record Mirror
{
    private Mirror(DesiredOwner owner, bool reports)
    {
        Owner = owner;
        Reports = reports;
    }

    public DesiredOwner Owner { get; }

    /// <summary>Whether reported properties are mirrored.</summary>
    public bool Reports { get; }

    /// <summary>The twin there; null = not known, it has to be read.</summary>
    public TwinThere? There { get; private init; }

    /// <summary>Reported properties that the other hub refuses, with what it refused: not sent again until they are other.</summary>
    public ImmutableSortedDictionary<string, JsonNode?> Held { get; private init; } = NothingHeld;

    /// <summary>The version there whose desired properties this hub refuses, with its own at that time; null = none.</summary>
    public VersionPair? DesiredHeld { get; private init; }

    /// <summary>Where this hub owns: the version there at which something else was desired there than here; null = never seen.</summary>
    public long? NotTaken { get; private init; }

    /// <summary>A patch of several properties was refused: which of them it is shows when they are sent one by one.</summary>
    private bool OneByOne { get; init; }

    private static ImmutableSortedDictionary<string, JsonNode?> NothingHeld { get; } = ImmutableSortedDictionary.Create<string, JsonNode?>(StringComparer.Ordinal);

    /// <summary>A mirror that knows nothing yet.</summary>
    public static Mirror Start(DesiredOwner owner, bool reports) => new(owner, reports);

    /// <summary>A new connection: whatever happened there meanwhile, the twin is read first.</summary>
    public Mirror Connected() => Unsure();

    /// <summary>What was refused may be tried once more: rules and limits change.</summary>
    public Mirror Forgiven() => this with { Held = NothingHeld, OneByOne = false, DesiredHeld = null };

    /// <summary>Whether a request reached the other hub is not known: the twin is read first.</summary>
    public Mirror Unsure() => this with { There = null };

    /// <summary>The other hub answered.</summary>
    public Mirror Took(TwinThere there, TwinDocument here) => this with
    {
        There = there,
        NotTaken = Owner == DesiredOwner.Here && !Json.Same(there.Desired, here.Desired.Properties) ? there.DesiredVersion : null,
    };

    /// <summary>
    /// The other hub tells of desired properties. Where it owns them the telling only says that there is something to read: what it replaced as a
    /// whole, and what was lost before, is not in it.
    /// </summary>
    public Mirror Told(long version, JsonObject patch, TwinDocument here)
    {
        if (Owner == DesiredOwner.There)
        {
            return There is { } known && version <= known.DesiredVersion ? this : this with { There = null };
        }

        var other = TwinPatches.Differences(here.Desired.Properties, TwinPatches.Apply(here.Desired.Properties, patch), patch).Any();
        return other ? this with { NotTaken = version } : this;
    }

    /// <summary>The other hub took a patch.</summary>
    /// <param name="version">Of the reported properties there since; null where the other hub does not say.</param>
    public Mirror Accepted(JsonObject patch, long? version = null)
    {
        if (There is not { } there)
        {
            return this;
        }

        // Somebody else has reported there as well: what is known of the twin is old.
        return version is { } now && there.ReportedVersion is { } before && now != before + 1
            ? Unsure()
            : this with { There = there with { Reported = TwinPatches.Apply(there.Reported, patch), ReportedVersion = version } };
    }

    /// <summary>The other hub refused a patch for what is in it.</summary>
    public Mirror Refused(JsonObject patch)
    {
        if (patch.Count != 1)
        {
            return this with { OneByOne = true };
        }

        var (key, value) = patch.Single();
        return this with { Held = Held.SetItem(key, value?.DeepClone()) };
    }

    /// <summary>This hub refused what is desired there.</summary>
    public Mirror DesiredRefused(TwinDocument here) =>
        There is { } there ? this with { DesiredHeld = new VersionPair(here.Desired.Version, there.DesiredVersion) } : this;

    /// <summary>What to do, given the twin here as it is now.</summary>
    public (Mirror Mirror, MirrorStep Step) Next(TwinDocument here)
    {
        if (There is not { } there)
        {
            return (this, MirrorStep.Read.Now);
        }

        if (Owner == DesiredOwner.There && DesiredHeld != new VersionPair(here.Desired.Version, there.DesiredVersion))
        {
            var desired = TwinPatches.Between(here.Desired.Properties, there.Desired);
            if (desired.Count > 0)
            {
                return (this, new MirrorStep.Desire(desired, here.ETag));
            }
        }

        return Reports ? NextReport(there, here) : (this, MirrorStep.Rest.Now);
    }

    /// <summary>What the reported properties are to be there.</summary>
    /// <remarks>
    /// Acknowledgements (<c>value</c>, <c>ac</c>, <c>av</c>) name the version of desired properties that they answer. Where the other hub owns those, the
    /// numbers here are not its own. One that covers the last change of its path here answers what is desired now, and what is desired now is the same
    /// there: it gets the newest version there. One that does not keeps the number that it has there, or answers nothing (0).
    /// </remarks>
    public JsonObject Reported(TwinDocument here)
    {
        if (Owner == DesiredOwner.Here || There is not { } there)
        {
            return here.Reported.Properties;
        }

        var answered = Json.Same(here.Desired.Properties, there.Desired) ? there.DesiredVersion : (long?)null;
        return Translate(here.Reported.Properties, there.Reported, here.Desired, answered) ?? here.Reported.Properties;
    }

    private (Mirror Mirror, MirrorStep Step) NextReport(TwinThere there, TwinDocument here)
    {
        var patch = TwinPatches.Between(there.Reported, Reported(here));
        var held = Held;
        foreach (var (key, refused) in Held)
        {
            if (patch.TryGetPropertyValue(key, out var value) && Json.Same(value, refused))
            {
                patch.Remove(key);
            }
            else
            {
                held = held.Remove(key);
            }
        }

        if (patch.Count == 0)
        {
            return (this with { Held = held, OneByOne = false }, MirrorStep.Rest.Now);
        }

        if (OneByOne && patch.Count > 1)
        {
            var (key, value) = patch.MinBy(member => member.Key, StringComparer.Ordinal);
            patch = new JsonObject { [key] = value?.DeepClone() };
        }

        return (this with { Held = held }, new MirrorStep.Report(patch));
    }

    /// <summary>A copy with the versions of the other hub; null where there are none to replace.</summary>
    /// <param name="answered">The version there of what is desired in both hubs; null where they do not agree on it.</param>
    private static JsonObject? Translate(JsonObject reported, JsonObject? there, TwinSection desired, long? answered, string path = "")
    {
        JsonObject? result = null;
        foreach (var (key, value) in reported)
        {
            if (value is not JsonObject members)
            {
                continue;
            }

            var below = path.Length == 0 ? key : $"{path}.{key}";
            var translated = IsAcknowledgement(members)
                ? Translated(members, there?[key] as JsonObject, desired, answered, below)
                : Translate(members, there?[key] as JsonObject, desired, answered, below);
            if (translated is not null)
            {
                result ??= (JsonObject)reported.DeepClone();
                result[key] = translated;
            }
        }

        return result;
    }

    private static JsonObject? Translated(JsonObject acknowledgement, JsonObject? there, TwinSection desired, long? answered, string path)
    {
        var version = Json.Integer(acknowledgement["av"])!.Value;
        if (version <= 0)
        {
            // Not an answer to anything: the value that the device began with.
            return null;
        }

        var translated = (JsonObject)acknowledgement.DeepClone();
        translated["av"] = answered is { } now && LastUpdated(desired.Metadata, path) is { } changed && version >= changed
            ? now
            : there is not null && Json.Integer(there["av"]) is { } known && SameButVersion(acknowledgement, there) ? known : 0;
        return translated;
    }

    private static bool SameButVersion(JsonObject one, JsonObject other) =>
        one.Count == other.Count && one.All(member => member.Key == "av" || (other.TryGetPropertyValue(member.Key, out var value) && Json.Same(member.Value, value)));

    private static long? LastUpdated(JsonObject metadata, string path)
    {
        JsonNode? node = metadata;
        foreach (var key in path.Split('.'))
        {
            node = (node as JsonObject)?[key];
        }

        return Json.Integer((node as JsonObject)?["$lastUpdatedVersion"]);
    }

    private static bool IsAcknowledgement(JsonObject members) =>
        members.ContainsKey("value") && Json.Integer(members["ac"]) is not null && Json.Integer(members["av"]) is not null;
}
