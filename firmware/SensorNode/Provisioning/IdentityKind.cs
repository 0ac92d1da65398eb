namespace DeviceTwin.SensorNode.Provisioning;

/// <summary>How a node proves who it is, and who names its hub.</summary>
public static class IdentityKind
{
    /// <summary>The hub is known; the node signs tokens with its key.</summary>
    public const int Sas = 0;

    /// <summary>The hub is known; the node shows its certificate.</summary>
    public const int X509 = 1;

    /// <summary>A provisioning service names the hub; the node has a key (its own, or derived from a group's) or a certificate.</summary>
    public const int Dps = 2;

    /// <summary>Number of kinds.</summary>
    public const int Count = 3;

    /// <summary>The stable word of a kind.</summary>
    public static string Word(int kind)
    {
        return kind == Sas ? "sas" : kind == X509 ? "x509" : "dps";
    }

    /// <summary>The kind of a word, -1 where there is none.</summary>
    public static int Of(string word)
    {
        for (int kind = 0; kind < Count; kind++)
        {
            if (Word(kind) == word)
            {
                return kind;
            }
        }

        return -1;
    }
}
