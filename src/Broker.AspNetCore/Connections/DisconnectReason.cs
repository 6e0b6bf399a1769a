using Broker.Transports;
using Broker.Uris;
using Microsoft.Extensions.Logging;

namespace Broker.Connections;

/// <summary>Why a connection ended: one value of a closed table, which says what the peer is told and how it is logged and counted.</summary>
/// <param name="Tag">The name in metrics and logs; stable.</param>
/// <param name="Uri">The reason in ABORT or GOODBYE; null when the peer is told nothing in WAMP.</param>
/// <param name="IsGoodbye">Whether an established session is told by GOODBYE and not by ABORT.</param>
/// <param name="CloseCode">The close code of a WebSocket.</param>
/// <param name="Level">How it is logged.</param>
internal sealed record DisconnectReason(string Tag, string? Uri, bool IsGoodbye, ushort CloseCode, LogLevel Level)
{
    /// <summary>The peer closed the connection or left.</summary>
    public static readonly DisconnectReason PeerClosed = new("peer_closed", null, false, WebSocketCloseCode.NormalClosure, LogLevel.Debug);

    /// <summary>The connection broke.</summary>
    public static readonly DisconnectReason TransportLost = new("transport_lost", null, false, WebSocketCloseCode.GoingAway, LogLevel.Debug);

    /// <summary>The peer sent ABORT.</summary>
    public static readonly DisconnectReason PeerAborted = new("peer_aborted", null, false, WebSocketCloseCode.NormalClosure, LogLevel.Information);

    /// <summary>The peer broke WAMP.</summary>
    public static readonly DisconnectReason ProtocolViolation =
        new("protocol_violation", ErrorUris.ProtocolViolation, false, WebSocketCloseCode.ProtocolError, LogLevel.Information);

    /// <summary>A message holds lists and dicts that are nested deeper than the router takes.</summary>
    public static readonly DisconnectReason NestedTooDeep =
        new("nested_too_deep", ErrorUris.ProtocolViolation, false, WebSocketCloseCode.ProtocolError, LogLevel.Information);

    /// <summary>The peer broke the framing of its transport; a WebSocket's own close code tells it how.</summary>
    public static readonly DisconnectReason FramingViolation =
        new("framing_violation", ErrorUris.ProtocolViolation, false, WebSocketCloseCode.ProtocolError, LogLevel.Information);

    /// <summary>A message is longer than the router takes.</summary>
    public static readonly DisconnectReason MessageTooLong =
        new("message_too_long", ErrorUris.PayloadSizeExceeded, false, WebSocketCloseCode.MessageTooBig, LogLevel.Information);

    /// <summary>HELLO was refused.</summary>
    public static readonly DisconnectReason JoinRefused = new("join_refused", null, false, WebSocketCloseCode.NormalClosure, LogLevel.Information);

    /// <summary>The handshake was not complete in time.</summary>
    public static readonly DisconnectReason HandshakeTimeout =
        new("handshake_timeout", null, false, WebSocketCloseCode.PolicyViolation, LogLevel.Information);

    /// <summary>No HELLO came in time.</summary>
    public static readonly DisconnectReason HelloTimeout =
        new("hello_timeout", ErrorUris.ProtocolViolation, false, WebSocketCloseCode.PolicyViolation, LogLevel.Information);

    /// <summary>The client or an authenticator took too long to tell who the client is (AUT-08).</summary>
    public static readonly DisconnectReason AuthenticationTimeout =
        new("authentication_timeout", ErrorUris.AuthenticationFailed, false, WebSocketCloseCode.PolicyViolation, LogLevel.Information);

    /// <summary>The time for which the session was authenticated is over.</summary>
    public static readonly DisconnectReason AuthenticationExpired =
        new("authentication_expired", ErrorUris.AuthenticationRequired, true, WebSocketCloseCode.PolicyViolation, LogLevel.Information);

    /// <summary>Its user, or the way by which the session was authenticated, is none of the router's any more.</summary>
    public static readonly DisconnectReason AuthenticationRevoked =
        new("authentication_revoked", ErrorUris.AuthenticationRequired, true, WebSocketCloseCode.PolicyViolation, LogLevel.Information);

    /// <summary>After a session ended by GOODBYE, no other began on the same connection.</summary>
    public static readonly DisconnectReason Left = new("left", null, false, WebSocketCloseCode.NormalClosure, LogLevel.Debug);

    /// <summary>The peer answered neither to a ping nor in any other way.</summary>
    public static readonly DisconnectReason KeepAliveTimeout =
        new("keep_alive_timeout", ErrorUris.NetworkFailure, true, WebSocketCloseCode.PolicyViolation, LogLevel.Information);

    /// <summary>The peer reads so slowly that replies to it cannot be kept.</summary>
    public static readonly DisconnectReason SlowConsumer =
        new("slow_consumer", ErrorUris.NetworkFailure, true, WebSocketCloseCode.PolicyViolation, LogLevel.Warning);

    /// <summary>The router shuts down.</summary>
    public static readonly DisconnectReason SystemShutdown =
        new("system_shutdown", CloseUris.SystemShutdown, true, WebSocketCloseCode.GoingAway, LogLevel.Debug);

    /// <summary>A caller of <c>wamp.session.kill*</c> ended the session.</summary>
    public static readonly DisconnectReason Killed =
        new("killed", CloseUris.Killed, true, WebSocketCloseCode.NormalClosure, LogLevel.Information);

    /// <summary>A fault of the router itself.</summary>
    public static readonly DisconnectReason InternalError =
        new("internal_error", ErrorUris.NetworkFailure, true, WebSocketCloseCode.InternalError, LogLevel.Error);
}
