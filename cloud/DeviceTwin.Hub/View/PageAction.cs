using DeviceTwin.Dashboard.View;

namespace DeviceTwin.Hub.View;

/// <summary>What somebody does on a page: done, or refused with the sentence that REST would answer.</summary>
internal static class PageAction
{
    public static async Task<ActionOutcome> Take(Func<Task> action)
    {
        try
        {
            await action();
            return ActionOutcome.Done;
        }
        catch (HubException refusal)
        {
            return new ActionOutcome(refusal.Message);
        }
    }
}
