using System.Text;
using System.Text.Json;
using Broker.Messages;
using Broker.Options;
using Broker.PubSub;
using Broker.Realms;
using Broker.Serialization;
using Broker.Sessions;

namespace Broker.Peers;

/// <summary>
/// A client without a transport: what it sends is encoded, parsed and routed as bytes from a wire would be, what it gets is kept. Options and payloads are
/// given as JSON text, payloads as the elements behind the URI: <c>["a"],{"k":1}</c>.
/// </summary>
internal sealed class RecordingPeer : IMessageSink
{
    private readonly List<byte[]> _received = [];
    private readonly Realm _realm;
    private long _lastRequestId;
    private long _missed;
    private int _read;

    public RecordingPeer(Realm realm, SerializerKind serializer = SerializerKind.Json, RoleSet? roles = null, string authId = "joe", string authRole = "user")
    {
        _realm = realm;
        Serializer = serializer;
        Session = realm.Join(
            serializer,
            new HelloDetails { Roles = roles ?? new RoleSet { Publisher = Features.None, Subscriber = Features.None, Caller = Features.None, Callee = Features.None } },
            new SessionIdentity(authId, authRole, "anonymous", "static"),
            new WelcomeDetails { Roles = Realm.Roles },
            this);
        Assert.Equal(MessageType.Welcome, Next().Type);
    }

    public Lock Gate { get; } = new();

    public SerializerKind Serializer { get; }

    public Session Session { get; }

    /// <summary>Whether EVENTs and INVOCATIONs are dropped, as by a transport whose peer reads too slowly.</summary>
    public bool IsSlow { get; set; }

    /// <summary>What takes the messages that the peer sends; null: the realm at once.</summary>
    public Action<byte[]>? SessionLayer { get; set; }

    /// <summary>The longest message taken.</summary>
    public int MaxLength
    {
        get => Session?.PeerLimit ?? int.MaxValue; // WELCOME comes before there is a session
        set => Session.PeerLimit = value;
    }

    /// <summary>How many messages were offered that are longer than that, EVENTs aside.</summary>
    public int TooLong { get; private set; }

    /// <summary>What was to happen to the last EVENT, had the peer been slow.</summary>
    public SlowConsumerPolicy? LastPolicy { get; private set; }

    /// <summary>The id of the last request made.</summary>
    public long LastRequestId => _lastRequestId;

    public int PendingCalls => Session.Calls?.Count ?? 0;

    public int PendingInvocations => Session.Invocations?.Count ?? 0;

    SendResult IMessageSink.Send(OutboundMessage message, bool isDroppable)
    {
        if (message.Bytes.Length > MaxLength)
        {
            TooLong++;
            return SendResult.TooLong;
        }

        if (IsSlow && isDroppable)
        {
            return SendResult.Dropped;
        }

        _received.Add(message.Bytes.ToArray());
        return SendResult.Queued;
    }

    void IMessageSink.SendEvent(OutboundMessage message, EventTerms terms, ReadOnlySpan<byte> topic)
    {
        LastPolicy = terms.Policy;
        if (IsSlow || message.Bytes.Length > MaxLength)
        {
            terms.CountDrop(IsSlow ? DropReason.Newest : DropReason.TooLong);
            _missed++;
            return;
        }

        Record(message);
    }

    void IMessageSink.SendRetained(RetainedDelivery events)
    {
        using var message = new OutboundMessage();
        var work = 0;
        for (var step = events.Next(message, ref work); step != RetainedStep.End; step = events.Next(message, ref work))
        {
            if (step == RetainedStep.Event)
            {
                Record(message);
            }
            else
            {
                _missed++;
            }
        }
    }

    void IMessageSink.MissEvent() => _missed++;

    void IMessageSink.ForgetMissed() => _missed = 0;

    private void Record(OutboundMessage message)
    {
        using var marked = new OutboundMessage();
        if (_missed > 0)
        {
            EventGap.Mark(marked, Serializer, message.Bytes, _missed);
            _missed = 0;
        }

        _received.Add((marked.Bytes.IsEmpty ? message : marked).Bytes.ToArray());
    }

    /// <summary>The GOODBYE that the realm has asked the connection to send: reason and message; null as long as it has not.</summary>
    public (string Reason, string? Message)? Ending { get; private set; }

    void IMessageSink.End(string reason, string? message)
    {
        Assert.Null(Ending);
        Ending = (reason, message);
    }

    /// <summary>The next message, which must be there.</summary>
    public Received Next()
    {
        var bytes = NextBytes();
        return Received.Decode(Serializer, bytes);
    }

    /// <summary>The next message as it left.</summary>
    public byte[] NextBytes()
    {
        lock (Gate)
        {
            Assert.True(_read < _received.Count, "The peer got no message.");
            return _received[_read++];
        }
    }

    /// <summary>The next message, an ERROR of the router, without its sentence.</summary>
    public Received NextError()
    {
        var error = Next();
        Assert.Equal(MessageType.Error, error.Type);
        Assert.NotEqual("", error.Payload);
        return error with { Payload = "" };
    }

    /// <summary>All messages not taken yet.</summary>
    public List<Received> Rest()
    {
        lock (Gate)
        {
            var rest = _received.Skip(_read).Select(bytes => Received.Decode(Serializer, bytes)).ToList();
            _read = _received.Count;
            return rest;
        }
    }

    public void AssertSilent() => Assert.Empty(Rest());

    /// <summary>All messages not taken yet, whole, as JSON text.</summary>
    public List<string> RestAsJson()
    {
        lock (Gate)
        {
            var rest = _received.Skip(_read).Select(ToJson).ToList();
            _read = _received.Count;
            return rest;
        }
    }

