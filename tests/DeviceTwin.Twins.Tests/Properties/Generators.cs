using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;

namespace DeviceTwin.Tests.Twins.Properties;

/// <summary>Random documents and patches from a small alphabet of keys, so that they meet.</summary>
internal static class Generators
{
    private static readonly string[] Keys = ["a", "b", "c", "Ä"];

    private static readonly Gen<string> Leaf = Gen.OneOf(
        Gen.Choose(-3, 3).Select(number => number.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        Gen.Elements("0.5", "1.0", "1e3", "true", "false", "\"\"", "\"x\"", "\"ä\\n\""),
        Gen.Elements("[]", "[1,2]", "[{\"a\":1}]"));

    /// <summary>A document without nulls, as a section holds it.</summary>
    public static Gen<string> Document { get; } = Object(3, nulls: false);

    /// <summary>A patch: a document in which some values are null.</summary>
    public static Gen<string> Patch { get; } = Object(3, nulls: true);

    /// <summary>Runs a property on 300 cases from a fixed seed; a failure shows the smallest case found and its seed.</summary>
    public static void ForAll<T>(Gen<T> generator, Action<T> property, int cases = 300) => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(cases).WithReplay(20261122, 7),
        Prop.ForAll(generator.ToArbitrary(), property));

    /// <summary>A list of at most so many.</summary>
    public static Gen<List<T>> UpTo<T>(this Gen<T> generator, int most) =>
        Gen.Choose(0, most).SelectMany(count => generator.ListOf(count)).Select(list => list.ToList());

    public static JsonObject Parse(string json) => Doc.Object(json);

    private static Gen<string> Object(int depth, bool nulls)
    {
        var value = depth == 0 ? Leaf : Gen.Frequency((3, Leaf), (2, Gen.Constant(0).SelectMany(_ => Object(depth - 1, nulls))));
        var member = nulls ? Gen.Frequency((3, value), (1, Gen.Constant("null"))) : value;
        return Gen.SubListOf(Keys).SelectMany(keys => Gen.CollectToArray(keys.Select(key => member.Select(text => $"\"{key}\":{text}"))))
            .Select(members => "{" + string.Join(',', members) + "}");
    }
}
