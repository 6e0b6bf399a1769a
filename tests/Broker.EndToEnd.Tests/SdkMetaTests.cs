using System.Threading.Channels;
using Broker.Client;
using Broker.Client.Meta;
using Broker.Serialization;
using Broker.Uris;
using InvocationPolicy = Broker.Options.InvocationPolicy;

namespace Broker.EndToEnd;

/// <summary>The SDK's typed methods for the meta API, in a realm that nobody else uses, over every transport and serializer.</summary>
public sealed class SdkMetaTests(HostedRouter router) : IClassFixture<HostedRouter>
{
    [Theory]
    [Trait("wamp", "SME-03"), Trait("wamp", "SME-04"), Trait("wamp", "SME-05"), Trait("wamp", "SME-06")]
    [MemberData(nameof(SdkPeer.Wires), MemberType = typeof(SdkPeer))]
    public async Task Sessions(string transport, SerializerKind serializer)
    {
        await using var observer = await router.ConnectAsync(transport, serializer);
        var meta = observer.Meta.Sessions;
        var joined = Channel.CreateUnbounded<SessionDetails>();
        var left = Channel.CreateUnbounded<SessionLeft>();
        await meta.SubscribeJoinedAsync(session => joined.Writer.WriteAsync(session)).Soon();
        await meta.SubscribeLeftAsync(session => left.Writer.WriteAsync(session)).Soon();

        await using var other = await router.ConnectAsync(transport, serializer);
        var facts = other.Session;
        foreach (var details in (SessionDetails[])[await joined.Reader.NextAsync(), await meta.GetAsync(facts.Id).Soon()])
        {
            Assert.Equal(
                (facts.Id, facts.AuthId, facts.AuthRole, facts.AuthMethod, facts.AuthProvider),
                (details.Session, details.AuthId, details.AuthRole, details.AuthMethod, details.AuthProvider));
        }

        Assert.Equal((2, 2, 0), (await meta.CountAsync().Soon(), await meta.CountAsync(["anonymous"]).Soon(), await meta.CountAsync(["admin"]).Soon()));
        Assert.Equal([observer.Session.Id, facts.Id], (await meta.ListAsync().Soon()).ToHashSet());
        Assert.Empty(await meta.ListAsync(["admin"]).Soon());

        await other.LeaveAsync().Soon();
        Assert.Equal(new SessionLeft(facts.Id, facts.AuthId, facts.AuthRole), await left.Reader.NextAsync());
        Assert.Equal(ErrorUris.NoSuchSession, (await Assert.ThrowsAsync<WampException>(() => meta.GetAsync(facts.Id).Soon())).Uri);
    }

    [Theory]
    [Trait("wamp", "SME-10"), Trait("wamp", "SME-11"), Trait("wamp", "SME-12")]
    [MemberData(nameof(SdkPeer.Wires), MemberType = typeof(SdkPeer))]
    public async Task Killing(string transport, SerializerKind serializer)
    {
        await using var killer = await router.ConnectAsync(transport, serializer);
        var meta = killer.Meta.Sessions;

        await AssertKilledAsync("com.example.close.one", async (session, reason) =>
        {
            await meta.KillAsync(session.Id, reason, "Enough.").Soon();
            return new KilledSessions(1, [session.Id]);
        });
        await AssertKilledAsync("com.example.close.authid", (session, reason) => meta.KillByAuthIdAsync(session.AuthId!, reason, "Enough."));
        await AssertKilledAsync("com.example.close.authrole", (session, reason) => meta.KillByAuthRoleAsync(session.AuthRole!, reason, "Enough."));
        await AssertKilledAsync("com.example.close.all", (_, reason) => meta.KillAllAsync(reason, "Enough."));
        Assert.Equal([killer.Session.Id], await meta.ListAsync().Soon());
        Assert.Equal(ErrorUris.NoSuchSession, (await Assert.ThrowsAsync<WampException>(() => meta.KillAsync(killer.Session.Id).Soon())).Uri);

        async Task AssertKilledAsync(string reason, Func<WampSession, string, Task<KilledSessions>> kill)
        {
            await using var other = await router.ConnectAsync(transport, serializer);
            var killed = await kill(other.Session, reason).Soon();
            Assert.Equal((1, other.Session.Id), (killed.Count, killed.Ids?.Single() ?? other.Session.Id));
            Assert.Equal(new CloseReason(reason, "Enough.", CloseOrigin.Router), await other.Completion.Soon());
        }
    }

