using System;
using DeviceTwin.SensorNode.Boards;

namespace DeviceTwin.SensorNode.Link;

/// <summary>
/// What is to be said to the hub, until the hub has confirmed it. Measure offers, talk sends. The most urgent message leaves first; where room is short the least urgent is
/// dropped first, within a priority the oldest, and each drop is counted.
/// </summary>
/// <remarks>
/// A short queue in memory stands in front of files. Urgent messages go to the files at once, features when the hub is away or too slow, spectra never. With a hub that listens
/// the flash is written for alarms only. All file work is done in <see cref="Step"/>, <see cref="Peek"/> and <see cref="Confirm"/>, which belong to the talk loop; <see cref="Offer"/> may be called by another.
/// A message keeps its boot and number wherever it goes, so what is sent twice is known, and what is lost leaves a gap.
/// </remarks>
public sealed class Outbox
{
    /// <summary>Bytes of flash that are erased at once; what files take is counted in these.</summary>
    public const int BlockSize = 4096;

    /// <summary>Bytes from which on a segment is closed and another begun.</summary>
    public const int SegmentBytes = 16384 - 1024;

    /// <summary>How long the hub may be away before features go to the files.</summary>
    public const int PatienceMs = 60000;

    /// <summary>How long features gather in memory before they are written together: what a power cut may cost while the hub is away.</summary>
    public const int GatherMs = 300000;

    /// <summary>How long files that failed are left alone.</summary>
    public const int FailureWaitMs = 10000;

    /// <summary>How long a message that was put back waits where it is on file.</summary>
    public const int PutBackWaitMs = 600000;

    private const int MessagesPerFrame = 8;
    private const int Priorities = 3;
    private const int MostEnvelope = 128;
    private const int NoStore = -1;

    private readonly object _gate = new object();
    private readonly TelemetryMessage[] _messages;
    private readonly int _maximumBytes;
    private readonly int _maximumBlocks;
    private readonly int[] _dropped = new int[Priorities];
    private readonly TelemetryMessage[] _batch = new TelemetryMessage[MessagesPerFrame];
    private readonly OutboxLane _urgent;
    private readonly OutboxLane _normal;
    private int _count;
    private int _bytes;
    private long _nowMs;
    private long _awaySinceMs = NoStore;
    private long _gatherUntilMs;
    private long _filesFromMs;
    private long _rewindAtMs;
    private TelemetryMessage _peeked;
    private int _peekedFrom;
    private bool _areFilesClosed;

    private const int FromMemory = 0;
    private const int FromUrgent = 1;
    private const int FromNormal = 2;
    private const int FromUpload = 3;

    /// <summary>An outbox that forgets with the power.</summary>
    /// <param name="capacity">Largest number of messages.</param>
    /// <param name="maximumBytes">Largest sum of their bodies.</param>
    public Outbox(int capacity, int maximumBytes)
    {
        _messages = new TelemetryMessage[capacity];
        _maximumBytes = maximumBytes;
    }

    /// <summary>An outbox on files.</summary>
    /// <param name="capacity">Largest number of messages in memory.</param>
    /// <param name="maximumBytes">Largest sum of their bodies.</param>
    /// <param name="files">Where it stores; what is there of earlier starts is sent first.</param>
    /// <param name="fileBytes">Room it may take there, in whole blocks; less than two: none.</param>
    public Outbox(int capacity, int maximumBytes, IFiles files, int fileBytes)
        : this(capacity, maximumBytes)
    {
        _maximumBlocks = fileBytes >> 12;
        if (_maximumBlocks < 2)
        {
            return;
        }

        var scratch = new OutboxScratch();
        _urgent = new OutboxLane(files, "a", scratch, TelemetryMessage.Urgent);
        _normal = new OutboxLane(files, "f", scratch, TelemetryMessage.Normal);
        try
        {
            string[] names = files.List();
            _urgent.Open(names);
            _normal.Open(names);
        }
        catch (Exception)
        {
            FileFailures++;
        }
    }

