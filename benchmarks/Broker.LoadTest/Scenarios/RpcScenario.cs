using System.Globalization;
using System.Text;
using Broker.LoadTest.Connections;
using Broker.LoadTest.Results;
using Broker.Messages;

namespace Broker.LoadTest.Scenarios;

/// <summary>rpc: callers call, callees echo. Each callee has a procedure of its own; caller i calls procedure i modulo their number.</summary>
internal sealed class RpcScenario : IScenario
{
    private readonly LoadSettings _settings;
    private readonly Tally _tally;
    private readonly SessionPool _sessions;
    private readonly string _prefix = $"load.r{Guid.NewGuid():N}.";
    private readonly Sender[] _callers;
    private readonly ArrivalOrder[] _invocations;
    private readonly AnswerCount[] _answers;
    private SenderGroup? _senders;

    public RpcScenario(LoadSettings settings, Tally tally)
    {
        _settings = settings;
        _tally = tally;
        _sessions = new SessionPool(settings, tally);
        _callers = new Sender[settings.Publishers];
        _answers = new AnswerCount[settings.Publishers];
        _invocations = new ArrivalOrder[settings.Subscribers];
    }

    public string Unit => "calls";

    public bool HasWarmup => true;

    public Counts Counts
    {
        get
        {
            long received = 0, outOfOrder = 0;
            foreach (var answers in _answers)
            {
                received += answers.Received;
                outOfOrder += answers.Repeated;
            }

            foreach (var invocations in _invocations)
            {
                outOfOrder += invocations.OutOfOrder;
            }

            return new Counts(_senders?.Expected ?? 0, received, outOfOrder);
        }
    }

    public async Task PrepareAsync(CancellationToken cancellation)
    {
        await _sessions.JoinAsync(_settings.Subscribers, PrepareCalleeAsync, cancellation);
        await _sessions.JoinAsync(_settings.Publishers, PrepareCallerAsync, cancellation);
        _senders = new SenderGroup(_callers, _settings);
    }

    public void Start() => _senders!.Start();

    public void Tick() => _senders!.ReopenStuck();

    public void Stop() => _senders!.Stop();

    public async ValueTask DisposeAsync()
    {
        if (_senders is not null)
        {
            await _senders.DisposeAsync();
        }

        await _sessions.DisposeAsync();
    }

    private Task PrepareCalleeAsync(LoadSession session, int number, CancellationToken cancellation)
    {
        var order = new ArrivalOrder(_settings.Publishers);
        _invocations[number] = order;
        session.Received = (scoped in message) => Invoke(session, message, order);
        return session.RequestAsync(MessageType.Register, ProcedureOf(number), RequestOption.None, cancellation);
    }

    private Task PrepareCallerAsync(LoadSession session, int number, CancellationToken cancellation)
    {
        var answers = new AnswerCount(_settings.Window);
        _answers[number] = answers;
        session.Received = (scoped in message) => Take(message, number, answers);
        _callers[number] = new Sender(session, MessageType.Call, ProcedureOf(number % _settings.Subscribers), number, fanOut: 1, _settings);
        return Task.CompletedTask;
    }

    private void Invoke(LoadSession session, scoped in WampMessage message, ArrivalOrder order)
    {
        if (message.Type != MessageType.Invocation || !Stamp.TryFind(message.Payload.Elements, out var stamp))
        {
            _tally.AddError($"A callee received {message.Type.ToString().ToUpperInvariant()} that none of the callers caused.");
            return;
        }

        order.Take(stamp);
        session.Append(new WampMessage { Type = MessageType.Yield, RequestId = message.RequestId, Payload = message.Payload });
    }

    private void Take(scoped in WampMessage message, int number, AnswerCount answers)
    {
        // An ERROR answers a call, too: the call is not lost, and the error is counted.
        if (message.Type == MessageType.Error)
        {
            _tally.AddError($"A call was answered by {Encoding.UTF8.GetString(message.Uri)}.");
        }
        else if (message.Type != MessageType.Result || !Stamp.TryFind(message.Payload.Elements, out var stamp) || stamp.Sender != number)
        {
            _tally.AddError($"A caller received {message.Type.ToString().ToUpperInvariant()} that answers none of its calls.");
            return;
        }
        else
        {
            _tally.AddLatency(stamp.Timestamp);
        }

        if (answers.Take(message.RequestId))
        {
            _callers[number].Deliver(1);
        }
    }

    private string ProcedureOf(int number) => string.Create(CultureInfo.InvariantCulture, $"{_prefix}procedure{number}");
}