    [Theory]
    [Trait("wamp", "RME-02"), Trait("wamp", "RME-04"), Trait("wamp", "RME-05"), Trait("wamp", "RME-06")]
    [MemberData(nameof(SdkPeer.Wires), MemberType = typeof(SdkPeer))]
    public async Task Registrations(string transport, SerializerKind serializer)
    {
        await using var observer = await router.ConnectAsync(transport, serializer);
        await using var callee = await router.ConnectAsync(transport, serializer);
        var meta = observer.Meta.Registrations;
        var creations = Channel.CreateUnbounded<MetaCreated<RegistrationDetails>>();
        var (additions, removals, deletions) = (Changes(), Changes(), Changes()); // each subscription keeps its own order only
        await meta.SubscribeCreatedAsync(creation => creations.Writer.WriteAsync(creation)).Soon();
        await meta.SubscribeAddedAsync(change => additions.Writer.WriteAsync(change)).Soon();
        await meta.SubscribeRemovedAsync(change => removals.Writer.WriteAsync(change)).Soon();
        await meta.SubscribeDeletedAsync(change => deletions.Writer.WriteAsync(change)).Soon();
        var procedure = SharedRouter.NewUri();

        var registration = await callee.RegisterAsync(
            procedure + "..x", (_, _) => default, new RegisterOptions { Match = MatchPolicy.Wildcard, Invoke = InvocationPolicy.Last }).Soon();
        var id = registration.Id;
        var change = new MetaChange(callee.Session.Id, id);
        var created = await creations.Reader.NextAsync();
        Assert.Equal((callee.Session.Id, id), (created.Session, created.Details.Id));
        Assert.Equal(change, await additions.Reader.NextAsync());
        var details = await meta.GetAsync(id).Soon();
        Assert.Equal(created.Details, details);
        Assert.Equal((procedure + "..x", MatchPolicy.Wildcard, InvocationPolicy.Last), (details.Uri, details.Match, details.Invoke));
        Assert.NotNull(details.Created);
        var list = await meta.ListAsync().Soon();
        Assert.Equal(([], [], [id]), (list.Exact, list.Prefix, list.Wildcard), ByContent);
        Assert.Equal(id, await meta.LookupAsync(procedure + "..x", MatchPolicy.Wildcard).Soon());
        Assert.Null(await meta.LookupAsync(procedure + "..x").Soon());
        Assert.Equal(id, await meta.MatchAsync(procedure + ".a.x").Soon());
        Assert.Null(await meta.MatchAsync(procedure + ".a.y").Soon());
        Assert.Equal([callee.Session.Id], await meta.ListCalleesAsync(id).Soon());
        Assert.Equal(1, await meta.CountCalleesAsync(id).Soon());

        await registration.DisposeAsync();
        Assert.Equal(change, await removals.Reader.NextAsync());
        Assert.Equal(change, await deletions.Reader.NextAsync());
        Assert.Equal(ErrorUris.NoSuchRegistration, (await Assert.ThrowsAsync<WampException>(() => meta.GetAsync(id).Soon())).Uri);

        static Channel<MetaChange> Changes() => Channel.CreateUnbounded<MetaChange>();
    }

    [Theory]
    [Trait("wamp", "SBM-02"), Trait("wamp", "SBM-04")]
    [MemberData(nameof(SdkPeer.Wires), MemberType = typeof(SdkPeer))]
    public async Task Subscriptions(string transport, SerializerKind serializer)
    {
        await using var observer = await router.ConnectAsync(transport, serializer);
        await using var subscriber = await router.ConnectAsync(transport, serializer);
        var meta = observer.Meta.Subscriptions;
        var creations = Channel.CreateUnbounded<MetaCreated<SubscriptionDetails>>();
        var (additions, removals, deletions) = (Changes(), Changes(), Changes()); // each subscription keeps its own order only
        await meta.SubscribeCreatedAsync(creation => creations.Writer.WriteAsync(creation)).Soon();
        await meta.SubscribeAddedAsync(change => additions.Writer.WriteAsync(change)).Soon();
        await meta.SubscribeRemovedAsync(change => removals.Writer.WriteAsync(change)).Soon();
        await meta.SubscribeDeletedAsync(change => deletions.Writer.WriteAsync(change)).Soon();
        var topic = SharedRouter.NewUri();

        var subscription = await subscriber.SubscribeAsync(topic, _ => { }, SubscribeOptions.Prefix).Soon();
        var id = subscription.Id;
        var change = new MetaChange(subscriber.Session.Id, id);
        var created = await creations.Reader.NextAsync();
        Assert.Equal((subscriber.Session.Id, id), (created.Session, created.Details.Id));
        Assert.Equal(change, await additions.Reader.NextAsync());
        var details = await meta.GetAsync(id).Soon();
        Assert.Equal(created.Details, details);
        Assert.Equal((topic, MatchPolicy.Prefix), (details.Uri, details.Match));
        Assert.NotNull(details.Created);
        var list = await meta.ListAsync().Soon();
        Assert.Contains(id, list.Prefix);
        Assert.Equal(4, list.Exact.Count); // the observer's own
        Assert.Equal(id, await meta.LookupAsync(topic, MatchPolicy.Prefix).Soon());
        Assert.Null(await meta.LookupAsync(topic).Soon());
        Assert.Equal([id], await meta.MatchAsync(topic + ".any").Soon());
        Assert.Empty(await meta.MatchAsync(SharedRouter.NewUri()).Soon());
        Assert.Equal([subscriber.Session.Id], await meta.ListSubscribersAsync(id).Soon());
        Assert.Equal(1, await meta.CountSubscribersAsync(id).Soon());

        await subscription.DisposeAsync();
        Assert.Equal(change, await removals.Reader.NextAsync());
        Assert.Equal(change, await deletions.Reader.NextAsync());
        Assert.Equal(ErrorUris.NoSuchSubscription, (await Assert.ThrowsAsync<WampException>(() => meta.GetAsync(id).Soon())).Uri);

        static Channel<MetaChange> Changes() => Channel.CreateUnbounded<MetaChange>();
    }

    private static bool ByContent(
        (IReadOnlyList<long> Exact, IReadOnlyList<long> Prefix, IReadOnlyList<long> Wildcard) expected,
        (IReadOnlyList<long> Exact, IReadOnlyList<long> Prefix, IReadOnlyList<long> Wildcard) actual) =>
        expected.Exact.SequenceEqual(actual.Exact) && expected.Prefix.SequenceEqual(actual.Prefix) && expected.Wildcard.SequenceEqual(actual.Wildcard);
}
