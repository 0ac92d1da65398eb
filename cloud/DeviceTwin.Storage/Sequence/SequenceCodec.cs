using System.Collections.Immutable;
using DeviceTwin.Storage.History;

namespace DeviceTwin.Storage.Sequence;

/// <summary>A window as bytes: numbers of variable length, ranges by their distances. One range takes about 25 bytes.</summary>
internal static class SequenceCodec
{
    private const byte Version = 1;

    public static byte[] Encode(SequenceWindow window)
    {
        var writer = new ByteWriter();
        writer.Byte(Version);
        writer.Time(window.FirstAt);
        writer.Time(window.LastAt);
        writer.Number(window.Received);
        writer.Number(window.Repeats);
        writer.Number(window.Filled);
        writer.Number(window.GivenUp);
        writer.Number(window.Unsure);
        writer.Number(window.Floor);
        writer.Number(window.Below.Length);
        var end = window.Floor;
        foreach (var range in window.Below.Append(window.Top))
        {
            writer.Number(range.First - end - 1);
            writer.Number(range.Last - range.First);
            writer.Time(range.Since);
            end = range.Last;
        }

        return writer.ToArray();
    }

    /// <exception cref="FormatException">The bytes are no window.</exception>
    public static SequenceWindow Decode(string deviceId, string bootId, byte[] bytes)
    {
        var reader = new ByteReader(bytes);
        if (reader.Byte() != Version)
        {
            throw new FormatException("no sequence window of this hub");
        }

        var (firstAt, lastAt) = (reader.Time(), reader.Time());
        var (received, repeats, filled, givenUp, unsure) = (reader.Number(), reader.Number(), reader.Number(), reader.Number(), reader.Number());
        var floor = reader.Number();
        var count = reader.Count();
        var below = ImmutableArray.CreateBuilder<SequenceRange>(count);
        var end = floor;
        for (var index = 0; index < count; index++)
        {
            below.Add(Range(ref reader, ref end));
        }

        return new SequenceWindow(deviceId, bootId, floor, Range(ref reader, ref end), below.ToImmutable())
        {
            FirstAt = firstAt,
            LastAt = lastAt,
            Received = received,
            Repeats = repeats,
            Filled = filled,
            GivenUp = givenUp,
            Unsure = unsure,
        };
    }

    private static SequenceRange Range(ref ByteReader reader, ref long end)
    {
        var first = end + 1 + reader.Number();
        end = first + reader.Number();
        return new SequenceRange(first, end, reader.Time());
    }

    private static void Time(this ByteWriter writer, DateTimeOffset at) => writer.Number(at.ToUnixTimeMilliseconds());

    private static DateTimeOffset Time(this ref ByteReader reader) => DateTimeOffset.FromUnixTimeMilliseconds(reader.Number());
}
