using System;
using System.Text;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Signal;
using DeviceTwin.SensorNode.Twin.Json;

namespace DeviceTwin.SensorNode.Link;

/// <summary>
/// Messages of one priority on files: segments of frames, written at the newest and read from the oldest. A segment goes when all of it is confirmed; nothing is ever changed in place.
/// After a restart nothing is added to what was there, so a frame that was cut off ends its segment. File failures come through as exceptions.
/// </summary>
internal sealed class OutboxLane
{
    private const string Prefix = "out.";

    // Behind every file's end.
    private const int Behind = int.MaxValue >> 1;

    private readonly IFiles _files;
    private readonly string _prefix;
    private readonly OutboxScratch _scratch;
    private readonly int _priority;
    private OutboxSegment _oldest;
    private int _lastNumber;

    // The writer's memory and its segment, which is the newest; null where none is open.
    private RecordCodec _written;
    private OutboxSegment _open;

    // A segment that could not be begun: nothing is in it that memory does not have.
    private OutboxSegment _failed;

    // The reader's memory, its segment, the place behind the frame in work, and what of that frame is left.
    private RecordCodec _read;
    private OutboxSegment _reading;
    private int _position;
    private int _left;
    private int _passed;
    private BitReader _bits;
    private TelemetryMessage _peeked;

    // The reader's memory was let go within a segment: it reads that again from its beginning, and passes over what it has read before.
    private bool _isLeft;

    /// <param name="letter">Tells the lanes' files apart.</param>
    /// <param name="scratch">Shared by lanes.</param>
    /// <param name="priority">Of the messages that are read.</param>
    public OutboxLane(IFiles files, string letter, OutboxScratch scratch, int priority)
    {
        _files = files;
        _prefix = Prefix + letter;
        _scratch = scratch;
        _priority = priority;
    }

    /// <summary>Segments of which something could not be read.</summary>
    public int Damaged { get; private set; }

    /// <summary>Whether a message was skipped; <see cref="Rewind"/> brings it back.</summary>
    public bool HasSkipped { get; private set; }

    /// <summary>Whether a segment that is through may be removed now; else it waits until somebody looks again.</summary>
    public bool MayDelete { get; set; } = true;

    /// <summary>Whether a memory of the writer's or the reader's lives.</summary>
    public bool HoldsMemory => _written != null || _read != null || _bits != null;

    /// <summary>Whether it has not come yet to where it was when its memory was let go: then there may be a message where <see cref="Peek"/> says none.</summary>
    public bool IsCatchingUp => _read != null && _reading != null && _passed < _reading.Passed;

    /// <summary>Whether there is nothing.</summary>
    public bool IsEmpty => _oldest == null;

    /// <summary>Blocks in use, each file at least one.</summary>
    public int Blocks(int blockSize)
    {
        int blocks = 0;
        for (OutboxSegment segment = _oldest; segment != null; segment = segment.Next)
        {
            blocks += BlocksOf(segment.Length, blockSize);
        }

        return blocks;
    }

    /// <summary>Blocks that a file takes.</summary>
    public static int BlocksOf(int length, int blockSize)
    {
        int blocks = 1;
        while (length > blockSize)
        {
            length -= blockSize;
            blocks++;
        }

        return blocks;
    }

    /// <summary>Blocks that the longest frame may take beside those in use.</summary>
    public int BlocksToAdd(int segmentBytes, int blockSize)
    {
        const int Longest = OutboxFrame.HeadBytes + OutboxFrame.MostBody;
        return _open == null || _open.Length >= segmentBytes
            ? 1
            : BlocksOf(_open.Length + Longest, blockSize) - BlocksOf(_open.Length, blockSize);
    }

    /// <summary>Messages in this start's segments and in those that were counted; the others count as one each.</summary>
    public int Count()
    {
        int count = 0;
        for (OutboxSegment segment = _oldest; segment != null; segment = segment.Next)
        {
            count += segment.Records < 0 ? 1 : segment.Records - segment.Confirmed;
        }

        return count;
    }

