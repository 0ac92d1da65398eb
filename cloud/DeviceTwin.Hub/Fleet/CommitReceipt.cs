using System.Runtime.ExceptionServices;

namespace DeviceTwin.Hub.Fleet;

/// <summary>Somebody who is woken when something that is waited for may have come.</summary>
public interface IAwaken
{
    /// <summary>From any thread; must not block, and may come for nothing.</summary>
    /// <param name="here">What is to be done may be done on this thread before it returns.</param>
    void Awaken(bool here);
}

/// <summary>
/// What becomes of one message or patch on its way to the store. Whoever sent it is woken once per commit, not once per message, and nothing is made
/// for the waiting.
/// </summary>
public sealed class CommitReceipt
{
    private readonly Lock gate = new();
    private IAwaken? waiter;
    private List<IAwaken>? others;
    private bool released;
    private volatile bool done;

    /// <summary>Whether it is durable, or has failed.</summary>
    public bool IsDone => done;

    /// <summary>What went wrong; null where it is durable. Only once it is done.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Has somebody woken once it is done, at once where it was.</summary>
    public void Await(IAwaken who)
    {
        lock (gate)
        {
            if (!released)
            {
                if (waiter is null)
                {
                    waiter = who;
                }
                else
                {
                    (others ??= []).Add(who);
                }

                return;
            }
        }

        who.Awaken(here: false);
    }

    /// <summary>For who rather awaits; throws what went wrong. Giving up the wait does not take the change back.</summary>
    public async Task Durable(CancellationToken cancellation)
    {
        var woken = new AwakenedTask();
        Await(woken);
        await woken.Task.WaitAsync(cancellation).ConfigureAwait(false);
        if (Failure is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>Says what became of it.</summary>
    public void Settle(Exception? failure)
    {
        Failure = failure;
        done = true;
    }

    /// <summary>Wakes who waits.</summary>
    public void Release()
    {
        IAwaken? first;
        List<IAwaken>? rest;
        lock (gate)
        {
            released = true;
            (first, waiter) = (waiter, null);
            (rest, others) = (others, null);
        }

        first?.Awaken(here: true);
        rest?.ForEach(static who => who.Awaken(here: true));
    }

    private sealed class AwakenedTask : IAwaken
    {
        private readonly TaskCompletionSource woken = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Task => woken.Task;

        public void Awaken(bool here) => woken.TrySetResult();
    }
}
