namespace DeviceTwin.SensorNode.Detection;

/// <summary>
/// A small forest of decision trees that says which element of a bearing is defective. It is asked only where the rule has already found a
/// defect, and it can only name another element whose own score was measured: it cannot raise an alarm, nor take one away.
/// </summary>
/// <remarks>
/// Why no more than that: the recordings there are come from some twenty bearings. A forest trained on them knows how these bearings differ,
/// not what sound machines look like, so the question "sound or not" stays with the rule, and false alarms cannot depend on a forest. It needs
/// <see cref="AgreePermille"/> of its trees to overrule the rule's choice of element, and it has no say about an element that it did not learn:
/// it neither names one, nor talks the rule out of one.
/// Wire form: base64 of version, feature list, number of trees, the families it learned (bit v stands for verdict v), the trees one after the other, CRC-32 (big-endian). A tree is its nodes in
/// preorder: a leaf is 128 + family; an inner node is feature, threshold (16 bits, signed, big-endian) and the distance in bytes from itself to
/// its right child, its left child follows it. A feature that is not above the threshold goes left. Distances lead forward only, so every
/// evaluation ends.
/// </remarks>
public sealed class Forest
{
    /// <summary>Version of the wire form.</summary>
    public const int Version = 1;

    /// <summary>Longest text, in characters: what a desired property may take.</summary>
    public const int LongestText = 4096;

    /// <summary>Most trees.</summary>
    public const int MostTrees = 100;

    /// <summary>Inner nodes on the longest way through a tree.</summary>
    public const int MostDepth = 12;

    /// <summary>Share of the trees, in thousandths, that overrules the rule's choice.</summary>
    public const int AgreePermille = 667;

    /// <summary>Added to a family in a leaf.</summary>
    public const int Leaf = 128;

    private const int HeaderBytes = 4;
    private const int ChecksumBytes = 4;
    private const int AllFamilies = (1 << Verdict.Outer) | (1 << Verdict.Inner) | (1 << Verdict.Ball) | (1 << Verdict.Cage);

    private readonly byte[] _bytes;
    private readonly int[] _starts;
    private readonly int _trees;
    private readonly int _learned;
    private readonly int[] _features = new int[ForestFeatures.Count];
    private readonly int[] _votes = new int[Verdict.Count];
    private readonly string _reason;

    private Forest(byte[] bytes, int[] starts, int trees, string reason)
    {
        _bytes = bytes;
        _starts = starts;
        _trees = trees;
        _learned = bytes == null ? 0 : bytes[3];
        _reason = reason;
    }

    /// <summary>Why the text is no forest, for people; null where it is one.</summary>
    public string Reason => _reason;

    /// <summary>Number of trees.</summary>
    public int Trees => _trees;

    /// <summary>Share of the trees that agreed in the last <see cref="Choose"/>, in thousandths.</summary>
    public int AgreedPermille { get; private set; }

    /// <summary>Reads the wire form. Nothing is thrown: a text that is no forest gives one with a <see cref="Reason"/>, which changes no verdict.</summary>
    public static Forest Parse(string text)
    {
        if (text == null || text.Length == 0)
        {
            return Bad("the text is empty");
        }

        if (text.Length > LongestText)
        {
            return Bad("the text is longer than 4096 characters");
        }

        byte[] bytes = FromBase64(text);
        if (bytes == null)
        {
            return Bad("the text is not base64");
        }

        int end = bytes.Length - ChecksumBytes;
        if (end < HeaderBytes)
        {
            return Bad("the text is cut off");
        }

        int stated = (bytes[end] << 24) | (bytes[end + 1] << 16) | (bytes[end + 2] << 8) | bytes[end + 3];
        if (Crc32.Of(bytes, end) != stated)
        {
            return Bad("the checksum is wrong");
        }

        if (bytes[0] != Version)
        {
            return Bad("the version is not known");
        }

        if (bytes[1] != ForestFeatures.ListId)
        {
            return Bad("it was trained on another list of features");
        }

        int trees = bytes[2];
        if (trees < 1 || trees > MostTrees)
        {
            return Bad("the number of trees is not 1 to 100");
        }

        if ((bytes[3] & ~AllFamilies) != 0)
        {
            return Bad("it learned a family that does not exist");
        }

        int[] starts = new int[trees];
        int at = HeaderBytes;
        for (int tree = 0; tree < trees; tree++)
        {
            starts[tree] = at;
            at = EndOfTree(bytes, at, end);
            if (at < 0)
            {
                return Bad("a tree is malformed");
            }
        }

        return at == end ? new Forest(bytes, starts, trees, null) : Bad("there is something behind the last tree");
    }

