namespace Broker.EndToEnd;

/// <summary>What both foreign libraries are put through in one session, and what they must have seen.</summary>
internal static class AutobahnAllRoles
{
    public static async Task PlayAsync(string language, string url, string serializer)
    {
        await using var peer = ForeignPeer.Start(language, url, serializer, "all-roles", SharedRouter.NewUri());

        var seen = await peer.CompleteAsync();

        Assert.Equal($"wamp.2.{serializer}", seen.Protocol);
        Assert.Equal(["SUBSCRIBED", "PUBLISHED", "UNSUBSCRIBED", "REGISTERED", "UNREGISTERED"], seen.Checks);
        Assert.Single(seen.All("event"));
        Assert.Single(seen.All("result"));
        Assert.Equal(
            [
                "com.example.error.refused", "wamp.error.procedure_already_exists", "wamp.error.no_such_procedure",
                "wamp.error.no_such_procedure",
            ],
            seen.ErrorUris);
        Assert.Equal("wamp.close.goodbye_and_out", seen.GoodbyeReason);
    }

    public static async Task LeaveAsync(string language, string url, string serializer)
    {
        await using var peer = ForeignPeer.Start(language, url, serializer, "leave");

        var seen = await peer.CompleteAsync();

        Assert.Equal("wamp.close.goodbye_and_out", seen.GoodbyeReason);
    }
}
