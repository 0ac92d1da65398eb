using Microsoft.Playwright;

namespace DeviceTwin.Tests.EndToEnd.World;

/// <summary>A real browser, and the pages that are opened in it.</summary>
internal sealed class Browsers : IAsyncDisposable
{
    private const string Chromium = "/usr/bin/chromium";
    private const float Patience = 30_000;

    private readonly IPlaywright playwright;
    private readonly IBrowser browser;

    private Browsers(IPlaywright playwright, IBrowser browser) => (this.playwright, this.browser) = (playwright, browser);

    /// <summary>Opens the browser; ignores the test where none is installed.</summary>
    public static async Task<Browsers> Open()
    {
        if (!File.Exists(Chromium))
        {
            Assert.Ignore("Chromium is not installed: run tests/run, or `apt-get install chromium`.");
        }

        var playwright = await Playwright.CreateAsync();
        return new Browsers(playwright, await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Chromium,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
        }));
    }

    /// <summary>A page with cookies of its own.</summary>
    /// <param name="errors">Gets what its scripts fail with.</param>
    public async Task<IPage> NewPage(List<string> errors)
    {
        var page = await browser.NewPageAsync(new() { ViewportSize = new() { Width = 1440, Height = 900 } });
        page.PageError += (_, error) => errors.Add(error);
        page.SetDefaultTimeout(Patience);
        Assertions.SetDefaultExpectTimeout(Patience);
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
    }
}
