using Broker.Hosting;
using Broker.Peers;
using Broker.Serialization;

namespace Broker.Attacks;

/// <summary>
/// A router and two sessions on it that behave, whom nothing that is done beside them may disturb: they publish to and call each other the
/// whole time, and every message, its order and its single answer are looked at (<see cref="WellBehavedPeer"/>).
/// </summary>
internal sealed class AttackedRouter : IAsyncDisposable
{
    /// <summary>As long as the two talk at least so often, nobody asks whether they are still there.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    private readonly WellBehavedPeer _b;
    private readonly WellBehavedPeer _c;

    private AttackedRouter(TestRouter router, WellBehavedPeer b, WellBehavedPeer c) => (Router, _b, _c) = (router, b, c);

    public TestRouter Router { get; }

    /// <summary>Why connections of attackers ended, one after the other.</summary>
    public IReadOnlyCollection<string> Endings => Router.Logs.Endings;

    public static async Task<AttackedRouter> StartAsync(
        PeerTransport transport = PeerTransport.WebSocket,
        Action<WampRouterOptions>? configure = null,
        Action<Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions>? serve = null)
    {
        var router = await TestRouter.StartAsync(configure, serve: serve);
        var b = await WellBehavedPeer.JoinAsync(router, transport, SerializerKind.Json, "b", "c", TestPeer.Limit);
        var c = await WellBehavedPeer.JoinAsync(router, transport, SerializerKind.Cbor, "c", "b", TestPeer.Limit);
        return new AttackedRouter(router, b, c);
    }

    /// <summary>Has the two publish and call, once each, and hear and answer it.</summary>
    public async Task PlayRoundAsync()
    {
        await Task.WhenAll(_b.BeginAsync(), _c.BeginAsync());
        await Task.WhenAll(_b.ListenAsync(_c.Rounds), _c.ListenAsync(_b.Rounds));
    }

    /// <summary>Plays rounds until the attack is over.</summary>
    public async Task DuringAsync(Task attack)
    {
        do
        {
            await PlayRoundAsync();
        }
        while (!attack.IsCompleted);
        await attack;
    }

    /// <summary>Plays rounds, and lets a second pass behind each, until the attack is over.</summary>
    public async Task WhileTimePassesAsync(Task attack)
    {
        while (!attack.IsCompleted)
        {
            await PlayRoundAsync();
            Router.Clock.Advance(Step);
        }

        await attack;
    }

    /// <summary>Plays rounds, and lets a second pass behind each.</summary>
    public async Task LetPassAsync(int seconds)
    {
        for (var i = 0; i < seconds; i++)
        {
            await PlayRoundAsync();
            Router.Clock.Advance(Step);
        }
    }

    /// <summary>
    /// Runs something that attackers do and holds what it leaves in memory, all of this process, their sockets included, against a bound.
    /// </summary>
    public async Task HoldsAsync(long bytes, Func<Task> attack)
    {
        await PlayRoundAsync();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await attack();
        await PlayRoundAsync();
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, bytes);
    }

    /// <summary>Waits until so many connections of attackers speak WAMP.</summary>
    public Task AttackersAsync(int count) => TestRouter.WaitUntilAsync(
        () => Router.Context.Connections.Count == count + 2, () => $"{Router.Context.Connections.Count - 2} attackers are connected, not {count}");

    /// <summary>The attackers are gone: nothing of them is left, and the two have got all that is theirs, once.</summary>
    public async Task EndAsync()
    {
        await AttackersAsync(0);
        await TestRouter.WaitUntilAsync(
            () => Router.Context.Admission.Count == 2, () => $"{Router.Context.Admission.Count} connections are still counted");
        await PlayRoundAsync();
        await Task.WhenAll(_b.EndAsync(), _c.EndAsync());
        Assert.Equal(
            (2, 1, 2), (Router.RealmState.SessionCount, Router.RealmState.SubscriptionCount, Router.RealmState.RegistrationCount));
        Assert.Equal(0, Router.Context.OutboundBudget.Held.Value);
    }

    public async ValueTask DisposeAsync()
    {
        await _b.DisposeAsync();
        await _c.DisposeAsync();
        await Router.DisposeAsync();
    }
}
