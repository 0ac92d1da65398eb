namespace DeviceTwin.SensorNode.Link;

/// <summary>A file of the outbox, and where its reader stands.</summary>
internal sealed class OutboxSegment
{
    /// <summary>Name of the file.</summary>
    public readonly string Name;

    /// <summary>Its place in the order of writing.</summary>
    public readonly int Number;

    /// <summary>The next newer segment of the same class, or null.</summary>
    public OutboxSegment Next;

    /// <summary>Bytes of the file.</summary>
    public int Length;

    /// <summary>Records in the file; -1 where they were not counted.</summary>
    public int Records;

    /// <summary>Records that the hub has confirmed, or that cannot be read.</summary>
    public int Confirmed;

    /// <summary>Records that were read, sent or not: a reader that lost its memory passes over so many.</summary>
    public int Passed;

    /// <summary>Whether a record was left out because the hub did not confirm it: the segment stays.</summary>
    public bool IsSkipped;

    public OutboxSegment(string name, int number, int length, int records)
    {
        Name = name;
        Number = number;
        Length = length;
        Records = records;
    }
}