    /// <summary>Deletes what an outbox left on file, as a reset to the factory's state does; the node restarts behind it. Does not throw.</summary>
    public static void DeleteFiles(IFiles files)
    {
        try
        {
            string[] names = files.List();
            for (int index = 0; index < names.Length; index++)
            {
                if (OutboxLane.IsSegment(names[index]))
                {
                    files.Delete(names[index]);
                }
            }
        }
        catch (Exception)
        {
            // What cannot be deleted is sent: the hub knows whose it is by its boot and number.
        }
    }

    /// <summary>What is sent where nothing else is to be; null where there is none.</summary>
    public WaveformUpload Upload { get; set; }

    /// <summary>File operations that failed since the start.</summary>
    public int FileFailures { get; private set; }

    /// <summary>Segments of which something could not be read.</summary>
    public int Damaged => _urgent == null ? 0 : _urgent.Damaged + _normal.Damaged;

    /// <summary>Messages waiting; those that an earlier start left on file are known by their files only and count one each.</summary>
    public int Count()
    {
        lock (_gate)
        {
            return _count + (_urgent == null ? 0 : _urgent.Count() + _normal.Count());
        }
    }

    /// <summary>Messages in memory.</summary>
    public int Unsaved()
    {
        lock (_gate)
        {
            return _count;
        }
    }

    /// <summary>Messages dropped since the start.</summary>
    public int Dropped()
    {
        return Dropped(TelemetryMessage.Low) + Dropped(TelemetryMessage.Normal) + Dropped(TelemetryMessage.Urgent);
    }

    /// <summary>Messages of a priority dropped since the start.</summary>
    public int Dropped(int priority)
    {
        lock (_gate)
        {
            return _dropped[priority];
        }
    }

    /// <summary>Puts a message in; makes room by dropping less urgent and older ones, or drops the message itself where all others are more urgent. Touches no file.</summary>
    public void Offer(TelemetryMessage message)
    {
        lock (_gate)
        {
            while (_count == _messages.Length || (_bytes + message.Payload.Length > _maximumBytes && _count > 0))
            {
                int victim = Find(false, true);
                if (victim < 0 || _messages[victim].Priority > message.Priority)
                {
                    _dropped[message.Priority]++;
                    return;
                }

                _dropped[_messages[victim].Priority]++;
                RemoveAt(victim);
            }

            if (message.Payload.Length > _maximumBytes)
            {
                _dropped[message.Priority]++;
                return;
            }

            _messages[_count++] = message;
            _bytes += message.Payload.Length;
        }
    }

    /// <summary>Moves messages from memory to the files where they belong there: at most one frame of each kind.</summary>
    /// <param name="isOnline">Whether the hub takes messages.</param>
    /// <param name="mayWrite">Whether nobody is disturbed by the flash being erased: everything stands still meanwhile, a capture as well.</param>
    public void Step(long nowMs, bool isOnline, bool mayWrite)
    {
        _nowMs = nowMs;
        if (isOnline)
        {
            _awaySinceMs = NoStore;
        }
        else if (_awaySinceMs < 0)
        {
            _awaySinceMs = nowMs;
            _gatherUntilMs = nowMs + PatienceMs;
        }

        if (_urgent == null)
        {
            return;
        }

        _urgent.MayDelete = mayWrite;
        _normal.MayDelete = mayWrite;
        if (!mayWrite || _areFilesClosed || nowMs < _filesFromMs)
        {
            return;
        }

        try
        {
            Store(TelemetryMessage.Urgent, _urgent);
            bool isCrowded = _bytes > _maximumBytes >> 1 || _count > _messages.Length >> 1;
            if (isCrowded || (_awaySinceMs >= 0 && nowMs >= _gatherUntilMs))
            {
                if (!Store(TelemetryMessage.Normal, _normal))
                {
                    _gatherUntilMs = nowMs + GatherMs;
                }
            }
        }
        catch (Exception)
        {
            Fail();
        }

    }

