using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace DeviceTwin.Tests.SensorNode.Gate.ApiList;

/// <summary>Reads the list of nanoFramework's public API. The grammar stands at the top of <c>nanoframework-api.txt</c>.</summary>
internal static partial class ApiListReader
{
    /// <summary>The list that is kept beside this file.</summary>
    public static IReadOnlyList<ApiAssembly> ReadKept()
    {
        using var stream = typeof(ApiListReader).Assembly.GetManifestResourceStream("nanoframework-api.txt")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return Read(reader.ReadToEnd().Split('\n'));
    }

    /// <summary>Reads the lines of a list.</summary>
    /// <exception cref="FormatException">A line does not follow the grammar; the message names its number.</exception>
    public static IReadOnlyList<ApiAssembly> Read(IReadOnlyList<string> lines)
    {
        var state = new State();
        for (var number = 0; number < lines.Count; number++)
        {
            var line = lines[number];
            var indent = line.Length - line.TrimStart(' ').Length;
            var text = line[indent..];
            if (text.Length == 0 || text[0] == '#')
            {
                continue;
            }

            try
            {
                state.Take(indent, text);
            }
            catch (Exception exception) when (exception is FormatException or InvalidOperationException or ArgumentException)
            {
                throw new FormatException($"line {number + 1}: {exception.Message}: {line}", exception);
            }
        }

        return state.Assemblies;
    }

    /// <summary>What the lines so far have opened.</summary>
    private sealed class State
    {
        private readonly Dictionary<string, byte[]> keys = new() { ["-"] = [] };

        /// <summary>Per indentation the attribute lists that an attribute line one deeper belongs to: its own and its return value's.</summary>
        private readonly List<ApiAttribute>?[] owners = new List<ApiAttribute>?[8];
        private readonly List<ApiAttribute>?[] returnOwners = new List<ApiAttribute>?[8];

        private ApiType? type;
        private ApiProperty? property;

        public List<ApiAssembly> Assemblies { get; } = [];

        private ApiAssembly Assembly => Assemblies[^1];

        private ApiType Type => type ?? throw new FormatException("no type is open");

        public void Take(int indent, string text)
        {
            var (word, rest) = Cut(text);
            if (word.StartsWith('@'))
            {
                (owners[indent - 1] ?? throw new FormatException("nothing to attach the attribute to")).Add(Attribute(text));
                return;
            }

            switch (indent, word)
            {
                case (0, "key"):
                    var (alias, hex) = Cut(rest);
                    keys[alias] = Convert.FromHexString(hex);
                    break;
                case (0, "assembly"):
                    Assemblies.Add(AssemblyLine(rest));
                    type = null;
                    break;
                case (1, "ref"):
                    Assembly.References.Add(rest);
                    break;
                case (0, "type"):
                    type = TypeLine(rest);
                    Assembly.Types.Add(type);
                    Own(0, type.Attributes);
                    break;
                case (_, "gparam"):
                    Type.GenericParameters.Add(rest);
                    break;
                case (1, "underlying"):
                    Type.Underlying = rest;
                    break;
                case (1, "value"):
                    var (valueName, number) = CutAt(rest, " = ");
                    Type.Values.Add(new ApiEnumValue(valueName, long.Parse(number, CultureInfo.InvariantCulture)));
                    Own(1, Type.Values[^1].Attributes);
                    break;
                case (1, "field"):
                    Type.Fields.Add(FieldLine(rest));
                    Own(1, Type.Fields[^1].Attributes);
                    break;
                case (1, "ctor"):
                    var (ctorAccess, ctorParameters) = Cut(rest);
                    Method(new ApiMethod(ctorAccess, Mods("-"), "void", ".ctor", Parameters(ctorParameters)));
                    break;
                case (1, "method"):
                    Method(MethodLine(rest));
                    break;
                case (1, "prop"):
                    var (propertyType, nameAndParameters) = Cut(rest);
                    var (propertyName, index) = CutAt(nameAndParameters, "(");
                    Property(new ApiProperty(propertyType, propertyName, Parameters("(" + index), IsEvent: false));
                    break;
                case (1, "event"):
                    var (eventType, eventName) = Cut(rest);
                    Property(new ApiProperty(eventType, eventName, [], IsEvent: true));
                    break;
                case (2, "get" or "set" or "add" or "remove"):
                    var (access, mods) = Cut(rest);
                    property!.Accessors.Add(new ApiAccessor(word, access, Mods(mods)));
                    Own(2, property.Accessors[^1].Attributes);
                    break;
                case (_, "return"):
                    (returnOwners[indent - 1] ?? throw new FormatException("no method is open")).Add(Attribute(rest));
                    break;
                default:
                    throw new FormatException($"unknown word '{word}' at indentation {indent}");
            }
        }

