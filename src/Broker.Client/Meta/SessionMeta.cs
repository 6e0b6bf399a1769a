namespace Broker.Client.Meta;

/// <summary>The sessions of the realm (WAMP specification, "Session Meta API" and "Session Testament"). Thread-safe.</summary>
public sealed class SessionMeta
{
    private readonly WampClient _client;

    internal SessionMeta(WampClient client) => _client = client;

    /// <summary>How many sessions there are (<c>wamp.session.count</c>).</summary>
    /// <param name="authRoles">Only those of these roles; null: all.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="WampException">The router refused, or has no such API.</exception>
    public async Task<long> CountAsync(IEnumerable<string>? authRoles = null, CancellationToken cancellationToken = default) =>
        await _client.CallAsync<long>("wamp.session.count", Filter(authRoles), cancellationToken: cancellationToken).ConfigureAwait(false);

    /// <summary>The ids of the sessions (<c>wamp.session.list</c>).</summary>
    /// <inheritdoc cref="CountAsync"/>
    public async Task<IReadOnlyList<long>> ListAsync(IEnumerable<string>? authRoles = null, CancellationToken cancellationToken = default)
    {
        var result = await _client.CallAsync("wamp.session.list", Filter(authRoles), cancellationToken: cancellationToken).ConfigureAwait(false);
        return MetaValues.Ids(result.Arguments, 0);
    }

    /// <summary>A session (<c>wamp.session.get</c>).</summary>
    /// <exception cref="WampException">There is no such session (<c>wamp.error.no_such_session</c>); the router refused, or has no such API.</exception>
    public async Task<SessionDetails> GetAsync(long session, CancellationToken cancellationToken = default)
    {
        var result = await _client.CallAsync("wamp.session.get", [session], cancellationToken: cancellationToken).ConfigureAwait(false);
        return MetaValues.Session(result.Arguments.DictAt(0));
    }

    /// <summary>Ends a session: it gets GOODBYE (<c>wamp.session.kill</c>).</summary>
    /// <param name="session">The session; not this one.</param>
    /// <param name="reason">GOODBYE.Reason, a URI; null: the router's.</param>
    /// <param name="message">One sentence for a person; null: none.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="WampException">There is no such session (<c>wamp.error.no_such_session</c>); the router refused, or has no such API.</exception>
    public Task KillAsync(long session, string? reason = null, string? message = null, CancellationToken cancellationToken = default) =>
        _client.CallAsync("wamp.session.kill", WithReason([session], reason, message), cancellationToken: cancellationToken);

    /// <summary>Ends all other sessions of an authid (<c>wamp.session.kill_by_authid</c>).</summary>
    /// <inheritdoc cref="KillAllAsync"/>
    public Task<KilledSessions> KillByAuthIdAsync(
        string authId, string? reason = null, string? message = null, CancellationToken cancellationToken = default) =>
        KillSeveralAsync("wamp.session.kill_by_authid", WithReason([authId], reason, message), cancellationToken);

    /// <summary>Ends all other sessions of an authrole (<c>wamp.session.kill_by_authrole</c>).</summary>
    /// <inheritdoc cref="KillAllAsync"/>
    public Task<KilledSessions> KillByAuthRoleAsync(
        string authRole, string? reason = null, string? message = null, CancellationToken cancellationToken = default) =>
        KillSeveralAsync("wamp.session.kill_by_authrole", WithReason([authRole], reason, message), cancellationToken);

    /// <summary>Ends all other sessions of the realm (<c>wamp.session.kill_all</c>).</summary>
    /// <exception cref="WampException">The router refused, or has no such API.</exception>
    public Task<KilledSessions> KillAllAsync(string? reason = null, string? message = null, CancellationToken cancellationToken = default) =>
        KillSeveralAsync("wamp.session.kill_all", WithReason([], reason, message), cancellationToken);

