using DeviceTwin.Dashboard.Circuit;
using DeviceTwin.Dashboard.View;
using Microsoft.AspNetCore.Components;

namespace DeviceTwin.Dashboard.Pages;

/// <summary>
/// A page that follows the fleet: redrawn at most twice a second while things change, and every five seconds so that
/// "12 s ago" stays true. Nothing is subscribed while the page is only rendered to HTML.
/// </summary>
public abstract class LivePage : ComponentBase, IDisposable
{
    private static readonly TimeSpan ShortestPeriod = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ClockPeriod = TimeSpan.FromSeconds(5);
    private IDisposable? subscription;
    private UpdateGate? updates;
    private ITimer? clock;
    private bool reading;
    private bool readAgain;
    private bool left;

    [Inject]
    protected IFleetView Fleet { get; set; } = null!;

    [Inject]
    protected TimeProvider Time { get; set; } = null!;

    [Inject]
    protected IPageCaller Caller { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    protected DateTimeOffset Now => Time.GetUtcNow();

    /// <summary>Whether a change of this device concerns the page.</summary>
    protected virtual bool Shows(string deviceId) => true;

    /// <summary>Reads what the page shows from the fleet.</summary>
    protected abstract void Read();

    /// <summary>Reads what may have to wait. One read at a time: what changes meanwhile is read afterwards, once.</summary>
    protected virtual Task ReadSlowly() => Task.CompletedTask;

    /// <inheritdoc/>
    protected override void OnParametersSet() => Read();

    /// <inheritdoc/>
    protected override Task OnParametersSetAsync() => ReadSlowly();

    /// <inheritdoc/>
    protected override void OnAfterRender(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }

        updates = new UpdateGate(Time, ShortestPeriod, Redraw);
        clock = Time.CreateTimer(_ => updates.Changed(), null, ClockPeriod, ClockPeriod);
        subscription = Follow(updates.Changed);

        // What changed between the first rendering and the subscription would otherwise be shown with the next change only.
        updates.Changed();
    }

    /// <inheritdoc/>
    public virtual void Dispose()
    {
        left = true;
        subscription?.Dispose();
        clock?.Dispose();
        updates?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Has what changes on the page told.</summary>
    protected virtual IDisposable Follow(Action changed) => Fleet.Subscribe(deviceId =>
    {
        if (Shows(deviceId))
        {
            changed();
        }
    });

    private void Redraw() => _ = InvokeAsync(async () =>
    {
        if (left)
        {
            return;
        }

        if (!Caller.May(PageRole.Viewer))
        {
            // The session has ended while the page was open: nothing more is shown to whoever sits there.
            Navigation.NavigateTo("sign-in", forceLoad: true);
            return;
        }

        if (reading)
        {
            readAgain = true;
            return;
        }

        reading = true;
        try
        {
            do
            {
                readAgain = false;
                Read();
                await ReadSlowly();
                if (!left)
                {
                    StateHasChanged();
                }
            }
            while (readAgain && !left);
        }
        finally
        {
            reading = false;
        }
    });
}
