using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Fuzz;

/// <summary>
/// A peer that behaves and expects the same of the router: no message of its is refused, it gets all that the other one publishes, in
/// order, answers what it is asked, and each of its calls ends once.
/// </summary>
internal sealed class Bystander
{
    public const Features All = Features.CallCanceling | Features.ProgressiveCallResults | Features.ProgressiveCallInvocations
        | Features.CallTimeout | Features.CallReroute;

    private const string News = "com.news";
    private readonly char _name;
    private readonly char _other;
    private readonly RecordingPeer _peer;
    private readonly Dictionary<long, Waiting> _requests = [];
    private readonly Dictionary<long, List<string>> _series = []; // invocations of which more chunks may come
    private readonly Queue<Received> _unanswered = new();
    private long _lastInvocation;
    private int _published;
    private int _heard;
    private bool _dawdles;

    public Bystander(Realm realm, char name, char other, SerializerKind serializer)
    {
        (_name, _other) = (name, other);
        _peer = new RecordingPeer(realm, serializer, new RoleSet { Publisher = All, Subscriber = All, Caller = All, Callee = All });
        Subscription = _peer.Subscription(News);
        Registration = _peer.Registration($"com.{name}.echo");
        _peer.Registration("com.shared", "{\"invoke\":\"roundrobin\",\"_concurrency\":3}");
    }

    private enum Waiting
    {
        /// <summary>For a reply that is no ERROR.</summary>
        ForReply,

        /// <summary>For RESULT with the payload of the call.</summary>
        ForEcho,

        /// <summary>For whatever ends the call.</summary>
        ForTheEnd,
    }

    public long SessionId => _peer.Session.Id;

    public long Subscription { get; }

    public long Registration { get; }

    public int Published => _published;

    /// <summary>Whether there are calls that have not ended.</summary>
    public IReadOnlyCollection<long> Unended => _requests.Keys;

    public void Do(DeedKind kind)
    {
        switch (kind)
        {
            case DeedKind.Publish:
                var options = _published % 2 == 0 ? "{\"acknowledge\":true}" : "{}";
                _published++;
                var published = _peer.Publish(News, $"[\"{_name}\",{_published}]", options);
                if (options != "{}")
                {
                    _requests.Add(published, Waiting.ForReply);
                }

                break;
            case DeedKind.Call:
                _requests.Add(_peer.Call($"com.{_other}.echo", EchoOfNext()), Waiting.ForEcho);
                break;
            case DeedKind.CallForProgress:
                _requests.Add(_peer.Call($"com.{_other}.echo", EchoOfNext(), "{\"receive_progress\":true}"), Waiting.ForEcho);
                break;
            case DeedKind.CallInChunks:
                var series = _peer.Call($"com.{_other}.echo", EchoOfNext(), "{\"progress\":true}");
                _requests.Add(series, Waiting.ForEcho);
                _peer.Chunk(series, $"com.{_other}.echo", "[1]");
                _peer.Chunk(series, $"com.{_other}.echo", "[2]", "{}");
                break;
            case DeedKind.CallHostile:
                _requests.Add(_peer.Call("com.evil", "[1]", "{\"receive_progress\":true}"), Waiting.ForTheEnd);
                break;
            case DeedKind.CallHostileAndCancel:
                var canceled = _peer.Call("com.evil", "[1]", "{\"receive_progress\":true}");
                _requests.Add(canceled, Waiting.ForTheEnd);
                _peer.Cancel(canceled, canceled % 3 == 0 ? "{\"mode\":\"kill\"}" : canceled % 3 == 1 ? "{\"mode\":\"skip\"}" : "{}");
                break;
            case DeedKind.CallShared:
                _requests.Add(_peer.Call("com.shared", EchoOfNext(), _published % 2 == 0 ? "{}" : "{\"timeout\":20}"), Waiting.ForTheEnd);
                break;
            case DeedKind.CallRouter:
                _requests.Add(_peer.Call("wamp.session.count"), Waiting.ForReply);
                break;
            case DeedKind.ComeAndGo:
                _requests.Add(_peer.Subscribe($"com.{_name}.own"), Waiting.ForReply);
                break;
            case DeedKind.Dawdle:
                _dawdles = !_dawdles;
                break;
        }
    }

