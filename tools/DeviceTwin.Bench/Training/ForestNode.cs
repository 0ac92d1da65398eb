using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Bench.Training;

/// <summary>A node of a tree in training: a leaf, or a question.</summary>
/// <param name="Family">Of a leaf: its answer.</param>
/// <param name="Feature">Of a question: the feature asked about.</param>
/// <param name="Threshold">Not above it: left.</param>
public sealed record ForestNode(int Family, int Feature = -1, int Threshold = 0, ForestNode? Left = null, ForestNode? Right = null)
{
    /// <summary>The tree's answer.</summary>
    public int Predict(int[] features) => Left is null ? Family : (features[Feature] <= Threshold ? Left : Right!).Predict(features);

    /// <summary>The nodes in preorder, as <see cref="Forest"/> reads them.</summary>
    public IReadOnlyList<byte> ToBytes()
    {
        if (Left is null)
        {
            return [(byte)(Forest.Leaf + Family)];
        }

        var left = Left.ToBytes();
        int distance = 4 + left.Count;
        if (distance > byte.MaxValue)
        {
            throw new InvalidOperationException("A subtree is larger than its distance can say.");
        }

        return [(byte)Feature, (byte)(Threshold >> 8), (byte)Threshold, (byte)distance, .. left, .. Right!.ToBytes()];
    }

    /// <summary>The wire form of a forest.</summary>
    /// <param name="learned">Families it may speak about.</param>
    public static string ToText(IReadOnlyList<ForestNode> trees, IEnumerable<int> learned)
    {
        byte families = (byte)learned.Aggregate(0, (flags, family) => flags | Verdict.Flag(family));
        byte[] bytes = [Forest.Version, ForestFeatures.ListId, (byte)trees.Count, families, .. trees.SelectMany(tree => tree.ToBytes())];
        uint checksum = (uint)Crc32.Of(bytes, bytes.Length);
        return Convert.ToBase64String([.. bytes, (byte)(checksum >> 24), (byte)(checksum >> 16), (byte)(checksum >> 8), (byte)checksum]);
    }
}
