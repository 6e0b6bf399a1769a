using System.Text;
using System.Text.Json.Nodes;
using Broker.Connections;
using Broker.Ids;
using Broker.Messages;
using Broker.Options;
using Broker.PubSub;
using Broker.Realms;
using Broker.Serialization;

namespace Broker.Sessions;

/// <summary>
/// The router's own session in one realm, by which it calls procedures there: those of dynamic authenticators, for example. Nobody sees it
/// but callees to which callers are disclosed. Thread-safe.
/// </summary>
public sealed class RouterSession
{
    /// <summary>Bounds of what this session sends and gets.</summary>
    internal static readonly DecodeLimits Limits = new(DecodeLimits.DepthCeiling, Uris.UriRules.Ceiling);

    private readonly Answers _answers = new();
    private readonly Session _session;
    private readonly Lock _routing = new();
    private long _lastId;

    internal RouterSession(Realm realm)
    {
        var identity = new SessionIdentity("router", "router", "internal", "router");
        _session = realm.Attach(identity, new RoleSet { Caller = Features.None }, _answers);
    }

    /// <summary>Calls a procedure.</summary>
    /// <param name="procedure">Its URI.</param>
    /// <param name="arguments">The positional arguments.</param>
    /// <param name="cancellationToken">Cancels the call: the callee is told by INTERRUPT, if it takes that.</param>
    /// <returns>RESULT or ERROR. Where nobody has registered the procedure, or the callee leaves, that is an ERROR, too.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    /// <exception cref="WampProtocolException">
    /// WAMP cannot express an argument: a text starts with U+0000 and does not go on in base64.
    /// </exception>
    /// <exception cref="System.Text.Json.JsonException">A dict of the answer has a key twice.</exception>
    public async Task<ProcedureAnswer> CallAsync(string procedure, JsonArray arguments, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (id, answer) = Call(procedure, arguments);
        try
        {
            return ProcedureAnswer.Read(await answer.WaitAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            Cancel(id);
            throw;
        }
    }

    private (long Id, Task<byte[]> Answer) Call(string procedure, JsonArray arguments)
    {
        FlushBatch.Open(sender: 0);
        try
        {
            lock (_routing)
            {
                var id = WampId.Next(_lastId);
                var json = Encoding.UTF8.GetBytes(
                    new JsonArray((int)MessageType.Call, id, new JsonObject(), procedure, arguments.DeepClone()).ToJsonString());
                var call = MessageParser.Parse(SerializerKind.Json, json, Limits);
                _lastId = id;
                var answer = _answers.Expect(id);
                _session.Realm.Route(_session, call);
                return (id, answer);
            }
        }
        finally
        {
            FlushBatch.Flush();
        }
    }

    private void Cancel(long id)
    {
        if (!_answers.Forget(id))
        {
            return; // answered meanwhile
        }

        FlushBatch.Open(sender: 0);
        try
        {
            lock (_routing)
            {
                _session.Realm.Route(
                    _session, new WampMessage { Type = MessageType.Cancel, RequestId = id, Dict = """{"mode":"killnowait"}"""u8 });
            }
        }
        finally
        {
            FlushBatch.Flush();
        }
    }

    /// <summary>Takes what the realm sends to the session: answers to its calls.</summary>
    private sealed class Answers : IMessageSink
    {
        /// <summary>The longest answer in bytes.</summary>
        private const int MaxLength = 64 * 1024;

        private readonly Dictionary<long, TaskCompletionSource<byte[]>> _expected = [];

        public Lock Gate { get; } = new();

        /// <summary>Completes with the message that answers a call.</summary>
        public Task<byte[]> Expect(long id)
        {
            // Completed with the gate held: what waits must not run there.
            var expected = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (Gate)
            {
                _expected.Add(id, expected);
            }

            return expected.Task;
        }

        /// <summary>Expects the answer no longer; false if it has come.</summary>
        public bool Forget(long id)
        {
            lock (Gate)
            {
                return _expected.Remove(id);
            }
        }

        public SendResult Send(OutboundMessage message, bool isDroppable)
        {
            if (message.Bytes.Length > MaxLength)
            {
                return SendResult.TooLong;
            }

            var answer = MessageParser.Parse(SerializerKind.Json, message.Bytes, Limits);
            if (_expected.Remove(answer.RequestId, out var expected))
            {
                expected.TrySetResult(message.Bytes.ToArray());
            }

            return SendResult.Queued;
        }

        // The session subscribes nothing.
        public void SendEvent(OutboundMessage message, EventTerms terms, ReadOnlySpan<byte> topic) =>
            throw new InvalidOperationException("The router's own session got an event.");

        public void SendRetained(RetainedDelivery events) =>
            throw new InvalidOperationException("The router's own session got retained events.");

        public void ForgetMissed()
        {
            // It misses none.
        }

        public void MissEvent() => throw new InvalidOperationException("The router's own session missed an event.");

        // The session is in no list by which a realm ends sessions.
        public void End(string reason, string? message) => throw new InvalidOperationException("The router's own session was ended.");
    }
}
