using System.Threading.Tasks.Sources;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Mqtt;

namespace DeviceTwin.Hub.Gateway;

/// <summary>One packet that waits to be answered.</summary>
/// <param name="Receipt">What of it is on its way to the store.</param>
/// <param name="Patch">A reported PATCH that has been applied.</param>
/// <param name="AnswerAt">The timestamp before which a request is not answered, or <see cref="DeviceShaping.Refused"/>.</param>
/// <param name="Later">A twin request that is looked at when it is answered.</param>
internal readonly record struct Work(
    MqttPacket Packet, DeviceTopic Topic = default, CommitReceipt? Receipt = null, BegunPatch? Patch = null, bool Later = false, long ReceivedAt = 0, long AnswerAt = 0)
{
    public bool IsReady => Receipt is null || Receipt.IsDone;
}

/// <summary>
/// What one connection has to answer, in the order of arrival. The answering loop sleeps until the oldest can be answered: it is woken once per
/// commit, however many messages the commit holds. Bounded by <see cref="InFlight"/>.
/// </summary>
internal sealed class AnswerQueue : IAwaken, IValueTaskSource<bool>
{
    private const int KeptCapacity = 8;

    private readonly Lock gate = new();
    private ManualResetValueTaskSourceCore<bool> source;
    private Queue<Work> waiting = new();
    private bool asleep;
    private bool nudged;
    private bool completed;

    public void Add(in Work work)
    {
        lock (gate)
        {
            waiting.Enqueue(work);
            if (!asleep || !work.IsReady || waiting.Count > 1)
            {
                return;
            }

            asleep = false;
            source.RunContinuationsAsynchronously = true;
        }

        source.SetResult(true);
    }

    /// <summary>Has the loop look round: there is something else to send.</summary>
    /// <param name="here">It may do so on this thread before this returns.</param>
    public void Nudge(bool here = false)
    {
        lock (gate)
        {
            nudged = true;
        }

        Awaken(here);
    }

    /// <summary>Nothing more will be added.</summary>
    public void Complete()
    {
        lock (gate)
        {
            completed = true;
        }

        Awaken(here: false);
    }

    /// <inheritdoc/>
    public void Awaken(bool here)
    {
        bool more;
        lock (gate)
        {
            if (!asleep || !Stirs(out more))
            {
                return;
            }

            asleep = false;
            source.RunContinuationsAsynchronously = !here;
        }

        source.SetResult(more);
    }

    /// <summary>Takes the oldest if it can be answered now.</summary>
    public bool TryTake(out Work work)
    {
        lock (gate)
        {
            if (waiting.TryPeek(out work) && work.IsReady)
            {
                waiting.Dequeue();
                return true;
            }

            if (waiting.Count == 0 && waiting.Capacity > KeptCapacity)
            {
                // Thousands of connections are idle most of the time.
                waiting = new Queue<Work>();
            }

            work = default;
            return false;
        }
    }

    /// <summary>Waits for something to do. One loop only.</summary>
    /// <returns>False once there will never be anything again.</returns>
    public ValueTask<bool> Wait()
    {
        lock (gate)
        {
            if (Stirs(out bool more))
            {
                return new ValueTask<bool>(more);
            }

            source.Reset();
            asleep = true;
            return new ValueTask<bool>(this, source.Version);
        }
    }

    bool IValueTaskSource<bool>.GetResult(short token) => source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => source.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        source.OnCompleted(continuation, state, token, flags);

    /// <param name="more">Whether there is something to do.</param>
    private bool Stirs(out bool more)
    {
        more = nudged || (waiting.TryPeek(out Work oldest) && oldest.IsReady);
        nudged = false;
        return more || (completed && waiting.Count == 0);
    }
}
