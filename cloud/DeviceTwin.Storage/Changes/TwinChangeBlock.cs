using System.Text;

namespace DeviceTwin.Storage;

/// <summary>
/// Some changes that follow each other, as bytes: what a commit holds is written as one row or a few. A row of its own for each, with its place in
/// an index, costs a reported patch several times as much.
/// </summary>
internal sealed class TwinChangeBlock
{
    /// <summary>Small enough that a page of a few changes need not read many.</summary>
    public const int MostRows = 128;

    private readonly MemoryStream bytes = new();
    private readonly BinaryWriter writer;

    public TwinChangeBlock()
    {
        writer = new BinaryWriter(bytes, Encoding.UTF8);
    }

    public int Count { get; private set; }

    public bool IsFull => Count == MostRows;

    /// <summary>When the newest of them happened.</summary>
    public DateTimeOffset At { get; private set; }

    public void Add(TwinChangeRow row)
    {
        writer.Write(row.DeviceId);
        writer.Write((byte)row.Part);
        writer.Write((byte)row.Operation);
        writer.Write(row.At.UtcTicks);
        writer.Write7BitEncodedInt64(row.Version);
        writer.Write(row.Author);
        writer.Write(row.Diff);
        At = row.At;
        Count++;
    }

    public byte[] ToArray()
    {
        writer.Flush();
        return bytes.ToArray();
    }

    public void Clear()
    {
        writer.Flush();
        bytes.SetLength(0);
        Count = 0;
    }

    /// <summary>The changes of a block that are asked for, with their numbers.</summary>
    /// <param name="first">The number of its first.</param>
    public static IEnumerable<NumberedTwinChange> Read(byte[] data, long first, TwinChangeSearch search)
    {
        using var reader = new BinaryReader(new MemoryStream(data), Encoding.UTF8);
        for (var sequence = first; reader.BaseStream.Position < data.Length; sequence++)
        {
            var deviceId = reader.ReadString();
            var part = (TwinPart)reader.ReadByte();
            var operation = (TwinOperation)reader.ReadByte();
            var at = new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero);
            var version = reader.Read7BitEncodedInt64();
            if (sequence <= search.After
                || (search.DeviceId is { } wanted && wanted != deviceId)
                || (search.Parts.Count > 0 && !search.Parts.Contains(part)))
            {
                Skip(reader);
                Skip(reader);
                continue;
            }

            yield return new NumberedTwinChange(
                sequence, new TwinChangeRow(deviceId, at, reader.ReadString(), operation, part, version, reader.ReadString()));
        }
    }

    private static void Skip(BinaryReader reader) => reader.BaseStream.Seek(reader.Read7BitEncodedInt(), SeekOrigin.Current);
}
