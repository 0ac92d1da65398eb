namespace DeviceTwin.SensorNode.Signal;

/// <summary>Reads single entries of the whole <see cref="CosineTable"/>, of which it holds one piece at a time: for whoever needs an entry that a short table lacks.</summary>
public sealed class CosineReader
{
    private float[] _piece;
    private int _number = -1;

    /// <summary>cos(2π · index / 8192).</summary>
    /// <param name="index">0 to 4096: half a period.</param>
    public float At(int index)
    {
        // cos(π − a) = −cos(a)
        return index < CosineTable.QuarterLength ? First(index) : -First((CosineTable.QuarterLength << 1) - index);
    }

    private float First(int index)
    {
        if (index >= CosineTable.QuarterLength)
        {
            return 0f;
        }

        int number = index >> 8;
        if (number != _number)
        {
            _piece = null;
            _piece = CosineTable.Piece(number);
            _number = number;
        }

        return _piece[index & (CosineTable.PieceLength - 1)];
    }
}
