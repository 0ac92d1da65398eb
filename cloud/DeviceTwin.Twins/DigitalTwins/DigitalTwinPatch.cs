using System.Text.Json;
using System.Text.Json.Nodes;

namespace DeviceTwin.Twins.DigitalTwins;

/// <summary>
/// Azure's update of a digital twin: a JSON Patch (RFC 6902: <c>add</c>, <c>replace</c>, <c>remove</c>) whose paths (RFC 6901) name a property, a component,
/// or a property of one. What it sets becomes desired (learn.microsoft.com/azure/iot/howto-manage-digital-twin). Names need not be DTDL's: what may be a key of
/// a twin will do.
/// </summary>
public static class DigitalTwinPatch
{
    /// <summary>More than a device has writable properties; what holds up others is bounded.</summary>
    public const int MostOperations = 1000;

    /// <summary>The twin after the operations, one after the other; all of them or none.</summary>
    /// <exception cref="TwinException">An operation is malformed, names what is not there, or sets what a twin cannot hold.</exception>
    public static TwinChange Apply(TwinDocument twin, JsonArray operations, DateTimeOffset at) => TwinUpdates.PatchDesired(twin, ToDesired(twin, operations), at);

    /// <summary>The operations as a merge patch of the desired properties.</summary>
    /// <exception cref="TwinException">An operation is malformed or names what is not there.</exception>
    public static JsonObject ToDesired(TwinDocument twin, JsonArray operations)
    {
        if (operations.Count > MostOperations)
        {
            throw Refuse($"The patch has {operations.Count} operations, {MostOperations} are allowed. Send it in parts, or set a component as a whole.");
        }

        var work = new Work(twin);
        for (var index = 0; index < operations.Count; index++)
        {
            Operation.Read(operations[index], index).Do(work);
        }

        return work.Patch();
    }

    private static TwinException Refuse(string message) => new(TwinError.ArgumentInvalid, message);

    /// <summary>One operation, understood.</summary>
    /// <param name="Component">Null = at the root.</param>
    /// <param name="Value">Null where it removes.</param>
    private sealed record Operation(int Index, string Path, bool Replaces, string? Component, string Name, JsonNode? Value)
    {
        public static Operation Read(JsonNode? node, int index)
        {
            var members = node as JsonObject ?? throw Malformed(index, "is no object");
            var verb = Text(members, "op", index);
            var path = Text(members, "path", index);
            if (verb is not ("add" or "replace" or "remove"))
            {
                throw Refuse($"Operation {index} is \"{verb}\". A digital twin takes add, replace and remove.");
            }

            var names = Names(path, index);
            JsonNode? value = null;
            if (verb != "remove" && (!members.TryGetPropertyValue("value", out value) || HasNull(value)))
            {
                throw Refuse($"Operation {index} ({path}) has no value, or null in it. Take a property away with {{\"op\":\"remove\",\"path\":\"{path}\"}}.");
            }

            return new Operation(index, path, verb == "replace", names.Length == 2 ? names[0] : null, names[^1], value);
        }

        public void Do(Work work)
        {
            if (Component is { } component)
            {
                DoInside(work, component);
            }
            else if (Value is null)
            {
                CheckThere(work.Has(Name));
                work.Remove(Name);
            }
            else if (Value is JsonObject members && members.TryGetPropertyValue(DigitalTwin.Metadata, out var mark))
            {
                SetComponent(work, members, mark);
            }
            else if (work.IsComponent(Name))
            {
                throw Refuse($"Operation {Index}: {Path} is a component. Give its properties and the mark \"$metadata\":{{}} as the value, or the path of one property.");
            }
            else
            {
                CheckThere(!Replaces || work.Has(Name));
                work.Set(Name, Value.DeepClone());
            }
        }

        private void DoInside(Work work, string component)
        {
            if (!work.IsComponent(component))
            {
                throw Refuse(
                    $"Operation {Index}: {component} is no component of this twin. Add it first: {{\"op\":\"add\",\"path\":\"/NAME\",\"value\":{{\"PROPERTY\":…,\"$metadata\":{{}}}}}}.");
            }

            if (Value is null)
            {
                CheckThere(work.Has(component, Name));
                work.Remove(component, Name);
            }
            else
            {
                CheckThere(!Replaces || work.Has(component, Name));
                work.Set(component, Name, Value.DeepClone());
            }
        }

        private void SetComponent(Work work, JsonObject members, JsonNode? mark)
        {
            if (mark is not JsonObject { Count: 0 })
            {
                throw Refuse($"Operation {Index} ({Path}) sets $metadata, which is the hub's. As the mark of a component it is an empty object.");
            }

            if (work.Has(Name) && !work.IsComponent(Name))
            {
                throw Refuse($"'{Name}' exists within the device twin and is not digital twin conformant property. Remove it first, or give it another name.");
            }

            CheckThere(!Replaces || work.Has(Name));
            var component = new JsonObject { [DigitalTwin.ComponentMark] = "c" };
            foreach (var (name, value) in members)
            {
                if (name is not (DigitalTwin.Metadata or DigitalTwin.ComponentMark))
                {
                    component[name] = value!.DeepClone();
                }
            }

            work.Set(Name, component);
        }

