#nullable enable

namespace System;

/// <summary>
/// nanoFramework's span of bytes (mscorlib), as far as the firmware uses it. .NET has no type of this name;
/// members behave as on nanoFramework.
/// </summary>
public readonly ref struct SpanByte
{
    [ThreadStatic]
    private static long made;

    private readonly byte[] _array;
    private readonly int _start;
    private readonly int _length;

    /// <summary>The whole array.</summary>
    public SpanByte(byte[] array)
    {
        made++;
        _array = array;
        _start = 0;
        _length = array == null ? 0 : array.Length;
    }

    /// <summary>A part of the array.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The part is not inside the array.</exception>
    public SpanByte(byte[] array, int start, int length)
    {
        if (array == null ? start != 0 || length != 0 : start < 0 || length < 0 || start > array.Length - length)
        {
            throw new ArgumentOutOfRangeException(nameof(start));
        }

        made++;
        _array = array!;
        _start = start;
        _length = length;
    }

    /// <summary>Views that this thread has made: on nanoFramework each is an object on the heap.</summary>
    internal static long Made => made;

    /// <summary>Number of bytes.</summary>
    public int Length => _length;

    /// <summary>One byte.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is outside the span.</exception>
    public byte this[int index]
    {
        get => _array[Checked(index)];
        set => _array[Checked(index)] = value;
    }

    /// <summary>The same bytes for the simulated bus.</summary>
    internal Span<byte> AsSpan() => new(_array, _start, _length);

    private int Checked(int index)
    {
        if (index < 0 || index >= _length)
        {
            throw new ArgumentOutOfRangeException(nameof(index));
        }

        return _start + index;
    }
}
