namespace DeviceTwin.Bench.Size;

/// <summary>Bytes in a PE file.</summary>
/// <param name="Records">Header and table records.</param>
/// <param name="Code">IL.</param>
/// <param name="Strings">Names and string literals.</param>
/// <param name="Signatures">Signatures and array literals.</param>
public sealed record PeSize(int Records, int Code, int Strings, int Signatures)
{
    /// <summary>All of it.</summary>
    public int Total => Records + Code + Strings + Signatures;

    /// <summary>Both together.</summary>
    public static PeSize operator +(PeSize left, PeSize right) => new(
        left.Records + right.Records, left.Code + right.Code, left.Strings + right.Strings, left.Signatures + right.Signatures);
}