    /// <summary>Whether a file has the name of a segment.</summary>
    public static bool IsSegment(string name)
    {
        return name.Length > Prefix.Length && name.Substring(0, Prefix.Length) == Prefix;
    }

    /// <summary>Takes over what earlier starts left.</summary>
    public void Open(string[] names)
    {
        for (int index = 0; index < names.Length; index++)
        {
            string name = names[index];
            if (name.Length <= _prefix.Length || name.Substring(0, _prefix.Length) != _prefix)
            {
                continue;
            }

            int number = Digits.Parse(name.Substring(_prefix.Length));
            if (number > 0)
            {
                Insert(new OutboxSegment(name, number, _files.Length(name), -1));
            }
        }
    }

    /// <summary>Encodes messages for the end of the newest segment.</summary>
    /// <param name="frame">Room for the longest frame.</param>
    /// <returns>Bytes of the frame; 0 where they do not fit one.</returns>
    public int Encode(byte[] frame, TelemetryMessage[] messages, int count, int segmentBytes)
    {
        if (_written == null || _open == null || _open.Length >= segmentBytes)
        {
            CloseNewest();
            _written = new RecordCodec(_scratch.Records());
            _written.Reset();
        }

        _written.Borrow(_scratch.Records());
        var writer = new BitWriter();
        writer.Start(frame, OutboxFrame.HeadBytes, frame.Length);
        for (int index = 0; index < count; index++)
        {
            byte[] record = Record(messages[index]);
            _written.Write(writer, record, record.Length, Kind(messages[index].Kind));
        }

        _written.GiveBack();
        _scratch.Release();
        int end = writer.Finish();
        if (writer.IsFull)
        {
            CloseNewest();
            return 0;
        }

        OutboxFrame.Seal(frame, count, end - OutboxFrame.HeadBytes);
        return end;
    }

    /// <summary>Adds what was encoded last. Whatever goes wrong ends the segment.</summary>
    public void Append(byte[] frame, int length, int count)
    {
        if (_written == null)
        {
            return;
        }

        if (_open == null)
        {
            // At most one: a medium that refuses for long must not crowd out what is stored.
            if (_failed != null)
            {
                Delete(_failed);
            }

            // On the list before it is on the medium: what is left of a failure is found and removed.
            _lastNumber++;
            _open = new OutboxSegment(_prefix + Digits.Text(_lastNumber), _lastNumber, 0, 0);
            Insert(_open);
        }

        OutboxSegment segment = _open;
        bool isDone = false;
        try
        {
            _files.Append(segment.Name, frame, length);
            isDone = true;
        }
        finally
        {
            if (!isDone)
            {
                _failed = segment.Records == 0 ? segment : null;
                CloseNewest();
            }
        }

        segment.Length += length;
        segment.Records += count;
    }

    private void CloseNewest()
    {
        _written = null;
        _open = null;
    }

    /// <summary>The oldest message that is neither confirmed nor skipped, or null where there is none; the same until one of both is said.</summary>
    public TelemetryMessage Peek()
    {
        if (_peeked == null)
        {
            _peeked = Next();
        }

        return _peeked;
    }

