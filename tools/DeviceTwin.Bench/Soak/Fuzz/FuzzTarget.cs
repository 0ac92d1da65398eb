namespace DeviceTwin.Bench.Soak.Fuzz;

/// <summary>One parser under fire.</summary>
/// <param name="Corpus">Good inputs, to be spoilt.</param>
/// <param name="Tokens">Pieces that mean something to the parser.</param>
/// <param name="Parse">Reads an input and everything that follows from it. Returns, whatever the bytes: refusals of its own kind are caught inside.</param>
/// <param name="BytesPerByte">How much it may allocate for each byte of an input …</param>
/// <param name="BytesBesides">… and besides.</param>
public sealed record FuzzTarget(
    string Name, IReadOnlyList<byte[]> Corpus, IReadOnlyList<byte[]> Tokens, Action<byte[]> Parse, int BytesPerByte, int BytesBesides)
{
    public long Allowed(int length) => ((long)BytesPerByte * length) + BytesBesides;
}
