namespace Broker.EndToEnd;

/// <summary>The sample page in a real browser: samples/BrowserPage, driven by tests/foreign/browser.mjs.</summary>
[Trait("wamp", "WS-01")]
public sealed class BrowserPageTests(SharedRouter router)
{
    [Fact]
    public async Task The_sample_page_publishes_receives_and_calls_in_Chromium()
    {
        ForeignTools.RequireBrowser();
        await using var browser = ForeignPeer.StartScript("browser.mjs", ForeignTools.Browser, router.WebSocketUrl);

        var seen = await browser.CompleteAsync();

        Assert.Equal(["joined", "event", "result"], seen.Checks);
    }
}