    /// <summary>Sends what is given as JSON text, a whole message or not.</summary>
    public void RouteJson(string json)
    {
        using var bytes = new ByteBuffer();
        Assert.True(Transcoder.TryTranscodeValue(SerializerKind.Json, Encoding.UTF8.GetBytes(json), Serializer, bytes));
        RouteBytes(bytes.Written);
    }

    /// <summary>Sends bytes as they are.</summary>
    public void RouteBytes(ReadOnlySpan<byte> bytes) => _realm.Route(Session, MessageParser.Parse(Serializer, bytes, DecodeLimits.Default));

    public long Publish(string topic, string payload = "", string options = "{}") =>
        Request(new WampMessage { Type = MessageType.Publish, Uri = Encoding.UTF8.GetBytes(topic) }, options, payload);

    public long Subscribe(string topic, string options = "{}") =>
        Request(new WampMessage { Type = MessageType.Subscribe, Uri = Encoding.UTF8.GetBytes(topic) }, options);

    /// <summary>Subscribes and takes SUBSCRIBED.</summary>
    public long Subscription(string topic, string options = "{}")
    {
        var request = Subscribe(topic, options);
        var reply = Next();
        Assert.Equal(Received.Subscribed(request, reply.SubscriptionId), reply);
        return reply.SubscriptionId;
    }

    public long Unsubscribe(long subscriptionId) => Request(new WampMessage { Type = MessageType.Unsubscribe, SubscriptionId = subscriptionId });

    public long Register(string procedure, string options = "{}") =>
        Request(new WampMessage { Type = MessageType.Register, Uri = Encoding.UTF8.GetBytes(procedure) }, options);

    /// <summary>Registers and takes REGISTERED.</summary>
    public long Registration(string procedure, string options = "{}")
    {
        var request = Register(procedure, options);
        var reply = Next();
        Assert.Equal(Received.Registered(request, reply.RegistrationId), reply);
        return reply.RegistrationId;
    }

    public long Unregister(long registrationId) => Request(new WampMessage { Type = MessageType.Unregister, RegistrationId = registrationId });

    public long Call(string procedure, string payload = "", string options = "{}") =>
        Request(new WampMessage { Type = MessageType.Call, Uri = Encoding.UTF8.GetBytes(procedure) }, options, payload);

    /// <summary>Sends a further chunk of a progressive call.</summary>
    public void Chunk(long requestId, string procedure, string payload = "", string options = "{\"progress\":true}") =>
        Route(new WampMessage { Type = MessageType.Call, RequestId = requestId, Uri = Encoding.UTF8.GetBytes(procedure) }, options, payload);

    public void Cancel(long requestId, string options = "{}") => Route(new WampMessage { Type = MessageType.Cancel, RequestId = requestId }, options);

    public void Yield(long invocationId, string payload = "", string options = "{}") =>
        Route(new WampMessage { Type = MessageType.Yield, RequestId = invocationId }, options, payload);

    public void Error(long invocationId, string uri, string payload = "", MessageType requestType = MessageType.Invocation, string details = "{}") => Route(
        new WampMessage { Type = MessageType.Error, RequestType = requestType, RequestId = invocationId, Uri = Encoding.UTF8.GetBytes(uri) }, details, payload);

    public void Leave() => _realm.Leave(Session);

    /// <summary>Lets both sequences of ids go on behind those given.</summary>
    public void ContinueIds(long requests, long invocations)
    {
        Session.ContinueIds(requests, invocations);
        _lastRequestId = requests;
    }

    /// <summary>Sends a message of any kind.</summary>
    public void Route(WampMessage message, string options = "{}", string payload = "")
    {
        using var dict = new ByteBuffer();
        Assert.True(Transcoder.TryTranscodeValue(SerializerKind.Json, Encoding.UTF8.GetBytes(options), Serializer, dict));
        message.Dict = options == "{}" ? default : dict.Written;
        using var elements = new ByteBuffer();
        if (payload.Length > 0)
        {
            using var document = JsonDocument.Parse($"[{payload}]");
            var count = document.RootElement.GetArrayLength();
            Assert.True(Transcoder.TryTranscode(SerializerKind.Json, Encoding.UTF8.GetBytes(payload), count, Serializer, elements));
            message.Payload = new Payload(elements.Written, count);
        }

        RouteEncoded(message);
    }

    /// <summary>Sends a message whose Options and payload are encoded already.</summary>
    public void RouteEncoded(scoped in WampMessage message)
    {
        using var bytes = new ByteBuffer();
        MessageEncoder.Encode(Serializer, bytes, message);
        if (SessionLayer is { } layer)
        {
            layer(bytes.Written.ToArray());
        }
        else
        {
            _realm.Route(Session, MessageParser.Parse(Serializer, bytes.Written, DecodeLimits.Default));
        }
    }

    /// <summary>The id of the next request.</summary>
    public long NextRequestId() => _lastRequestId = _lastRequestId == 1L << 53 ? 1 : _lastRequestId + 1;

    private string ToJson(byte[] bytes)
    {
        using var json = new ByteBuffer();
        Assert.True(Transcoder.TryTranscodeValue(Serializer, bytes, SerializerKind.Json, json));
        return Encoding.UTF8.GetString(json.Written);
    }

    private long Request(WampMessage message, string options = "{}", string payload = "")
    {
        message.RequestId = NextRequestId();
        Route(message, options, payload);
        return message.RequestId;
    }
}