    /// <summary>
    /// Has the router publish an event when this session has ended, however it ends (<c>wamp.session.add_testament</c>). Several are
    /// published in the order in which they were added.
    /// </summary>
    /// <param name="topic">The topic.</param>
    /// <param name="arguments">The event's arguments: <c>[21.5, "C"]</c>.</param>
    /// <param name="options">How it is published; null for the defaults.</param>
    /// <param name="scope">Which end counts.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="WampException">The router refused, lacks a feature asked for, or has no such API.</exception>
    public async Task AddTestamentAsync(
        string topic,
        WampArguments? arguments = null,
        PublishOptions? options = null,
        TestamentScope scope = TestamentScope.Destroyed,
        CancellationToken cancellationToken = default)
    {
        var testament = WithScope(_client.Testament(topic, arguments, options ?? PublishOptions.Default), scope);
        await _client.CallAsync("wamp.session.add_testament", testament, cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Withdraws the testaments of this session in one scope (<c>wamp.session.flush_testaments</c>).</summary>
    /// <exception cref="WampException">The router refused, or has no such API.</exception>
    public Task FlushTestamentsAsync(TestamentScope scope = TestamentScope.Destroyed, CancellationToken cancellationToken = default) =>
        _client.CallAsync("wamp.session.flush_testaments", WithScope([], scope), cancellationToken: cancellationToken);

    /// <summary>Subscribes to sessions that join (<c>wamp.session.on_join</c>).</summary>
    /// <param name="handler">As with <see cref="WampClient.SubscribeAsync(string, Func{WampEvent, ValueTask}, SubscribeOptions, CancellationToken)"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="WampException">The router refused.</exception>
    public Task<WampSubscription> SubscribeJoinedAsync(Func<SessionDetails, ValueTask> handler, CancellationToken cancellationToken = default) =>
        _client.SubscribeAsync("wamp.session.on_join", published => handler(Joined(published)), cancellationToken: cancellationToken);

    /// <inheritdoc cref="SubscribeJoinedAsync(Func{SessionDetails, ValueTask}, CancellationToken)"/>
    public Task<WampSubscription> SubscribeJoinedAsync(Action<SessionDetails> handler, CancellationToken cancellationToken = default) =>
        _client.SubscribeAsync("wamp.session.on_join", published => handler(Joined(published)), cancellationToken: cancellationToken);

    /// <summary>Subscribes to sessions that leave (<c>wamp.session.on_leave</c>).</summary>
    /// <inheritdoc cref="SubscribeJoinedAsync(Func{SessionDetails, ValueTask}, CancellationToken)"/>
    public Task<WampSubscription> SubscribeLeftAsync(Func<SessionLeft, ValueTask> handler, CancellationToken cancellationToken = default) =>
        _client.SubscribeAsync("wamp.session.on_leave", published => handler(Left(published)), cancellationToken: cancellationToken);

    /// <inheritdoc cref="SubscribeLeftAsync(Func{SessionLeft, ValueTask}, CancellationToken)"/>
    public Task<WampSubscription> SubscribeLeftAsync(Action<SessionLeft> handler, CancellationToken cancellationToken = default) =>
        _client.SubscribeAsync("wamp.session.on_leave", published => handler(Left(published)), cancellationToken: cancellationToken);

    /// <summary>Some routers put the details into the keyword arguments.</summary>
    private static SessionDetails Joined(WampEvent published) =>
        MetaValues.Session(published.Arguments.IsNullOrMissing(0) ? published.ArgumentsKw : published.Arguments.DictAt(0));

    /// <summary>Some routers send the session id only (SME-04).</summary>
    private static SessionLeft Left(WampEvent published)
    {
        var values = published.Arguments;
        return new SessionLeft(values.Get<long>(0), Text(1), Text(2));

        string? Text(int index) => values.IsNullOrMissing(index) ? null : values.Get<string>(index);
    }

    private static WampArguments? Filter(IEnumerable<string>? authRoles) => authRoles is null ? null : new WampArguments().Add(authRoles.ToArray());

    private static WampArguments WithScope(WampArguments arguments, TestamentScope scope) =>
        scope == TestamentScope.Destroyed ? arguments : arguments.Add("scope", "detached");

    private static WampArguments WithReason(WampArguments arguments, string? reason, string? message)
    {
        if (reason is not null)
        {
            arguments.Add("reason", reason);
        }

        return message is null ? arguments : arguments.Add("message", message);
    }

    private async Task<KilledSessions> KillSeveralAsync(string procedure, WampArguments arguments, CancellationToken cancellationToken) =>
        MetaValues.Killed(await _client.CallAsync(procedure, arguments, cancellationToken: cancellationToken).ConfigureAwait(false));
}
