using System.Text;
using Broker.Authorization;
using Broker.Connections;
using Broker.Hosting;
using Broker.Limits;
using Broker.Messages;
using Broker.Options;
using Broker.Realms;
using Broker.Serialization;
using Broker.Tracing;
using Broker.Uris;

namespace Broker.Sessions;

/// <summary>
/// The session of one connection: which messages are legal now, and what opens and ends it. A connection can have several sessions, one after the other
/// (WS-07). Runs on the connection's read loop only.
/// </summary>
/// <param name="context">The router.</param>
/// <param name="serializer">The serializer of the connection.</param>
/// <param name="sink">Where messages to the peer go.</param>
/// <param name="maxMessageSize">The longest message that this connection takes.</param>
/// <param name="peerLimit">The longest message that the peer takes.</param>
/// <param name="peer">Who is at the other end.</param>
internal sealed partial class SessionState(
    RouterContext context, SerializerKind serializer, IMessageSink sink, int maxMessageSize, int peerLimit, PeerInfo peer)
{
    private Session? _session;
    private Throttle? _throttle;
    private Session? _rated; // whose rate that is
    private RateLimit? _rate;
    private TracedConnection? _trace;

    /// <summary>Who is at the other end.</summary>
    public PeerInfo Peer { get; } = peer;

    /// <summary>Where the session is.</summary>
    public SessionPhase Phase { get; private set; }

    /// <summary>Whether there is a session. Read by other threads, too.</summary>
    public bool IsEstablished => Phase == SessionPhase.Established;

    /// <summary>Whether there was a session that ended by the client's GOODBYE.</summary>
    public bool HasLeft { get; private set; }

    /// <summary>The id of the session, or of the one that is about to be; 0 for none.</summary>
    public long SessionId => _session?.Id ?? _joining?.Id ?? 0;

    /// <summary>The authid of the session, or of the one that is about to be; null for none.</summary>
    public string? AuthId => _session?.Identity.AuthId ?? _joining?.AuthId;

    /// <summary>Called when it is known who the peer is, before and after it has joined.</summary>
    public required Action IdentityChanged { get; init; }

    /// <summary>The trace of the connection; null, as nearly always, for none.</summary>
    public TracedConnection? Trace
    {
        get => Volatile.Read(ref _trace);
        set => Volatile.Write(ref _trace, value);
    }

    /// <summary>
    /// What holds the session to the rate that its role has at this moment, or null. What a peer still sends while it is to leave is not
    /// counted: it is passed over.
    /// </summary>
    public Throttle? Throttle
    {
        get
        {
            if (_session is { } session && (session != _rated || session.Rate != _rate))
            {
                (_rated, _rate) = (session, session.Rate);
                if (_rate is not null || _throttle is not null)
                {
                    (_throttle ??= new Throttle(context.Time)).Turn(_rate, session.Realm.Name, session.Identity.AuthRole);
                }
            }

            return Phase == SessionPhase.ShuttingDown ? null : _throttle;
        }
    }

    /// <summary>Takes one message. Returns the end of the connection if that is what follows.</summary>
    public Ending? Receive(ReadOnlySpan<byte> bytes)
    {
        var isRead = false;
        try
        {
            var message = MessageParser.Parse(serializer, bytes, context.Options.DecodeLimits);
            isRead = true;
            Traffic.Received(message.Type, bytes.Length);
            Trace?.Received(_session, message, bytes.Length);
            switch (Phase)
            {
                case SessionPhase.Established when message.Type
                    is not (MessageType.Goodbye or MessageType.Abort or MessageType.Authenticate):
                    Route(message, bytes);
                    return null;
                case SessionPhase.ShuttingDown:
                    return message.Type is MessageType.Goodbye or MessageType.Abort ? new Ending(DisconnectReason.Left) : null;
                default:
                    return ReceiveLifeCycle(message);
            }
        }
        catch (WampProtocolException violation)
        {
            if (!isRead)
            {
                Trace?.Misread(bytes.Length, violation.Message);
            }

            return Phase == SessionPhase.ShuttingDown ? new Ending(DisconnectReason.Left) : Ending.Of(violation);
        }
    }

    /// <summary>Ends the session in its realm, if there is one.</summary>
    public void Leave()
    {
        EndAttempt();
        (_held, _deciding) = (null, null); // nobody waits for the authorizer any more
        if (_joining is { } failed)
        {
            _joining = null;
            context.AuthIds.Leave(failed.Realm, failed.AuthId);
        }

        if (_session is not { } session)
        {
            return;
        }

        _session = null;
        Volatile.Write(ref _accepted, null);
        Phase = SessionPhase.Closed;
        context.AuthIds.Leave(session.Realm.Name, session.Identity.AuthId);
        Volatile.Write(ref _expires, long.MaxValue);
        ForgetRenewal();
        FlushBatch.Open(Peer.Id);
        try
        {
            session.Realm.Leave(session);
        }
        finally
        {
            FlushBatch.Flush();
        }

        Log.SessionLeft(context.Logger, Peer.ConnectionId, session.Id, session.Realm.Name);
    }

    /// <summary>Sends GOODBYE and waits, in <see cref="SessionPhase.ShuttingDown"/>, for the answer.</summary>
    public void SendGoodbye(Ending ending)
    {
        Send(new WampMessage { Type = MessageType.Goodbye, Dict = Details(ending.Text), Uri = Encoding.UTF8.GetBytes(ending.Uri ?? ending.Reason.Uri!) });
        Phase = SessionPhase.ShuttingDown;
    }

    /// <summary>Sends ABORT.</summary>
    public void SendAbort(Ending ending) => SendAbort(ending.Reason.Uri!, ending.Text);

    private Ending? ReceiveLifeCycle(scoped in WampMessage message)
    {
        switch (message.Type)
        {
            case MessageType.Hello when Phase == SessionPhase.Closed:
                return Hello(message);
            case MessageType.Authenticate when Phase == SessionPhase.Challenging || IsChallengedAgain:
                return Authenticate(message);
            case MessageType.Authenticate when Phase == SessionPhase.Established:
                throw new WampProtocolException("AUTHENTICATE came, and there was no CHALLENGE to answer.");
            case MessageType.Goodbye when Phase == SessionPhase.Established:
                // What the session held is gone before the client reads the answer (SES-36).
                Leave();
                HasLeft = true;
                Send(new WampMessage { Type = MessageType.Goodbye, Uri = "wamp.close.goodbye_and_out"u8 });
                return null;
            case MessageType.Abort:
                return new Ending(DisconnectReason.PeerAborted, Log.Printable(Encoding.UTF8.GetString(message.Uri)));
            default:
                if (message.IsExtension || (HasLeft && Phase == SessionPhase.Closed))
                {
                    return null; // behind GOODBYE: sent before the client saw the answer (RACE-13)
                }

                var expected = Phase == SessionPhase.Challenging ? "HELLO was answered by CHALLENGE, so AUTHENTICATE is next" : "the first message is HELLO";
                throw new WampProtocolException(
                    $"{message.Type.ToString().ToUpperInvariant()} came before the session was established: {expected}.");
        }
    }

    private Ending Refuse(string reason, string text)
    {
        SendAbort(reason, text);
        return new Ending(DisconnectReason.JoinRefused, text);
    }

    /// <summary>ABORT has three elements and no more: common clients refuse longer ones (SES-20).</summary>
    private void SendAbort(string reason, string? text) =>
        Send(new WampMessage { Type = MessageType.Abort, Dict = Details(text), Uri = Encoding.UTF8.GetBytes(reason) });

    private byte[] Details(string? text) => text is null ? [] : ValueEncoder.Encode(serializer, new CloseDetails { Message = text });

    private void Send(scoped in WampMessage message)
    {
        using var outbound = new OutboundMessage();
        outbound.Encode(serializer, message);
        lock (sink.Gate)
        {
            sink.Send(outbound, isDroppable: false);
        }
    }
}
