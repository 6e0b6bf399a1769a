using Broker.LoadTest.Connections;

namespace Broker.LoadTest.Scenarios;

/// <summary>All senders of a run, started and stopped together.</summary>
internal sealed class SenderGroup : IAsyncDisposable
{
    private readonly Sender[] _senders;
    private readonly RateClock? _clock;

    public SenderGroup(Sender[] senders, LoadSettings settings)
    {
        _senders = senders;
        _clock = settings.Rate > 0 ? new RateClock(senders) : null;
    }

    /// <summary>How many deliveries must follow from what was sent.</summary>
    public long Expected
    {
        get
        {
            long sum = 0;
            foreach (var sender in _senders)
            {
                sum += sender.Expected;
            }

            return sum;
        }
    }

    public void Start()
    {
        foreach (var sender in _senders)
        {
            sender.Start();
            FlushBatch.Flush();
        }

        _clock?.Start();
    }

    public void ReopenStuck()
    {
        foreach (var sender in _senders)
        {
            sender.ReopenIfStuck();
        }

        FlushBatch.Flush();
    }

    public void Stop()
    {
        foreach (var sender in _senders)
        {
            sender.Stop();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Stop();
        if (_clock is not null)
        {
            await _clock.DisposeAsync();
        }
    }
}
