using System.Numerics;

namespace DeviceTwin.Bench.Reconcile;

/// <summary>States by number, each once: sixteen bytes and a place in a table.</summary>
internal sealed class WorldBook
{
    private const int Empty = -1;
    private (ulong High, ulong Low)[] keys = new (ulong, ulong)[1 << 12];
    private int[] places = Fresh(1 << 14);

    public int Count { get; private set; }

    public World this[int number]
    {
        get
        {
            var (high, low) = keys[number];
            return new World(
                (int)(high >> 32),
                (int)(uint)high,
                (int)(low >> 40),
                (int)(low >> 16) & 0xFFFFFF,
                (Faults)((low >> 9) & 127),
                (byte)((low >> 6) & 7),
                (byte)((low >> 3) & 7),
                (low & 1) != 0,
                (low & 2) != 0,
                (low & 4) != 0);
        }
    }

    /// <summary>The number of a state.</summary>
    /// <returns>Whether it is new.</returns>
    public bool Add(World world, out int number)
    {
        var high = ((ulong)(uint)world.Hub << 32) | (uint)world.Device;
        var low = ((ulong)(uint)world.Down << 40) | ((ulong)(uint)world.Up << 16) | ((ulong)world.Faults << 9) | ((ulong)world.Knows << 6) | ((ulong)world.Attempt << 3)
            | (world.Current ? 1ul : 0) | (world.Doubt ? 2ul : 0) | (world.Spent ? 4ul : 0);
        var place = Place(high, low);
        for (; places[place] != Empty; place = (place + 1) & (places.Length - 1))
        {
            number = places[place];
            if (keys[number] == (high, low))
            {
                return false;
            }
        }

        number = Count++;
        if (number == keys.Length)
        {
            Array.Resize(ref keys, keys.Length * 2);
        }

        keys[number] = (high, low);
        places[place] = number;
        if (Count * 2 > places.Length)
        {
            Grow();
        }

        return true;
    }

    private static int[] Fresh(int length)
    {
        var places = new int[length];
        Array.Fill(places, Empty);
        return places;
    }

    private int Place(ulong high, ulong low)
    {
        var mixed = (high * 0x9E3779B97F4A7C15) ^ BitOperations.RotateLeft(low * 0xC2B2AE3D27D4EB4F, 31);
        return (int)((mixed * 0x9E3779B97F4A7C15) >> 33) & (places.Length - 1);
    }

    private void Grow()
    {
        places = Fresh(places.Length * 2);
        for (var number = 0; number < Count; number++)
        {
            var place = Place(keys[number].High, keys[number].Low);
            while (places[place] != Empty)
            {
                place = (place + 1) & (places.Length - 1);
            }

            places[place] = number;
        }
    }
}