    private TelemetryMessage Next()
    {
        while (_oldest != null)
        {
            if (_reading == null || _isLeft)
            {
                Begin(_reading == null ? _oldest : _reading);
            }

            if (_left > 0 || NextFrame())
            {
                _left--;
                _read.Borrow(_scratch.Records());
                bool isRead = _read.Read(_bits) >= 0;
                _read.GiveBack();
                _scratch.Release();
                _passed++;
                if (_left == 0)
                {
                    // The frame's bytes may go.
                    _bits = null;
                }

                if (isRead && _passed <= _reading.Passed)
                {
                    if (_left == 0 && IsCatchingUp)
                    {
                        // A frame for each step, not a whole file: others want to live meanwhile.
                        return null;
                    }

                    continue;
                }

                if (isRead)
                {
                    TelemetryMessage message = Message(_read.Record, _read.Length);
                    if (message != null)
                    {
                        _reading.Passed = _passed;
                        return message;
                    }
                }

                // A frame whose check is right and whose content is not: another firmware's. What is behind it cannot be read either.
                Damaged++;
                _left = 0;
                _position = Behind;
                continue;
            }

            OutboxSegment read = _reading;
            if (read.IsSkipped)
            {
                OutboxSegment next = read.Next;
                if (next == null)
                {
                    return null;
                }

                Begin(next);
                continue;
            }

            if (!MayDelete)
            {
                return null;
            }

            if (_position < read.Length)
            {
                Damaged++;
            }

            Delete(read);
        }

        return null;
    }

    /// <summary>The hub has the message of <see cref="Peek"/>. Where it was its segment's last one the file goes.</summary>
    public void Confirm()
    {
        if (_peeked == null)
        {
            return;
        }

        _peeked = null;
        _reading.Confirmed++;
        if (MayDelete && !_isLeft && _left == 0 && _position >= _reading.Length && !_reading.IsSkipped)
        {
            Delete(_reading);
        }
    }

    /// <summary>The message of <see cref="Peek"/> is left for later.</summary>
    public void Skip()
    {
        if (_peeked != null)
        {
            _peeked = null;
            _reading.IsSkipped = true;
            HasSkipped = true;
        }
    }

    /// <summary>Reads all that is there once more from the oldest on; what is confirmed already is sent again, and the hub knows it by its number.</summary>
    public void Rewind()
    {
        for (OutboxSegment segment = _oldest; segment != null; segment = segment.Next)
        {
            segment.IsSkipped = false;
            segment.Confirmed = 0;
            segment.Passed = 0;
        }

        HasSkipped = false;
        _peeked = null;
        _reading = null;
        _isLeft = false;
        _left = 0;
    }

    /// <summary>
    /// Lets the memories of both sides go, because something else needs the room. What is written next begins a segment; a segment that is half read is read again from its
    /// beginning, without telling what was told. A message under way stays so.
    /// </summary>
    public void Release()
    {
        CloseNewest();
        ReleaseReader();
    }

    /// <summary>The connection is gone, and nothing is read until there is another: a message that was under way is told again.</summary>
    public void Interrupt()
    {
        ReleaseReader();
        if (_peeked != null)
        {
            _peeked = null;
            _reading.Passed--;
        }
    }

    private void ReleaseReader()
    {
        if (_read != null)
        {
            _read = null;
            _bits = null;
            _left = 0;

            // What cannot be read any further needs no memory.
            _isLeft = _reading != null && _position != Behind;
        }
    }

    /// <summary>Removes the oldest segment.</summary>
    /// <returns>The messages lost with it.</returns>
    public int DropOldest()
    {
        OutboxSegment segment = _oldest;
        int records = segment.Records < 0 ? CountRecords(segment) : segment.Records;
        int lost = records - segment.Confirmed;
        Delete(segment);
        return lost > 0 ? lost : 0;
    }

    private static int Kind(string kind)
    {
        return kind == "features" ? 0 : kind == "alarm" ? 1 : 2;
    }

    // The envelope, and the body behind it: "kind""bootId"sequence{…}
    private static byte[] Record(TelemetryMessage message)
    {
        byte[] envelope = Encoding.UTF8.GetBytes("\"" + message.Kind + "\"\"" + message.BootId + "\"" + Digits.Text(message.Sequence) + "\n");
        byte[] record = new byte[envelope.Length + message.Payload.Length];
        Array.Copy(envelope, 0, record, 0, envelope.Length);
        Array.Copy(message.Payload, 0, record, envelope.Length, message.Payload.Length);
        return record;
    }