    /// <summary>The message to send, or null; the same until <see cref="Confirm"/>, <see cref="PutBack"/> or <see cref="Release"/>.</summary>
    public TelemetryMessage Peek()
    {
        if (_peeked != null)
        {
            return _peeked;
        }

        PeekStored(_urgent, FromUrgent);
        if (_peeked == null && _urgent != null && _urgent.IsCatchingUp)
        {
            return null;
        }

        if (_peeked == null)
        {
            PeekMemory(TelemetryMessage.Urgent);
        }

        if (_peeked == null)
        {
            PeekStored(_normal, FromNormal);
        }

        if (_peeked == null)
        {
            PeekMemory(TelemetryMessage.Low);
        }

        if (_peeked == null && Upload != null)
        {
            _peeked = Upload.Peek();
            _peekedFrom = FromUpload;
        }

        return _peeked;
    }

    /// <summary>The hub has the message of <see cref="Peek"/>: only now it is gone from here.</summary>
    public void Confirm()
    {
        TelemetryMessage message = _peeked;
        if (message == null)
        {
            return;
        }

        try
        {
            switch (_peekedFrom)
            {
                case FromMemory:
                    Remove(message);
                    break;
                case FromUrgent:
                    _urgent.Confirm();
                    break;
                case FromNormal:
                    _normal.Confirm();
                    break;
                default:
                    Upload.Confirm(message);
                    break;
            }
        }
        catch (Exception)
        {
            Fail();
        }

        // Only now: as long as it is under way nobody drops it.
        _peeked = null;
    }

    /// <summary>The hub does not confirm the message of <see cref="Peek"/>: others go first.</summary>
    public void PutBack()
    {
        TelemetryMessage message = _peeked;
        _peeked = null;
        if (message == null)
        {
            return;
        }

        switch (_peekedFrom)
        {
            case FromMemory:
                Rotate(message);
                break;
            case FromUrgent:
                _urgent.Skip();
                _rewindAtMs = _nowMs + PutBackWaitMs;
                break;
            case FromNormal:
                _normal.Skip();
                _rewindAtMs = _nowMs + PutBackWaitMs;
                break;
            default:
                Upload.PutBack(message);
                break;
        }
    }

    /// <summary>The connection is gone, and with it whether the message of <see cref="Peek"/> arrived: it stays where it is in the line.</summary>
    public void Release()
    {
        if (_peeked != null && _peekedFrom == FromUpload)
        {
            Upload.Interrupted();
        }

        _peeked = null;
        if (_urgent != null)
        {
            _urgent.Interrupt();
            _normal.Interrupt();
        }
    }

    /// <summary>
    /// While it is true no file is read or written, and of both nothing is in memory: something else needs the room. Messages that wait in memory are sent all the same;
    /// one under way stays so.
    /// </summary>
    public bool AreFilesClosed
    {
        get
        {
            return _areFilesClosed;
        }

        set
        {
            _areFilesClosed = value;
            if (value)
            {
                ReleaseFiles();
            }
        }
    }

    /// <summary>Whether memories of the files' writers and readers live.</summary>
    public bool HoldsMemory => _urgent != null && (_urgent.HoldsMemory || _normal.HoldsMemory);

    /// <summary>Lets them go. They are made anew when they are needed: what is written begins a segment, what is half read is read again from the segment's beginning.</summary>
    public void ReleaseFiles()
    {
        if (HoldsMemory)
        {
            _urgent.Release();
            _normal.Release();
        }
    }

    private void PeekStored(OutboxLane lane, int from)
    {
        if (lane == null || _areFilesClosed || _nowMs < _filesFromMs)
        {
            return;
        }

        if (lane.HasSkipped && _nowMs >= _rewindAtMs)
        {
            lane.Rewind();
        }

        try
        {
            _peeked = lane.Peek();
            _peekedFrom = from;
        }
        catch (Exception)
        {
            Fail();
        }
    }

    // The most urgent in memory, the oldest of them, from a priority on.
    private void PeekMemory(int least)
    {
        lock (_gate)
        {
            int index = Find(true, false);
            if (index >= 0 && _messages[index].Priority >= least)
            {
                _peeked = _messages[index];
                _peekedFrom = FromMemory;
            }
        }
    }

