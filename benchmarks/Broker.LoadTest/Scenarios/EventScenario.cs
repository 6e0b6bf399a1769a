using System.Globalization;
using Broker.LoadTest.Connections;
using Broker.LoadTest.Results;
using Broker.Messages;

namespace Broker.LoadTest.Scenarios;

/// <summary>fanout, pairs and telemetry: publishers, subscribers, and who hears whom.</summary>
internal sealed class EventScenario : IScenario
{
    private readonly LoadSettings _settings;
    private readonly Tally _tally;
    private readonly SessionPool _sessions;
    private readonly string _prefix = $"load.r{Guid.NewGuid():N}.";
    private readonly Sender[] _publishers;
    private readonly ArrivalOrder[] _arrivals;
    private SenderGroup? _senders;

    public EventScenario(LoadSettings settings, Tally tally)
    {
        _settings = settings;
        _tally = tally;
        _sessions = new SessionPool(settings, tally);
        _publishers = new Sender[settings.Publishers];
        _arrivals = new ArrivalOrder[settings.Subscribers];
    }

    public string Unit => "events";

    public bool HasWarmup => true;

    public Counts Counts
    {
        get
        {
            // What was received first: it never exceeds what was expected a moment later.
            long received = 0, outOfOrder = 0;
            foreach (var arrivals in _arrivals)
            {
                received += arrivals.Received;
                outOfOrder += arrivals.OutOfOrder;
            }

            return new Counts(_senders?.Expected ?? 0, received, outOfOrder);
        }
    }

    private bool IsPairs => _settings.Scenario == ScenarioKind.Pairs;

    public async Task PrepareAsync(CancellationToken cancellation)
    {
        await _sessions.JoinAsync(_settings.Publishers, PreparePublisherAsync, cancellation);
        _senders = new SenderGroup(_publishers, _settings);
        await _sessions.JoinAsync(_settings.Subscribers, PrepareSubscriberAsync, cancellation);
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

    private async Task PreparePublisherAsync(LoadSession session, int number, CancellationToken cancellation)
    {
        // Nobody has subscribed yet. PUBLISH as it is measured gets no answer: this one tells whether the router takes it.
        var topic = TopicOf(number);
        await session.RequestAsync(MessageType.Publish, topic, RequestOption.Acknowledge, cancellation);
        _publishers[number] = new Sender(session, MessageType.Publish, topic, number, IsPairs ? 1 : _settings.Subscribers, _settings);
    }

    private Task PrepareSubscriberAsync(LoadSession session, int number, CancellationToken cancellation)
    {
        var arrivals = IsPairs ? new ArrivalOrder(1, number) : new ArrivalOrder(_settings.Publishers);
        _arrivals[number] = arrivals;
        session.Received = (scoped in message) => Take(message, arrivals);
        return _settings.Scenario == ScenarioKind.Telemetry
            ? session.RequestAsync(MessageType.Subscribe, _prefix, RequestOption.Prefix, cancellation)
            : session.RequestAsync(MessageType.Subscribe, TopicOf(number), RequestOption.None, cancellation);
    }

    private void Take(scoped in WampMessage message, ArrivalOrder arrivals)
    {
        if (message.Type != MessageType.Event || !Stamp.TryFind(message.Payload.Elements, out var stamp) || (uint)stamp.Sender >= (uint)_publishers.Length)
        {
            _tally.AddError($"A subscriber received {message.Type.ToString().ToUpperInvariant()} that none of the publishers sent.");
            return;
        }

        var moved = arrivals.Take(stamp);
        _tally.AddLatency(stamp.Timestamp);
        if (moved > 0)
        {
            _publishers[stamp.Sender].Deliver(moved);
        }
    }

    private string TopicOf(int number) =>
        _settings.Scenario == ScenarioKind.Fanout ? $"{_prefix}topic" : string.Create(CultureInfo.InvariantCulture, $"{_prefix}topic{number}");
}
