namespace DeviceTwin.SensorNode.Detection;

/// <summary>SHA-256 (FIPS 180-4) in integers: names settings and golden vectors the same way on every runtime.</summary>
public sealed class Sha256
{
    private const string Digits = "0123456789abcdef";

    /// <summary>First 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS 180-4, 4.2.2).</summary>
    private static readonly uint[] RoundConstants =
    {
        0x428a2f98u, 0x71374491u, 0xb5c0fbcfu, 0xe9b5dba5u, 0x3956c25bu, 0x59f111f1u, 0x923f82a4u, 0xab1c5ed5u,
        0xd807aa98u, 0x12835b01u, 0x243185beu, 0x550c7dc3u, 0x72be5d74u, 0x80deb1feu, 0x9bdc06a7u, 0xc19bf174u,
        0xe49b69c1u, 0xefbe4786u, 0x0fc19dc6u, 0x240ca1ccu, 0x2de92c6fu, 0x4a7484aau, 0x5cb0a9dcu, 0x76f988dau,
        0x983e5152u, 0xa831c66du, 0xb00327c8u, 0xbf597fc7u, 0xc6e00bf3u, 0xd5a79147u, 0x06ca6351u, 0x14292967u,
        0x27b70a85u, 0x2e1b2138u, 0x4d2c6dfcu, 0x53380d13u, 0x650a7354u, 0x766a0abbu, 0x81c2c92eu, 0x92722c85u,
        0xa2bfe8a1u, 0xa81a664bu, 0xc24b8b70u, 0xc76c51a3u, 0xd192e819u, 0xd6990624u, 0xf40e3585u, 0x106aa070u,
        0x19a4c116u, 0x1e376c08u, 0x2748774cu, 0x34b0bcb5u, 0x391c0cb3u, 0x4ed8aa4au, 0x5b9cca4fu, 0x682e6ff3u,
        0x748f82eeu, 0x78a5636fu, 0x84c87814u, 0x8cc70208u, 0x90befffau, 0xa4506cebu, 0xbef9a3f7u, 0xc67178f2u,
    };

    private readonly uint[] _state = new uint[8];
    private readonly byte[] _block = new byte[64];
    private readonly uint[] _schedule = new uint[64];
    private int _used;
    private long _length;

    /// <summary>An empty message.</summary>
    public Sha256()
    {
        Reset();
    }

    /// <summary>Starts a new message.</summary>
    public void Reset()
    {
        _state[0] = 0x6a09e667u;
        _state[1] = 0xbb67ae85u;
        _state[2] = 0x3c6ef372u;
        _state[3] = 0xa54ff53au;
        _state[4] = 0x510e527fu;
        _state[5] = 0x9b05688cu;
        _state[6] = 0x1f83d9abu;
        _state[7] = 0x5be0cd19u;
        _used = 0;
        _length = 0;
    }

    /// <summary>Appends bytes.</summary>
    public void Add(byte[] bytes, int offset, int count)
    {
        byte[] block = _block;
        int used = _used;
        for (int i = 0; i < count; i++)
        {
            block[used] = bytes[offset + i];
            used++;
            if (used == 64)
            {
                Compress();
                used = 0;
            }
        }

        _used = used;
        _length += count;
    }

    /// <summary>Appends an integer as four bytes, least significant first.</summary>
    public void AddInteger(int value)
    {
        AddByte(value);
        AddByte(value >> 8);
        AddByte(value >> 16);
        AddByte(value >> 24);
    }

    /// <summary>Ends the message and returns its 32 bytes. The next message starts with <see cref="Reset"/>.</summary>
    public byte[] Finish()
    {
        long bits = _length << 3;
        AddByte(0x80);
        while (_used != 56)
        {
            AddByte(0);
        }

        for (int shift = 7; shift >= 0; shift--)
        {
            AddByte((int)(bits >> ((shift << 3) & 63)));
        }

        byte[] hash = new byte[32];
        for (int i = 0; i < 8; i++)
        {
            uint word = _state[i];
            hash[i << 2] = (byte)(word >> 24);
            hash[(i << 2) + 1] = (byte)(word >> 16);
            hash[(i << 2) + 2] = (byte)(word >> 8);
            hash[(i << 2) + 3] = (byte)word;
        }

        return hash;
    }

    /// <summary>The first <paramref name="count"/> bytes as lower-case hexadecimal digits.</summary>
    public static string Hex(byte[] bytes, int count)
    {
        char[] text = new char[count << 1];
        for (int i = 0; i < count; i++)
        {
            text[i << 1] = Digits[bytes[i] >> 4];
            text[(i << 1) + 1] = Digits[bytes[i] & 15];
        }

        return new string(text);
    }

    private void AddByte(int value)
    {
        _block[_used] = (byte)value;
        _used++;
        _length++;
        if (_used == 64)
        {
            Compress();
            _used = 0;
        }
    }

    private void Compress()
    {
        uint[] schedule = _schedule;
        uint[] constants = RoundConstants;
        byte[] block = _block;
        for (int i = 0; i < 16; i++)
        {
            int at = i << 2;
            schedule[i] = ((uint)block[at] << 24) | ((uint)block[at + 1] << 16) | ((uint)block[at + 2] << 8) | block[at + 3];
        }

        for (int i = 16; i < 64; i++)
        {
            uint early = schedule[i - 15];
            uint late = schedule[i - 2];
            uint small0 = ((early >> 7) | (early << 25)) ^ ((early >> 18) | (early << 14)) ^ (early >> 3);
            uint small1 = ((late >> 17) | (late << 15)) ^ ((late >> 19) | (late << 13)) ^ (late >> 10);
            schedule[i] = schedule[i - 16] + small0 + schedule[i - 7] + small1;
        }

        uint a = _state[0], b = _state[1], c = _state[2], d = _state[3], e = _state[4], f = _state[5], g = _state[6], h = _state[7];
        for (int i = 0; i < 64; i++)
        {
            uint big1 = ((e >> 6) | (e << 26)) ^ ((e >> 11) | (e << 21)) ^ ((e >> 25) | (e << 7));
            uint first = h + big1 + ((e & f) ^ (~e & g)) + constants[i] + schedule[i];
            uint big0 = ((a >> 2) | (a << 30)) ^ ((a >> 13) | (a << 19)) ^ ((a >> 22) | (a << 10));
            uint second = big0 + ((a & b) ^ (a & c) ^ (b & c));
            h = g;
            g = f;
            f = e;
            e = d + first;
            d = c;
            c = b;
            b = a;
            a = first + second;
        }

        _state[0] += a;
        _state[1] += b;
        _state[2] += c;
        _state[3] += d;
        _state[4] += e;
        _state[5] += f;
        _state[6] += g;
        _state[7] += h;
    }
}