        private void Own(int indent, List<ApiAttribute> attributes, List<ApiAttribute>? ofReturn = null)
        {
            owners[indent] = attributes;
            returnOwners[indent] = ofReturn;
        }

        private void Method(ApiMethod method)
        {
            Type.Methods.Add(method);
            Own(1, method.Attributes, method.ReturnAttributes);
        }

        private void Property(ApiProperty next)
        {
            property = next;
            Type.Properties.Add(next);
            Own(1, next.Attributes);
        }

        private ApiAssembly AssemblyLine(string rest)
        {
            var match = AssemblyPattern().Match(rest);
            if (!match.Success)
            {
                throw new FormatException("not an assembly line");
            }

            var packageText = match.Groups["package"].Value;
            var package = Version.Parse(packageText.Replace(".x", ""));
            var released = match.Groups["released"].Success ? Version.Parse(match.Groups["released"].Value) : null;

            // A released reference counts as the package of the same three numbers; x.y.0.0 stands for any x.y.z (IoT.Device).
            if (released is { Build: > 0 } && new Version(released.Major, released.Minor, released.Build) is var seen && seen > package)
            {
                package = seen;
            }

            var version = released ?? new Version(package.Major, package.Minor, Math.Max(package.Build, 0), 0);
            return new ApiAssembly(
                match.Groups["name"].Value, version, keys[match.Groups["key"].Value], new ApiPackage(match.Groups["id"].Value, package));
        }
    }

    private static ApiType TypeLine(string rest)
    {
        var (head, bases) = CutAt(rest, " : ");
        var words = head.Split(' ');
        var names = bases.Split(" , ");
        return words.Length != 4
            ? throw new FormatException("a type has access, kind, mods and name")
            : new ApiType(words[0], words[1], Mods(words[2]), words[3], names[0] == "-" ? null : names[0], names[1..]);
    }

    private static ApiField FieldLine(string rest)
    {
        var (head, constant) = rest.Contains(" = ") ? CutAt(rest, " = ") : (rest, null);
        var words = head.Split(' ');
        return words.Length != 4
            ? throw new FormatException("a field has access, mods, type and name")
            : new ApiField(words[0], Mods(words[1]), words[2], words[3], constant is null ? null : Constant(constant));
    }

    private static ApiMethod MethodLine(string rest)
    {
        var (head, parameters) = CutAt(rest, "(");
        var words = head.Split(' ');
        return words.Length != 4
            ? throw new FormatException("a method has access, mods, type and name")
            : new ApiMethod(words[0], Mods(words[1]), words[2], words[3], Parameters("(" + parameters));
    }

    private static ApiMods Mods(string words) => new(words == "-" ? [] : words.Split(','));

    private static IReadOnlyList<ApiParameter> Parameters(string text)
    {
        if (text[0] != '(' || text[^1] != ')')
        {
            throw new FormatException("parameters stand in parentheses");
        }

        return text.Length == 2 ? [] : [.. text[1..^1].Split(", ").Select(Parameter)];
    }