    /// <summary>The element that is defective.</summary>
    /// <param name="result">The scores; left alone.</param>
    /// <param name="ruled">What the rule says of the bearing: a verdict, or <see cref="DetectorResult.NotAvailable"/>.</param>
    /// <returns>
    /// The family that enough trees agree on, where the rule says that some family is defective and the agreed one was measured; what the rule
    /// says otherwise.
    /// </returns>
    public int Choose(DetectorResult result, int ruled)
    {
        AgreedPermille = 0;
        if (_reason != null || ruled <= Verdict.Normal || (_learned & Verdict.Flag(ruled)) == 0)
        {
            return ruled;
        }

        ForestFeatures.Fill(result, _features);
        for (int verdict = 0; verdict < Verdict.Count; verdict++)
        {
            _votes[verdict] = 0;
        }

        byte[] bytes = _bytes;
        int[] features = _features;
        for (int tree = 0; tree < _trees; tree++)
        {
            int at = _starts[tree];
            int node = bytes[at];
            while (node < Leaf)
            {
                int threshold = (short)((bytes[at + 1] << 8) | bytes[at + 2]);
                at += features[node] <= threshold ? 4 : bytes[at + 3];
                node = bytes[at];
            }

            _votes[node - Leaf]++;
        }

        int chosen = ruled;
        for (int verdict = Verdict.Outer; verdict <= Verdict.Cage; verdict++)
        {
            if (_votes[verdict] * 1000 >= _trees * AgreePermille && (_learned & Verdict.Flag(verdict)) != 0 && IsMeasured(result, verdict))
            {
                chosen = verdict;
                AgreedPermille = (int)Signal.Division.LongNearest(_votes[verdict] * 1000L, _trees);
            }
        }

        return chosen;
    }

    private static bool IsMeasured(DetectorResult result, int verdict)
    {
        switch (verdict)
        {
            case Verdict.Outer:
                return result.OuterScoreMilli != DetectorResult.NotAvailable;
            case Verdict.Inner:
                return result.InnerScoreMilli != DetectorResult.NotAvailable;
            case Verdict.Ball:
                return result.BallScoreMilli != DetectorResult.NotAvailable;
            default:
                return result.CageScoreMilli != DetectorResult.NotAvailable;
        }
    }

    private static Forest Bad(string reason)
    {
        return new Forest(null, null, 0, reason);
    }

    /// <summary>Walks the nodes in preorder: behind each left subtree the right one must begin where its inner node said.</summary>
    /// <returns>Where the tree ends, or -1.</returns>
    private static int EndOfTree(byte[] bytes, int at, int end)
    {
        int[] right = new int[MostDepth];
        int[] rightLevel = new int[MostDepth];
        int depth = 0;
        int level = 0;
        while (at < end)
        {
            int node = bytes[at];
            if (node < Leaf)
            {
                if (node >= ForestFeatures.Count || level == MostDepth || end - at < 4)
                {
                    return -1;
                }

                level++;
                right[depth] = at + bytes[at + 3];
                rightLevel[depth] = level;
                depth++;
                at += 4;
                continue;
            }

            int family = node - Leaf;
            at++;
            if (family < Verdict.Outer || family > Verdict.Cage)
            {
                return -1;
            }

            if (depth == 0)
            {
                return at;
            }

            depth--;
            level = rightLevel[depth];
            if (right[depth] != at)
            {
                return -1;
            }
        }

        return -1;
    }

    private static byte[] FromBase64(string text)
    {
        int length = text.Length;
        if ((length & 3) != 0)
        {
            return null;
        }

        int padding = text[length - 1] != '=' ? 0 : text[length - 2] != '=' ? 1 : 2;
        byte[] bytes = new byte[((length >> 2) * 3) - padding];
        int at = 0;
        int bits = 0;
        for (int i = 0; i < length - padding; i++)
        {
            int digit = Digit(text[i]);
            if (digit < 0)
            {
                return null;
            }

            bits = (bits << 6) | digit;
            if ((i & 3) == 3)
            {
                bytes[at] = (byte)((bits >> 16) & 255);
                bytes[at + 1] = (byte)((bits >> 8) & 255);
                bytes[at + 2] = (byte)(bits & 255);
                at += 3;
                bits = 0;
            }
        }

        // Bits behind the last byte have to be zero: one forest has one text.
        if (padding == 1)
        {
            bytes[at] = (byte)((bits >> 10) & 255);
            bytes[at + 1] = (byte)((bits >> 2) & 255);
            return (bits & 3) == 0 ? bytes : null;
        }

        if (padding == 2)
        {
            bytes[at] = (byte)((bits >> 4) & 255);
            return (bits & 15) == 0 ? bytes : null;
        }

        return bytes;
    }

    private static int Digit(char letter)
    {
        if (letter >= 'A' && letter <= 'Z')
        {
            return letter - 'A';
        }

        if (letter >= 'a' && letter <= 'z')
        {
            return letter - 'a' + 26;
        }

        if (letter >= '0' && letter <= '9')
        {
            return letter - '0' + 52;
        }

        return letter == '+' ? 62 : letter == '/' ? 63 : -1;
    }
}
