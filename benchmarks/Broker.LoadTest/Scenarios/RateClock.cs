using Broker.LoadTest.Connections;

namespace Broker.LoadTest.Scenarios;

/// <summary>Wakes senders that wait for the time of their next message, once every millisecond.</summary>
internal sealed class RateClock(IReadOnlyList<Sender> senders) : IAsyncDisposable
{
    private readonly PeriodicTimer _timer = new(TimeSpan.FromMilliseconds(1), TimeProvider.System);
    private Task _running = Task.CompletedTask;

    public void Start() => _running = RunAsync();

    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _running;
    }

    private async Task RunAsync()
    {
        while (await _timer.WaitForNextTickAsync(CancellationToken.None))
        {
            foreach (var sender in senders)
            {
                sender.SendWhatIsOpen();
            }

            FlushBatch.Flush();
        }
    }
}
