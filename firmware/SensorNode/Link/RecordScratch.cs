namespace DeviceTwin.SensorNode.Link;

/// <summary>What a <see cref="RecordCodec"/> needs while it is called and not between calls.</summary>
public sealed class RecordScratch
{
    /// <summary>Pieces of a record; the last takes the rest.</summary>
    public const int MostPieces = 400;

    /// <summary>Where the pieces of a record begin.</summary>
    public readonly short[] Pieces = new short[MostPieces + 1];

    /// <summary>Where those of the one before begin.</summary>
    public readonly short[] BeforePieces = new short[MostPieces + 1];

    /// <summary>A number's text.</summary>
    public readonly byte[] Digits = new byte[Twin.Json.Digits.MaximumLength];
}