        private void CheckThere(bool there)
        {
            if (!there)
            {
                throw Refuse($"Operation {Index}: there is nothing at {Path}. Read the twin again, or set it with \"op\":\"add\".");
            }
        }

        private static bool HasNull(JsonNode? node) => node switch
        {
            null => true,
            JsonObject members => members.Any(member => HasNull(member.Value)),
            JsonArray items => items.Any(HasNull),
            _ => false,
        };

        private static string[] Names(string path, int index)
        {
            if (!path.StartsWith('/'))
            {
                throw Refuse($"Operation {index} has the path \"{path}\". A path begins with a slash: /property, or /component/property.");
            }

            var names = path[1..].Split('/');
            if (names.Length > 2)
            {
                throw Refuse($"Operation {index}: {path} lies within a property. Replace the value of the property as a whole.");
            }

            for (var part = 0; part < names.Length; part++)
            {
                names[part] = Unescaped(names[part], path, index);
                if (names[part].StartsWith('$') || names[part] == DigitalTwin.ComponentMark)
                {
                    throw Refuse($"Operation {index}: {path} is the hub's to write. Set a property by its own path; what is desired of it and acknowledged follows.");
                }
            }

            return names;
        }

        /// <summary><c>~1</c> is a slash, <c>~0</c> a tilde, and no other tilde there is.</summary>
        private static string Unescaped(string name, string path, int index)
        {
            for (var at = name.IndexOf('~'); at >= 0; at = name.IndexOf('~', at + 1))
            {
                if (at + 1 == name.Length || name[at + 1] is not ('0' or '1'))
                {
                    throw Refuse($"Operation {index} has the path \"{path}\". In a name a tilde is written ~0, a slash ~1.");
                }
            }

            return name.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
        }

        private static string Text(JsonObject members, string name, int index) =>
            members[name] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : throw Malformed(index, $"has no text \"{name}\"");

        private static TwinException Malformed(int index, string what) => new(
            TwinError.Format, $"Operation {index} {what}. The body is a JSON Patch: [{{\"op\":\"add\",\"path\":\"/property\",\"value\":1}}].");
    }

    /// <summary>The desired properties while operation after operation is done, and what they have touched.</summary>
    private sealed class Work(TwinDocument twin)
    {
        private readonly JsonObject before = twin.Desired.Properties;
        private readonly JsonObject reported = twin.Reported.Properties;
        private readonly JsonObject desired = (JsonObject)twin.Desired.Properties.DeepClone();

        /// <summary>In the order in which they were touched first: as a whole, or these properties of a component.</summary>
        private readonly OrderedDictionary<string, HashSet<string>?> touched = new(StringComparer.Ordinal);

        public bool Has(string name) => desired.ContainsKey(name) || reported.ContainsKey(name);

        public bool Has(string component, string name) => (desired[component] as JsonObject)?.ContainsKey(name) is true || (reported[component] as JsonObject)?.ContainsKey(name) is true;

        public bool IsComponent(string name) => DigitalTwin.IsComponent(desired[name], reported[name]);

        public void Set(string name, JsonNode value)
        {
            touched[name] = null;
            desired[name] = value;
        }

        public void Set(string component, string name, JsonNode value)
        {
            if (desired[component] is not JsonObject members)
            {
                // Where something else is desired so far, it goes.
                desired[component] = members = [];
                touched[component] = null;
            }

            if (!members.ContainsKey(DigitalTwin.ComponentMark))
            {
                members.Insert(0, DigitalTwin.ComponentMark, "c");
                Touch(component, DigitalTwin.ComponentMark);
            }

            members[name] = value;
            Touch(component, name);
        }

        public void Remove(string name)
        {
            touched[name] = null;
            desired.Remove(name);
        }

        /// <summary>With its last property a component goes.</summary>
        public void Remove(string component, string name)
        {
            if (desired[component] is JsonObject members && members.Remove(name))
            {
                Touch(component, name);
                if (members.All(member => member.Key == DigitalTwin.ComponentMark))
                {
                    Remove(component);
                }
            }
        }

        /// <summary>What is set is in it even where it was so before, for the device is to hear of it again.</summary>
        public JsonObject Patch()
        {
            var patch = new JsonObject();
            foreach (var (name, parts) in touched)
            {
                if (parts is null)
                {
                    Put(patch, name, before, desired);
                    continue;
                }

                var inner = new JsonObject();
                foreach (var part in parts)
                {
                    Put(inner, part, (JsonObject)before[name]!, (JsonObject)desired[name]!);
                }

                if (inner.Count > 0)
                {
                    patch[name] = inner;
                }
            }

            return patch;
        }

        private void Touch(string component, string name)
        {
            if (!touched.TryGetValue(component, out var parts))
            {
                touched[component] = [name];
            }
            else
            {
                parts?.Add(name);
            }
        }

        private static void Put(JsonObject patch, string name, JsonObject from, JsonObject to)
        {
            var had = from.TryGetPropertyValue(name, out var old);
            if (to.TryGetPropertyValue(name, out var value))
            {
                patch[name] = value is JsonObject after && old is JsonObject was ? TwinPatches.Replacement(was, after) : value!.DeepClone();
            }
            else if (had)
            {
                patch[name] = null;
            }
        }
    }
}
