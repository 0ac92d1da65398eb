namespace DeviceTwin.Bench.Soak.Fuzz;

/// <summary>
/// Spoils good inputs. Input number n of a seed is always the same, whoever computes it and in which order: a failure is found again by its number.
/// </summary>
public static class Mutator
{
    private const int UsualLength = 512;
    private const int GreatLength = 65_536;

    /// <summary>One input in so many may grow long, for work and memory that grow faster than the input.</summary>
    private const int GreatEvery = 1000;

    private static readonly byte[] Telling = [0, 1, 2, 0x0A, 0x20, 0x7F, 0x80, 0xC0, 0xED, 0xF4, 0xFF, .. "/&=%+#$\"'\\[]{}().,:-0xeE?;"u8];

    public static byte[] Make(FuzzTarget target, int seed, long number)
    {
        var random = new Stream(seed, number);
        var longest = random.Below(GreatEvery) == 0 ? GreatLength : UsualLength;
        byte[] bytes = random.Of(target.Corpus);
        for (var steps = 1 + random.Below(1 + random.Below(8)); steps > 0; steps--)
        {
            bytes = Changed(bytes, target, random, longest);
        }

        return bytes.Length > longest ? bytes[..longest] : bytes;
    }

    private static byte[] Changed(byte[] bytes, FuzzTarget target, Stream random, int longest)
    {
        var at = random.Below(bytes.Length + 1);
        var rest = bytes.Length - at;
        switch (random.Below(12))
        {
            case 0 when rest > 0:
                return Replaced(bytes, at, 1, [(byte)(bytes[at] ^ (1 << random.Below(8)))]);
            case 1 when rest > 0:
                return Replaced(bytes, at, 1, [random.Of(Telling)]);
            case 2 when rest > 0:
                return Replaced(bytes, at, 1, [(byte)random.Below(256)]);
            case 3 when rest > 0:
                return Replaced(bytes, at, 1 + random.Below(Math.Min(rest, 16)), []);
            case 4 or 5:
                return Replaced(bytes, at, 0, [random.Of(Telling)]);
            case 6 or 7:
                return Replaced(bytes, at, 0, random.Of(target.Tokens));
            case 8 when rest > 0:
                // Once more, or sometimes as often as there is room: what nests or repeats is what grows.
                var piece = bytes.AsSpan(at, 1 + random.Below(Math.Min(rest, 32)));
                var times = random.Below(4) == 0 ? random.Below((longest / piece.Length) + 1) : 1;
                var repeated = new byte[Math.Min(times * piece.Length, Math.Max(0, longest - bytes.Length))];
                for (var index = 0; index < repeated.Length; index++)
                {
                    repeated[index] = piece[index % piece.Length];
                }

                return Replaced(bytes, at, 0, repeated);
            case 9:
                byte[] other = random.Of(target.Corpus);
                return Replaced(bytes, at, rest, other.AsSpan(random.Below(other.Length + 1)));
            case 10:
                return bytes[..at];
            default:
                return bytes[at..];
        }
    }

    private static byte[] Replaced(byte[] bytes, int at, int length, ReadOnlySpan<byte> with) =>
        [.. bytes.AsSpan(0, at), .. with, .. bytes.AsSpan(at + length)];

    /// <summary>SplitMix64: one step per number, and every start is as good as another.</summary>
    private sealed class Stream(int seed, long number)
    {
        private ulong state = Mixed(((ulong)(uint)seed << 40) ^ (ulong)number);

        public int Below(int bound) => (int)((Next() >> 32) * (ulong)bound >> 32);

        public T Of<T>(IReadOnlyList<T> list) => list[Below(list.Count)];

        private ulong Next()
        {
            state += 0x9E3779B97F4A7C15;
            return Mixed(state);
        }

        private static ulong Mixed(ulong value)
        {
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
            return value ^ (value >> 31);
        }
    }
}
