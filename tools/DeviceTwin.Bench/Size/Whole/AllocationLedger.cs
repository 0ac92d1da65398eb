using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DeviceTwin.Bench.Size.Whole;

/// <summary>
/// What the instrumented firmware allocates, in bytes of the device, and how much of it lives at most. Firmware reports each object here when it is made;
/// whether one still lives is what the garbage collector of .NET says. The collector is asked when the sum of what lived last and of what came since would pass
/// the peak by <see cref="Slack"/>: the peak is never more than that too low.
/// </summary>
public sealed class AllocationLedger
{
    /// <summary>How much the peak may be too low, in bytes.</summary>
    public const long Slack = 256;

    // No call stack of the firmware is longer: below it nobody looks how long it is.
    private const int LongestStack = 6000;

    // CLR_RT_StackFrame up to its slots in whole heap blocks, the slots that each frame has beside those of the method, and the fewest of all.
    private const int FrameBytes = 7 * HeapModel.DeviceBlockBytes;
    private const int FrameMoreSlots = 3;
    private const int FrameLeastSlots = 10;

    private readonly HeapModel _model = new(belongs: NodeParcel.Belongs);
    private readonly ConditionalWeakTable<object, object> _known = [];
    private readonly List<(GCHandle Handle, int Bytes)> _living = [];
    private readonly object _mark = new();
    private long _estimate;
    private long _most;

    /// <summary>The ledger that is open, or null. The measured program has one thread.</summary>
    public static AllocationLedger? Open { get; set; }

    /// <summary>Bytes allocated since <see cref="Begin"/>.</summary>
    public long Allocated { get; private set; }

    /// <summary>Bytes alive at the moment since <see cref="Begin"/> when they and the call stack were most.</summary>
    public long Peak { get; private set; }

    /// <summary>Bytes of the call stack at that moment; 0 where nothing was allocated.</summary>
    public long Stack { get; private set; }

    /// <summary>Bytes of what is counted elsewhere and must not be counted here; nothing where null.</summary>
    public Func<long>? Elsewhere { get; set; }

    /// <summary>Called by instrumented code with what <c>newobj</c>, <c>newarr</c>, <c>box</c> or a call gave.</summary>
    public static void Note(object? one)
    {
        if (one is not null)
        {
            Open?.Add(one);
        }
    }

    /// <summary>Called by instrumented code for what lives for a moment only: the reference of a string literal, a structure.</summary>
    public static void NoteShort(int bytes)
    {
        if (Open is { } ledger)
        {
            ledger.Allocated += bytes;
        }
    }

    /// <summary>Begins to measure an operation.</summary>
    /// <returns>Bytes alive.</returns>
    public long Begin()
    {
        Allocated = 0;
        Stack = 0;
        Peak = Alive();
        _most = Peak;
        return Peak;
    }

    /// <summary>Whether more than a number of bytes may be alive. Cheap.</summary>
    public bool MayBeAbove(long bytes) => _estimate > bytes;

    /// <summary>Bytes of reported objects that live, without those counted elsewhere.</summary>
    public long Alive()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, true);
        long bytes = 0;
        int kept = 0;
        for (int index = 0; index < _living.Count; index++)
        {
            (GCHandle handle, int size) = _living[index];
            if (handle.Target is null)
            {
                handle.Free();
            }
            else
            {
                bytes += size;
                _living[kept++] = _living[index];
            }
        }

        _living.RemoveRange(kept, _living.Count - kept);
        bytes -= Elsewhere?.Invoke() ?? 0;
        _estimate = bytes;
        return bytes;
    }

    private void Add(object one)
    {
        if (!Enter(one))
        {
            return;
        }

        // What comes from outside brings its parts along.
        foreach (object part in _model.PartsOf(one))
        {
            if (part is not string text || !HeapModel.IsLiteral(text))
            {
                Add(part);
            }
        }

        if (_estimate + LongestStack <= _most + Slack)
        {
            return;
        }

        long stack = StackBytes();
        if (_estimate + stack > _most + Slack)
        {
            long alive = Alive();
            if (alive + stack > _most)
            {
                _most = alive + stack;
                Peak = alive;
                Stack = stack;
            }
        }
    }

    private bool Enter(object one)
    {
        if ((one is string text && HeapModel.IsLiteral(text)) || !NodeParcel.Counts(one) || !_known.TryAdd(one, _mark))
        {
            return false;
        }

        int bytes = (int)_model.Bytes(one);
        _living.Add((GCHandle.Alloc(one, GCHandleType.Weak), bytes));
        Allocated += bytes;
        _estimate += bytes;
        return true;
    }

    private static long StackBytes()
    {
        long bytes = 0;
        foreach (StackFrame frame in new StackTrace(false).GetFrames())
        {
            if (frame.GetMethod() is { DeclaringType: { } type } method && NodeParcel.Belongs(type) && method.GetMethodBody() is { } body)
            {
                bytes += FrameBytes + (HeapModel.DeviceBlockBytes * Math.Max(FrameLeastSlots, body.LocalVariables.Count + body.MaxStackSize + FrameMoreSlots));
            }
        }

        return bytes;
    }
}
