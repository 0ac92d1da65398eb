namespace DeviceTwin.Bench.Soak.Fuzz;

/// <summary>
/// Spoils good inputs. Input number n of a seed is always the same, whoever computes it and in which order: a failure is found again by its number.
/// </summary>
public static class Mutator
{
    private const int UsualLength = 2048;
    private const int GreatLength = 65_536;

    /// <summary>One input in so many may grow long, for work and memory that grow faster than the input.</summary>
    private const int GreatEvery = 1000;

    private static readonly byte[] Telling = [0, 1, 2, 0x0A, 0x20, 0x7F, 0x80, 0xC0, 0xED, 0xF4, 0xFF, .. "/&=%+#$\"'\\[]{}().,:-0xeE?;"u8];

    public static byte[] Make(FuzzTarget target, int seed, long number)
    {
        var random = new Stream(seed, number);
        var longest = random.Below(GreatEvery) == 0 ? GreatLength : UsualLength;
        var bytes = new List<byte>(random.Of(target.Corpus));
        for (var steps = 1 + random.Below(1 + random.Below(8)); steps > 0; steps--)
        {
            Change(bytes, target, random, longest);
        }

        return bytes.Count > longest ? [.. bytes.Take(longest)] : [.. bytes];
    }

    private static void Change(List<byte> bytes, FuzzTarget target, Stream random, int longest)
    {
        var at = random.Below(bytes.Count + 1);
        var rest = bytes.Count - at;
        switch (random.Below(10))
        {
            case 0 when rest > 0:
                bytes[at] ^= (byte)(1 << random.Below(8));
                break;
            case 1 when rest > 0:
                bytes[at] = random.Of(Telling);
                break;
            case 2 when rest > 0:
                bytes[at] = (byte)random.Below(256);
                break;
            case 3 when rest > 0:
                bytes.RemoveRange(at, 1 + random.Below(Math.Min(rest, 16)));
                break;
            case 4:
                bytes.Insert(at, random.Of(Telling));
                break;
            case 5 or 6:
                bytes.InsertRange(at, random.Of(target.Tokens));
                break;
            case 7 when rest > 0:
                var piece = bytes.GetRange(at, 1 + random.Below(Math.Min(rest, 32)));
                for (var times = 1 + random.Below(longest / piece.Count); times > 0 && bytes.Count < longest; times = random.Below(20) == 0 ? times - 1 : times / 2)
                {
                    bytes.InsertRange(at, Enumerable.Repeat(piece, times).SelectMany(each => each).Take(longest - bytes.Count));
                }

                break;
            case 8:
                var other = random.Of(target.Corpus);
                bytes.RemoveRange(at, rest);
                bytes.AddRange(other.Skip(random.Below(other.Length + 1)));
                break;
            default:
                bytes.RemoveRange(at, rest);
                break;
        }
    }

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
