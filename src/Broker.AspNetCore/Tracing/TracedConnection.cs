using System.Text;
using Broker.Connections;
using Broker.Hosting;
using Broker.Messages;
using Broker.Serialization;
using Broker.Sessions;

namespace Broker.Tracing;

/// <summary>
/// A connection in a trace: writes a line for each message. What proves who somebody is stays out of it: of CHALLENGE, AUTHENTICATE and WELCOME nothing is told but that they
/// came, of HELLO the realm, of no message its Options or Details, of the router's own questions to authenticators and authorizers no payload, and none of an answer that comes
/// when nobody waits for it any more: it may be one to such a question. Thread-safe.
/// </summary>
/// <param name="traces">All traces.</param>
/// <param name="trace">The one that it is in.</param>
/// <param name="connection">The connection.</param>
/// <param name="serializer">Its serializer.</param>
internal sealed class TracedConnection(Traces traces, WireTrace trace, WampConnection connection, SerializerKind serializer)
{
    /// <summary>The trace.</summary>
    public WireTrace Trace { get; } = trace;

    /// <summary>A message came.</summary>
    public void Received(Session? session, scoped in WampMessage message, int length)
    {
        var isAnswer = message.Type is MessageType.Yield or MessageType.Error;
        Tell("received", message, length, isConfidential: isAnswer && session?.IsAskedBySession(message.RequestId) != true);
    }

    /// <summary>Something came that is no message: the session ends for it.</summary>
    public void Misread(int length, string reason)
    {
        if (Trace.TryTake())
        {
            Log.Traced(traces.Logger, "received", "unknown", 0, "", 0, length, connection.ConnectionId, connection.SessionId, Log.Printable(reason));
        }

        EndIfUsedUp();
    }

    /// <summary>A message was queued. Events can be dropped afterwards.</summary>
    public void Sent(OutboundMessage message)
    {
        var limits = new DecodeLimits(DecodeLimits.DepthCeiling, Uris.UriRules.Ceiling);
        Tell("sent", MessageParser.Parse(serializer, message.Bytes, limits), message.Bytes.Length, message.IsConfidential);
    }

    private void Tell(string direction, scoped in WampMessage message, int length, bool isConfidential)
    {
        if (Trace.TryTake())
        {
            var uri = Log.Printable(Encoding.UTF8.GetString(message.Uri));
            var subject = message.SubscriptionId != 0 ? message.SubscriptionId : message.RegistrationId;
            var sessionId = message.SessionId != 0 ? message.SessionId : connection.SessionId;
            var type = message.IsExtension ? "extension" : message.Type.ToString().ToUpperInvariant();
            var payload = isConfidential ? "(not shown)" : Text(message.Payload);
            Log.Traced(traces.Logger, direction, type, message.RequestId, uri, subject, length, connection.ConnectionId, sessionId, payload);
        }

        EndIfUsedUp();
    }

    private void EndIfUsedUp()
    {
        if (Trace.IsUsedUp)
        {
            traces.EndThoseOver();
        }
    }

    /// <summary>The arguments as JSON, cut to the length asked for.</summary>
    private string Text(Payload payload)
    {
        var most = Trace.Options.PayloadBytes;
        if (most == 0 || payload.Count == 0)
        {
            return "";
        }

        using var json = new ByteBuffer();
        var text = Transcoder.TryTranscode(serializer, payload.Elements, payload.Count, SerializerKind.Json, json)
            ? Encoding.UTF8.GetString(json.Written[..Math.Min(most, json.Written.Length)])
            : "(cannot be told as JSON)";
        return Log.Printable(json.Written.Length > most ? text + "..." : text, int.MaxValue);
    }
}
