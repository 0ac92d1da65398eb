using System.Text.Json.Nodes;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.Bench.Size.Whole;

/// <summary>The largest desired properties.</summary>
internal static class LargestTwin
{
    private const int StrayNames = 40;

    /// <summary>Every property set that a board is fitted for, every number at the end of its range; all of it is applied. Texts are empty: they ask for nothing.</summary>
    public static JsonObject Fitted(BoardDescription board) => Write(
        index => Value(index, false),
        index => board.HasTrial || TwinModel.Component(TwinModel.ComponentOf(index)) != "shadow");

    /// <summary>Every property set, the longest texts, every number at the end of its range; all of it is applied where the board is fitted for it.</summary>
    public static JsonObject Valid() => Write(index => Value(index, true), _ => true);

    private static JsonNode Value(int index, bool hasForests) =>
        TwinModel.TypeOf(index) switch
        {
            TwinModel.TextType => JsonValue.Create(hasForests ? Forest() : ""),
            TwinModel.BooleanType => JsonValue.Create(true),
            _ => JsonValue.Create(TwinModel.Below(index) >= 0 ? TwinModel.Minimum(index) : TwinModel.Maximum(index)),
        };

    /// <summary>Every property set to what cannot be taken, texts as long as they may be, and more unknown names than the node answers.</summary>
    public static JsonObject Wrong(bool hasForests)
    {
        JsonObject desired = Write(index => TwinModel.TypeOf(index) switch
        {
            TwinModel.TextType => JsonValue.Create(new string('f', hasForests ? TwinModel.Maximum(index) : 64)),
            TwinModel.BooleanType => JsonValue.Create("wrong"),
            _ => JsonValue.Create(999999999),
        }, _ => true);
        string name = new('n', PropertyBook.MaximumStrayName - 2);
        for (int number = 0; number < StrayNames; number++)
        {
            desired["maintenance"]![number + name] = 1;
        }

        return desired;
    }

    /// <summary>The longest forest there is: 85 trees of seven nodes.</summary>
    public static string Forest()
    {
        const int Trees = 85;
        var bytes = new List<byte> { DeviceTwin.SensorNode.Detection.Forest.Version, ForestFeatures.ListId, Trees, (byte)Verdict.Flag(Verdict.Outer) };
        for (int tree = 0; tree < Trees; tree++)
        {
            bytes.AddRange(Tree(3));
        }

        int check = Crc32.Of([.. bytes], bytes.Count);
        bytes.AddRange([(byte)(check >> 24), (byte)(check >> 16), (byte)(check >> 8), (byte)check]);
        return Convert.ToBase64String([.. bytes]);
    }

    private static byte[] Tree(int depth)
    {
        if (depth == 0)
        {
            return [(byte)(DeviceTwin.SensorNode.Detection.Forest.Leaf + Verdict.Outer)];
        }

        byte[] side = Tree(depth - 1);
        return [0, 0, 0, (byte)(4 + side.Length), .. side, .. side];
    }

    private static JsonObject Write(Func<int, JsonNode> value, Func<int, bool> isWritten)
    {
        var desired = new JsonObject();
        foreach (int index in Enumerable.Range(0, TwinModel.Count).Where(isWritten))
        {
            string component = TwinModel.Component(TwinModel.ComponentOf(index));
            desired[component] ??= new JsonObject();
            desired[component]![TwinModel.Name(index)] = value(index);
        }

        return desired;
    }
}
