using System.Net.WebSockets;
using System.Text.Json;
using Broker.Client.Authentication;
using Broker.Client.Codecs;
using Broker.Serialization;

namespace Broker.Client;

/// <summary>Where a client connects and how it behaves. Immutable; one instance may serve many clients.</summary>
public sealed record WampClientOptions
{
    /// <summary>The router: <c>ws://</c> or <c>wss://</c> with a path for WebSocket, <c>tcp://host:port</c> for RawSocket.</summary>
    public required Uri Url { get; init; }

    /// <summary>The realm to join.</summary>
    public required string Realm { get; init; }

    /// <summary>
    /// How the client proves who it is: the methods that HELLO offers, best first, of which the router chooses one. Empty: it joins anonymously. Those that are
    /// there are in <c>Broker.Client.Authentication</c>; an application may bring its own.
    /// </summary>
    public IReadOnlyList<IWampClientAuthenticator> Authenticators { get; init; } = [];

    /// <summary>The role to ask for, which the router may refuse; null to take what it gives.</summary>
    public string? AuthRole { get; init; }

    /// <summary>The serializer. What router and other clients use does not matter: the router translates.</summary>
    public SerializerKind Serializer { get; init; } = SerializerKind.MessagePack;

    /// <summary>
    /// WebSocket: whether messages that leave at the same time share one WebSocket message, in both directions (subprotocols <c>wamp.2.*.batched</c>):
    /// cheaper where there are many short ones, and nothing waits for others to come. A router without batches is spoken to without. Off by default.
    /// Crossbar.io separates batched JSON in a way of its own: choose another serializer there.
    /// </summary>
    public bool Batched { get; init; }

    /// <summary>
    /// Contracts of the types that are sent and read: <c>new JsonSerializerOptions { TypeInfoResolver = AppJson.Default }</c> with a generated context.
    /// Null: numbers, booleans, texts, dates, octets and JSON nodes only.
    /// </summary>
    public JsonSerializerOptions? JsonOptions { get; init; }

    /// <summary>
    /// Codecs that pack arguments for peers who have the same, so that the router passes them on unread: end-to-end encryption, and
    /// payloads of gateways (WAMP specification, "Payload Passthru Mode"). The first of a scheme and cipher counts. None by default: then
    /// the client does not announce that it takes packed payloads, calls with them are not routed to it, and events with them are dropped
    /// (see <see cref="WampSubscription.Unreadable"/>).
    /// </summary>
    public IReadOnlyList<IPayloadCodec> PayloadCodecs { get; init; } = [];

    /// <summary>How long it may take until the transport is open. 5 s by default.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long it may take from HELLO to WELCOME, with what authenticators do in between. 10 s by default.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long the reply to a request may take, a call's included. 30 s by default; <see cref="Timeout.InfiniteTimeSpan"/> for no limit.
    /// </summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// For Crossbar.io, which counts <c>timeout</c> of CALL and INVOCATION in seconds, not in milliseconds, without announcing
    /// <c>call_timeout</c>: true has <see cref="CallOptions.Timeout"/> told in whole seconds, rounded up, whatever the router announces,
    /// and lets <see cref="RegisterOptions.ForwardTimeout"/> read them. Off by default.
    /// </summary>
    public bool TimeoutsInSeconds { get; init; }

    /// <summary>How long leaving and disposing may take before the transport is cut. 2 s by default.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>WebSocket: how often a silent connection is pinged. 20 s by default.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>WebSocket: how long the answer to a ping may take before the connection counts as lost. 10 s by default.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The longest message that is received, in bytes; the connection ends on a longer one. 16 MiB by default, which is the most that RawSocket can
    /// carry; RawSocket announces the power of two below.
    /// </summary>
    public int MaxMessageSize { get; init; } = 16 * 1024 * 1024;

    /// <summary>
    /// How many events may wait for the handler of one subscription, how many progressive results for their caller, and how many chunks of arguments
    /// for their procedure. 1,024 by default. When they are that many, the client stops reading from the
    /// connection until one has been taken, so that TCP slows the router down: replies to calls wait, too. Only while that handler itself waits
    /// for a reply of this client are events dropped instead, and counted in the next one's <see cref="WampEvent.Gap"/>; and while anybody waits for a
    /// reply, progressive results and chunks are taken beyond the limit.
    /// </summary>
    public int ReceiveBuffer { get; init; } = 1024;

    /// <summary>
    /// Told of every exception that a handler throws and that nobody else sees: all of event handlers, and of procedures those that their
    /// caller gets as <c>wamp.error.runtime_error</c>; and of events and calls whose payload cannot be unpacked, for which no handler is
    /// called. Called on the handler's thread. Null: they go to <see cref="System.Diagnostics.Trace"/>.
    /// </summary>
    public Action<HandlerFailure>? HandlerFailed { get; init; }

    /// <summary>
    /// Told when the router takes a subscription or a registration away. Called on the thread pool; the handle's own <c>Revoked</c> tells the same.
    /// Null: nobody is told.
    /// </summary>
    public Action<Revocation>? Revoked { get; init; }

    /// <summary>
    /// Whether callers get the message of an exception that a procedure throws and that is no <see cref="WampException"/>. Off by default: messages
    /// tell of the inside. For development.
    /// </summary>
    public bool SendExceptionMessages { get; init; }

    /// <summary>WebSocket: the last say on the options of the handshake: proxy, headers, cookies, certificates.</summary>
    public Action<ClientWebSocketOptions>? ConfigureWebSocket { get; init; }

    /// <summary>What <c>HELLO.Details.agent</c> says.</summary>
    public string Agent { get; init; } = "Broker.Client";

    /// <summary>The clock of all time limits.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}

/// <summary>An exception that a handler has thrown.</summary>
/// <param name="Uri">The topic subscribed to, or the procedure registered.</param>
/// <param name="Exception">What it threw.</param>
public sealed record HandlerFailure(string Uri, Exception Exception);

/// <summary>A subscription or registration that the router has taken away (WAMP specification, "Subscription Revocation", "Registration Revocation").</summary>
/// <param name="Uri">The topic subscribed to, or the procedure registered.</param>
/// <param name="Reason">Why, as a URI; null if the router does not say.</param>
public sealed record Revocation(string Uri, string? Reason);
