namespace DeviceTwin.SensorNode.Twin;

/// <summary>Small seeded generator of pseudo-random numbers (xorshift32, Marsaglia 2003): the same seed gives the same bits in both worlds.</summary>
public sealed class Jitter
{
    private uint _state;

    /// <param name="seed">Any number; nodes of a fleet should get different ones.</param>
    public Jitter(int seed)
    {
        // Neighbouring seeds must not give neighbouring sequences, and the state must never be 0.
        _state = ((uint)seed * 2654435761u) ^ 0x9E3779B9u;
        if (_state == 0)
        {
            _state = 1;
        }

        NextBits();
        NextBits();
    }

    /// <returns>A number from 0 to <paramref name="bound"/> - 1; 0 where the bound is less than 2.</returns>
    public int Below(int bound)
    {
        return bound < 2 ? 0 : (int)(((long)(int)(NextBits() >> 1) * bound) >> 31);
    }

    private uint NextBits()
    {
        uint state = _state;
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        _state = state;
        return state;
    }
}