    /// <summary>Reads what has come, and answers it.</summary>
    public void Listen(bool isEnd = false)
    {
        _dawdles &= !isEnd;
        Assert.Null(_peer.Ending);
        foreach (var message in _peer.Rest())
        {
            Take(message);
        }

        while (!_dawdles && _unanswered.TryDequeue(out var invocation))
        {
            Answer(invocation);
        }
    }

    /// <summary>Nothing of what the other one has published may be missing.</summary>
    public void AssertHeard(int published) => Assert.True(_heard == published, $"{_name} has got {_heard} of {published} events.");

    public void Leave()
    {
        _peer.Leave();
        Assert.Empty(_peer.Rest());
        Assert.Equal((0, 0), (_peer.PendingCalls, _peer.PendingInvocations));
    }

    private string EchoOfNext() => $"[\"{_name}\",\"echo\",{_peer.LastRequestId + 1}]";

    private void Take(Received message)
    {
        switch (message.Type)
        {
            case MessageType.Event:
                TakeEvent(message);
                break;
            case MessageType.Invocation when _series.TryGetValue(message.RequestId, out var chunks):
                chunks.Add(message.Payload);
                if (!message.Details.Contains("\"progress\":true", StringComparison.Ordinal))
                {
                    _series.Remove(message.RequestId);
                    _unanswered.Enqueue(message with { Payload = chunks[0] });
                }

                break;
            case MessageType.Invocation:
                Assert.Equal(++_lastInvocation, message.RequestId);
                if (message.Details.Contains("\"progress\":true", StringComparison.Ordinal))
                {
                    _series.Add(message.RequestId, [message.Payload]);
                }
                else
                {
                    _unanswered.Enqueue(message);
                }

                break;
            case MessageType.Interrupt:
                Assert.InRange(message.RequestId, 1, _lastInvocation);
                _series.Remove(message.RequestId);
                break;
            case MessageType.Result when message.Details.Contains("\"progress\":true", StringComparison.Ordinal):
                Assert.True(_requests.ContainsKey(message.RequestId), $"{_name} got a progressive result of a call that had ended.");
                break;
            default:
                TakeReply(message);
                break;
        }
    }

    private void TakeEvent(Received message)
    {
        if (message.SubscriptionId == Subscription && message.Payload.StartsWith($"[\"{_other}\",", StringComparison.Ordinal))
        {
            Assert.Equal($"[\"{_other}\",{++_heard}]", message.Payload);
        }
    }

    private void TakeReply(Received message)
    {
        Assert.True(_requests.Remove(message.RequestId, out var waiting), $"{_name} got {message}, for which it did not wait.");
        if (waiting == Waiting.ForTheEnd)
        {
            Assert.Contains(message.Type, new[] { MessageType.Result, MessageType.Error });
            return;
        }

        Assert.True(message.Type != MessageType.Error, $"{_name} was refused: {message}.");
        if (waiting == Waiting.ForEcho)
        {
            Assert.Equal((MessageType.Result, $"[\"{_name}\",\"echo\",{message.RequestId}]"), (message.Type, message.Payload));
        }

        if (message.Type == MessageType.Subscribed)
        {
            _requests.Add(_peer.Unsubscribe(message.SubscriptionId), Waiting.ForReply);
        }
    }

    private void Answer(Received invocation)
    {
        if (invocation.Details.Contains("\"receive_progress\":true", StringComparison.Ordinal))
        {
            _peer.Yield(invocation.RequestId, "[\"part\"]", "{\"progress\":true}");
        }

        if (invocation.RequestId % 7 == 0 && !invocation.Payload.Contains("echo", StringComparison.Ordinal))
        {
            _peer.Error(invocation.RequestId, invocation.RequestId % 2 == 0 ? ErrorUris.Unavailable : "com.error");
            return;
        }

        _peer.Yield(invocation.RequestId, invocation.Payload);
    }
}
