using System.Globalization;
using System.Text;
using Broker.Tracing;
using Microsoft.Extensions.Logging;

namespace Broker.Hosting;

/// <summary>All that the router logs. Event ids are API.</summary>
internal static partial class Log
{
    private const int MaxText = 300;

    /// <summary>
    /// Text of a peer for the log: cut to a length, and without what could forge lines, steer a terminal or have it show something else than what is there: control and
    /// format characters (those that turn the direction of the text are among them), other line ends, halves of characters.
    /// </summary>
    public static string Printable(string? text) => Printable(text, MaxText);

    /// <summary>The same, cut to another length.</summary>
    public static string Printable(string? text, int most)
    {
        if (text is null)
        {
            return "";
        }

        var printable = new StringBuilder();
        foreach (var rune in (text.Length <= most ? text : text[..most] + "...").EnumerateRunes()) // half a character becomes U+FFFD
        {
            printable.Append(IsPrintable(rune) ? rune.ToString() : "?");
        }

        return printable.ToString();
    }

    private static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune)
        is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    [LoggerMessage(1, LogLevel.Debug, "Session {SessionId} joined realm {Realm} from {Address} (connection {ConnectionId}, agent {Agent}).")]
    public static partial void SessionJoined(ILogger logger, string connectionId, string address, long sessionId, string realm, string agent);

    [LoggerMessage(2, LogLevel.Debug, "Session {SessionId} left realm {Realm} (connection {ConnectionId}).")]
    public static partial void SessionLeft(ILogger logger, string connectionId, long sessionId, string realm);

    [LoggerMessage(EventId = 3, Message = "Connection {ConnectionId} from {Address} ended: {Reason}. {Text}")]
    public static partial void ConnectionEnded(ILogger logger, LogLevel level, string connectionId, string address, string reason, string text);

    [LoggerMessage(4, LogLevel.Error, "Connection {ConnectionId}, session {SessionId}, ended by a fault of the router.")]
    public static partial void ConnectionFailed(ILogger logger, Exception exception, string connectionId, long sessionId);

    [LoggerMessage(13, LogLevel.Error, "What waited for connection {Number} could not be sent by a fault of the router.")]
    public static partial void FlushFailed(ILogger logger, Exception exception, long number);

    [LoggerMessage(5, LogLevel.Debug, "Connection {ConnectionId} was closed by the peer while the router waited for it to read the reason of the end.")]
    public static partial void LingerEnded(ILogger logger, Exception exception, string connectionId);

    [LoggerMessage(6, LogLevel.Information, "Connection {ConnectionId} from {Address} was refused: {Text}")]
    public static partial void ConnectionRefused(ILogger logger, string connectionId, string address, string text);

    [LoggerMessage(9, LogLevel.Error, "Authentication of connection {ConnectionId} from {Address} by {Method} failed.")]
    public static partial void AuthenticationFailed(ILogger logger, Exception exception, string connectionId, string address, string method);

    [LoggerMessage(10, LogLevel.Warning, "Authentication of connection {ConnectionId} from {Address} by {Method} did not come to an end within {Seconds} s.")]
    public static partial void AuthenticationTooSlow(ILogger logger, string connectionId, string address, string method, double seconds);

    [LoggerMessage(12, LogLevel.Error, "The authorizer {Procedure} of realm {Realm} gave no answer: nothing is allowed.")]
    public static partial void AuthorizerFailed(ILogger logger, Exception exception, string procedure, string realm);

    [LoggerMessage(7, LogLevel.Information, "The router drains {Count} connections.")]
    public static partial void Draining(ILogger logger, int count);

    [LoggerMessage(8, LogLevel.Warning, "{Count} connections did not end in time and are cut.")]
    public static partial void DrainTimedOut(ILogger logger, int count);

    [LoggerMessage(14, LogLevel.Information, "The messages of {Subject} {Name} are traced: {Count} of them, for {Seconds} s at the most.")]
    public static partial void TraceStarted(ILogger logger, TraceSubject subject, string name, int count, double seconds);

    [LoggerMessage(15, LogLevel.Information, "The trace of {Subject} {Name} has ended: {Reason}.")]
    public static partial void TraceEnded(ILogger logger, TraceSubject subject, string name, string reason);

    [LoggerMessage(
        16,
        LogLevel.Information,
        "{Direction} {Type}, request {RequestId}, URI '{Uri}', subscription or registration {Subject}, {Length} bytes (connection {ConnectionId}, session {SessionId}) {Payload}")]
    public static partial void Traced(
        ILogger logger, string direction, string type, long requestId, string uri, long subject, int length, string connectionId, long sessionId, string payload);

    [LoggerMessage(11, LogLevel.Error, "What a timer ran failed by a fault of the router. Nothing ended for it.")]
    public static partial void TimerFailed(ILogger logger, Exception exception);
}
