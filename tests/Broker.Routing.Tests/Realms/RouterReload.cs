using Broker.Peers;
using Broker.Uris;

namespace Broker.Realms;

/// <summary>A router gets other realms while the sessions of those that stay go on.</summary>
public sealed class RouterReload
{
    private readonly Router _router = new([new("com.one", new RealmOptions()), new("com.two", new RealmOptions())], new CountingIds());

    [Fact, Trait("wamp", "SES-08"), Trait("wamp", "ID-04")]
    public void Realms_are_added_and_those_that_stay_are_the_same()
    {
        var (one, two) = (Find("com.one"), Find("com.two"));
        var user = new RecordingPeer(one);
        _router.Reconfigure([new("com.one", new RealmOptions()), new("com.two", new RealmOptions()), new("com.three", new RealmOptions())]);
        Assert.Same(one, Find("com.one"));
        Assert.Same(two, Find("com.two"));
        Assert.Equal(3, _router.Realms.Count);
        Assert.NotEqual(user.Subscription("com.x"), new RecordingPeer(Find("com.three")).Subscription("com.x"));
        Assert.Null(user.Ending);
    }

    [Fact, Trait("wamp", "SES-31"), Trait("wamp", "TST-06")]
    public void The_sessions_of_a_realm_that_is_gone_are_told_that_it_is_closed()
    {
        var gone = Find("com.two");
        var (stays, first, second) = (new RecordingPeer(Find("com.one")), new RecordingPeer(gone), new RecordingPeer(gone));
        second.Subscription("com.x");
        first.Ask("wamp.session.add_testament", "[\"com.x\",[1],null]");
        _router.Reconfigure([new("com.one", new RealmOptions())]);
        Assert.Null(_router.FindRealm("com.two"u8));
        Assert.Equal((CloseUris.CloseRealm, "The realm is closed."), first.Ending);
        Assert.Equal((CloseUris.CloseRealm, "The realm is closed."), second.Ending);
        Assert.Null(stays.Ending);
        Assert.Equal((0, 0), (gone.SessionCount, gone.SubscriptionCount));

        var late = new RecordingPeer(gone); // had found the realm a moment before
        Assert.Equal(CloseUris.CloseRealm, late.Ending?.Reason);
        Assert.Equal(0, gone.SessionCount);

        _router.Reconfigure([new("com.one", new RealmOptions()), new("com.two", new RealmOptions())]);
        Assert.NotSame(gone, Find("com.two"));
        Assert.Null(new RecordingPeer(Find("com.two")).Ending);
    }

    [Fact, Trait("wamp", "AZN-02")]
    public void It_is_all_or_nothing()
    {
        var user = new RecordingPeer(Find("com.one"));
        user.Subscription("com.x");
        var exception = Assert.Throws<ArgumentException>(() => _router.Reconfigure(
            [new("com.one", Permit.Users()), new("com.three", new RealmOptions { Roles = [Permit.Role("user", Permit.Exact("a..b"))] })]));
        Assert.Equal("The realm 'com.three': The role 'user' has a rule for 'a..b', which is no valid URI for the match policy Exact.", exception.Message);
        Assert.Equal(
            "The realm 'com.one' is named twice.",
            Assert.Throws<ArgumentException>(() => _router.Reconfigure([new("com.one", Permit.Users()), new("com.one", new RealmOptions())])).Message);
        user.Subscription("com.y");
        Assert.NotNull(_router.FindRealm("com.two"u8));
        Assert.Null(_router.FindRealm("com.three"u8));
    }

    private Realm Find(string name) => _router.FindRealm(System.Text.Encoding.UTF8.GetBytes(name)) ?? throw new InvalidOperationException(name);
}