    // Whether there may be more to store.
    private bool Store(int priority, OutboxLane lane)
    {
        int count = Gather(priority);
        if (count == 0)
        {
            return false;
        }

        if (!MakeRoom(priority, lane))
        {
            Drop(count, priority);
            return true;
        }

        // Made when it is needed: every few minutes while the hub is away.
        byte[] frame = new byte[OutboxFrame.HeadBytes + BodyFor(count)];
        int length = lane.Encode(frame, _batch, count, SegmentBytes);
        if (length == 0)
        {
            // Alone in a segment of its own one always fits.
            count = 1;
            frame = new byte[OutboxFrame.HeadBytes + OutboxFrame.MostBody];
            length = lane.Encode(frame, _batch, count, SegmentBytes);
        }

        lane.Append(frame, length, count);
        for (int index = 0; index < count; index++)
        {
            Remove(_batch[index]);
        }

        ForgetBatch();
        return count == MessagesPerFrame;
    }

    // An alarm needs no room for eight messages. What is told is hardly ever longer than what was to be told and its envelope.
    private int BodyFor(int count)
    {
        int bytes = 0;
        for (int index = 0; index < count; index++)
        {
            bytes += _batch[index].Payload.Length + MostEnvelope;
        }

        return bytes < OutboxFrame.MostBody ? bytes : OutboxFrame.MostBody;
    }

    // A message under way on a living connection is let be: its confirmation comes within seconds.
    private int Gather(int priority)
    {
        int count = 0;
        lock (_gate)
        {
            for (int index = 0; index < _count && count < MessagesPerFrame; index++)
            {
                TelemetryMessage message = _messages[index];
                if (message.Priority == priority && message != _peeked && message.Payload.Length <= OutboxFrame.MostPayload)
                {
                    _batch[count++] = message;
                }
            }
        }

        return count;
    }

    // Room for the longest frame there can be.
    private bool MakeRoom(int priority, OutboxLane lane)
    {
        while (_urgent.Blocks(BlockSize) + _normal.Blocks(BlockSize) + lane.BlocksToAdd(SegmentBytes, BlockSize) > _maximumBlocks)
        {
            OutboxLane victim = !_normal.IsEmpty ? _normal : priority == TelemetryMessage.Urgent ? _urgent : null;
            if (victim == null || victim.IsEmpty)
            {
                return false;
            }

            CountDropped(victim == _urgent ? TelemetryMessage.Urgent : TelemetryMessage.Normal, victim.DropOldest());
        }

        return true;
    }

    // What is stored or gone must not live on here.
    private void ForgetBatch()
    {
        for (int index = 0; index < MessagesPerFrame; index++)
        {
            _batch[index] = null;
        }
    }

    private void CountDropped(int priority, int count)
    {
        lock (_gate)
        {
            _dropped[priority] += count;
        }
    }

    private void Drop(int count, int priority)
    {
        for (int index = 0; index < count; index++)
        {
            Remove(_batch[index]);
        }

        ForgetBatch();
        CountDropped(priority, count);
    }

    private void Fail()
    {
        FileFailures++;
        _filesFromMs = _nowMs + FailureWaitMs;
    }

    // The oldest message of the highest or lowest priority there is; -1 where there is none.
    private int Find(bool highest, bool forDropping)
    {
        int found = -1;
        for (int index = 0; index < _count; index++)
        {
            if (forDropping && _messages[index] == _peeked)
            {
                continue;
            }

            int priority = _messages[index].Priority;
            if (found < 0 || (highest ? priority > _messages[found].Priority : priority < _messages[found].Priority))
            {
                found = index;
            }
        }

        return found;
    }

    private void Remove(TelemetryMessage message)
    {
        lock (_gate)
        {
            for (int index = 0; index < _count; index++)
            {
                if (_messages[index] == message)
                {
                    RemoveAt(index);
                    return;
                }
            }
        }
    }

    private void Rotate(TelemetryMessage message)
    {
        lock (_gate)
        {
            for (int index = 0; index < _count; index++)
            {
                if (_messages[index] == message)
                {
                    RemoveAt(index);
                    _messages[_count++] = message;
                    _bytes += message.Payload.Length;
                    return;
                }
            }
        }
    }

    private void RemoveAt(int index)
    {
        _bytes -= _messages[index].Payload.Length;
        _count--;
        for (; index < _count; index++)
        {
            _messages[index] = _messages[index + 1];
        }

        _messages[_count] = null;
    }
}