    private static ApiParameter Parameter(string text)
    {
        var attributes = new List<ApiAttribute>();
        while (text[0] == '@')
        {
            var end = text.IndexOf(") ", StringComparison.Ordinal) + 1;
            attributes.Add(Attribute(text[..end]));
            text = text[(end + 1)..];
        }

        var (head, constant) = text.Contains(" = ") ? CutAt(text, " = ") : (text, null);
        var words = head.Split(' ');
        var direction = words.Length == 3 ? words[0] : "";
        return words.Length is not (2 or 3) || direction is not ("" or "ref" or "out" or "in" or "params" or "[in]" or "[out]")
            ? throw new FormatException($"not a parameter: '{text}'")
            : new ApiParameter(direction, words[^2], words[^1], constant is null ? null : Constant(constant), attributes);
    }

    private static ApiAttribute Attribute(string text)
    {
        var match = AttributePattern().Match(text);
        if (!match.Success)
        {
            throw new FormatException($"not an attribute: '{text}'");
        }

        var named = match.Groups["named"].Value;
        return new ApiAttribute(
            match.Groups["type"].Value,
            match.Groups["arguments"].Value is { Length: > 0 } arguments ? [.. arguments.Split(", ").Select(Constant)] : [],
            named.Length == 0 ? [] : [.. named.Split(", ").Select(Named)]);
    }

    private static ApiNamedArgument Named(string text)
    {
        var (name, value) = CutAt(text, "=");
        return new ApiNamedArgument(name.StartsWith("F:", StringComparison.Ordinal), name[2..], Constant(value));
    }

    private static ApiConstant Constant(string text)
    {
        var (kind, value) = text.Contains(':') ? CutAt(text, ":") : (text, "");
        switch (kind)
        {
            case "null": return new ApiConstant("object", null);
            case "snull": return new ApiConstant("string", null);
            case "b": return new ApiConstant("bool", value == "1");
            case "ch": return new ApiConstant("char", (char)Number<ushort>(value));
            case "i1": return new ApiConstant("sbyte", Number<sbyte>(value));
            case "i2": return new ApiConstant("short", Number<short>(value));
            case "i4": return new ApiConstant("int", Number<int>(value));
            case "i8": return new ApiConstant("long", Number<long>(value));
            case "u1": return new ApiConstant("byte", Number<byte>(value));
            case "u2": return new ApiConstant("ushort", Number<ushort>(value));
            case "u4": return new ApiConstant("uint", Number<uint>(value));
            case "u8": return new ApiConstant("ulong", Number<ulong>(value));
            case "r4": return new ApiConstant("float", BitConverter.UInt32BitsToSingle(Convert.ToUInt32(value, 16)));
            case "r8": return new ApiConstant("double", BitConverter.UInt64BitsToDouble(Convert.ToUInt64(value, 16)));
            case "s": return new ApiConstant("string", Unescape(value));
            case "e":
                var (type, number) = CutAt(value, ":");
                return new ApiConstant(type, Constant(number).Value);
            default: throw new FormatException($"not a constant: '{text}'");
        }
    }

    private static T Number<T>(string text) where T : IParsable<T> => T.Parse(text, CultureInfo.InvariantCulture);

    private static string Unescape(string quoted) =>
        EscapePattern().Replace(quoted[1..^1], match => ((char)Convert.ToUInt16(match.Groups[1].Value, 16)).ToString());

    private static (string First, string Tail) Cut(string text) =>
        text.IndexOf(' ') is var at and >= 0 ? (text[..at], text[(at + 1)..]) : (text, "");

    private static (string First, string Tail) CutAt(string text, string separator) =>
        text.IndexOf(separator, StringComparison.Ordinal) is var at and >= 0
            ? (text[..at], text[(at + separator.Length)..])
            : throw new FormatException($"no '{separator}'");

    [GeneratedRegex(
        @"^(?<name>\S+) (?<rig>\S+) key=(?<key>\S+)\s+# package (?<id>\S+) (?<package>[0-9.]+(\.x)?)[, ].*?(references: (?<released>[0-9.]+))?$")]
    private static partial Regex AssemblyPattern();

    [GeneratedRegex(@"^@(?<type>[^( ]+)\((?<arguments>.*?)\)(\{(?<named>.*)\})?$")]
    private static partial Regex AttributePattern();

    [GeneratedRegex(@"\\u([0-9a-fA-F]{4})")]
    private static partial Regex EscapePattern();
}
