using System.Text;
using Broker.Authorization;
using Broker.Messages;
using Broker.Serialization;

namespace Broker.Peers;

/// <summary>
/// The session layer of a peer whose role has an authorizer: while that has not answered, nothing that the peer sends is routed. The test
/// gives the answers.
/// </summary>
internal sealed class AskingLayer
{
    private readonly RecordingPeer _peer;
    private readonly Queue<byte[]> _held = new();
    private Decision? _pending;

    public AskingLayer(RecordingPeer peer)
    {
        _peer = peer;
        peer.SessionLayer = Receive;
    }

    /// <summary>What the authorizer was asked, oldest first: the procedure, the action, the URI.</summary>
    public List<(string? Authorizer, RealmAction Action, string Uri)> Asked { get; } = [];

    /// <summary>Whether an answer is awaited.</summary>
    public bool IsWaiting => _pending is not null;

    public void Answer(bool isAllowed, bool discloses = false) => Settle(_pending!.Value.Answer(isAllowed, discloses));

    public void Fail() => Settle(_pending!.Value.Fail());

    private void Receive(byte[] message)
    {
        _held.Enqueue(message);
        if (_held.Count == 1)
        {
            Go();
        }
    }

    private void Settle(Decision decision)
    {
        _pending = null;
        var message = Parse(_held.Dequeue());
        _peer.Session.Realm.Route(_peer.Session, message, decision);
        Go();
    }

    private void Go()
    {
        while (_held.TryPeek(out var bytes))
        {
            var message = Parse(bytes);
            var decision = _peer.Session.Realm.Decide(_peer.Session, message);
            if (decision.Outcome == DecisionOutcome.Unknown)
            {
                Asked.Add((decision.Authorizer, decision.Action, Encoding.UTF8.GetString(message.Uri)));
                _pending = decision;
                return;
            }

            _held.Dequeue();
            _peer.Session.Realm.Route(_peer.Session, message, decision);
        }
    }

    private WampMessage Parse(byte[] bytes) => MessageParser.Parse(_peer.Serializer, bytes, DecodeLimits.Default);
}