    private TelemetryMessage Message(byte[] record, int length)
    {
        int kindEnd = Find(record, 1, length, '"');
        int bootEnd = Find(record, kindEnd + 2, length, '"');
        int envelopeEnd = Find(record, bootEnd + 1, length, '\n');
        if (envelopeEnd >= length)
        {
            return null;
        }

        int sequence = Digits.Parse(Text(record, bootEnd + 1, envelopeEnd));
        byte[] payload = new byte[length - envelopeEnd - 1];
        Array.Copy(record, envelopeEnd + 1, payload, 0, payload.Length);
        return new TelemetryMessage(Text(record, 1, kindEnd), payload, _priority, Text(record, kindEnd + 2, bootEnd), sequence);
    }

    private static int Find(byte[] bytes, int from, int length, char character)
    {
        while (from < length && bytes[from] != character)
        {
            from++;
        }

        return from;
    }

    private static string Text(byte[] bytes, int from, int end)
    {
        return from < end ? Encoding.UTF8.GetString(bytes, from, end - from) : string.Empty;
    }

    private void Insert(OutboxSegment segment)
    {
        _lastNumber = segment.Number > _lastNumber ? segment.Number : _lastNumber;
        OutboxSegment before = null;
        for (OutboxSegment at = _oldest; at != null && at.Number < segment.Number; at = at.Next)
        {
            before = at;
        }

        segment.Next = before == null ? _oldest : before.Next;
        if (before == null)
        {
            _oldest = segment;
        }
        else
        {
            before.Next = segment;
        }
    }

    private void Begin(OutboxSegment segment)
    {
        if (_read == null)
        {
            _read = new RecordCodec(_scratch.Records());
            _read.GiveBack();
            _scratch.Release();
        }

        _read.Reset();
        _reading = segment;
        _isLeft = false;
        _passed = 0;
        _position = 0;
        _left = 0;
    }

    private bool NextFrame()
    {
        byte[] frame = new byte[OutboxFrame.HeadBytes];
        if (_files.ReadAt(_reading.Name, _position, frame, OutboxFrame.HeadBytes) < OutboxFrame.HeadBytes)
        {
            return false;
        }

        int body = OutboxFrame.Body(frame);
        if (body < 0)
        {
            return false;
        }

        int length = OutboxFrame.HeadBytes + body;
        frame = new byte[length];
        if (_files.ReadAt(_reading.Name, _position, frame, length) < length || !OutboxFrame.IsWhole(frame, body))
        {
            return false;
        }

        _left = OutboxFrame.Records(frame);
        _position += length;
        _bits = new BitReader();
        _bits.Start(frame, OutboxFrame.HeadBytes, length);
        return true;
    }

    private void Delete(OutboxSegment segment)
    {
        _files.Delete(segment.Name);
        OutboxSegment before = null;
        for (OutboxSegment at = _oldest; at != segment; at = at.Next)
        {
            before = at;
        }

        if (before == null)
        {
            _oldest = segment.Next;
        }
        else
        {
            before.Next = segment.Next;
        }

        if (_open == segment)
        {
            CloseNewest();
        }

        if (_failed == segment)
        {
            _failed = null;
        }

        if (_reading == segment)
        {
            _reading = null;
            _peeked = null;
            _isLeft = false;
            _left = 0;
        }

        if (_oldest == null)
        {
            // Between outages the memories are not needed.
            _read = null;
            _bits = null;
        }
    }

    private int CountRecords(OutboxSegment segment)
    {
        byte[] head = new byte[OutboxFrame.HeadBytes];
        int records = 0;
        int position = 0;
        while (_files.ReadAt(segment.Name, position, head, OutboxFrame.HeadBytes) == OutboxFrame.HeadBytes)
        {
            int body = OutboxFrame.Body(head);
            if (body < 0 || position + OutboxFrame.HeadBytes + body > segment.Length)
            {
                break;
            }

            records += OutboxFrame.Records(head);
            position += OutboxFrame.HeadBytes + body;
        }

        return records;
    }
}
