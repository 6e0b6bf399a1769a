using Broker.Client;

namespace Samples.Telemetry;

/// <summary>Hears every device by one prefix subscription and prints, once a second, how many readings came and their average.</summary>
internal sealed class AverageService : IAsyncDisposable
{
    private readonly WampClient _client;
    private readonly Lock _lock = new();
    private readonly HashSet<string> _topics = [];
    private int _count;
    private double _sum;
    private long _missed;

    private AverageService(WampClient client) => _client = client;

    public static async Task<AverageService> StartAsync(string url)
    {
        var service = new AverageService(await WampClient.ConnectAsync(url, "realm1"));
        await service._client.SubscribeAsync("com.example.telemetry.", service.Take, SubscribeOptions.Prefix);
        return service;
    }

    public async Task PrintAsync(CancellationToken end)
    {
        using var second = new PeriodicTimer(TimeSpan.FromSeconds(1));
        try
        {
            while (await second.WaitForNextTickAsync(end))
            {
                lock (_lock)
                {
                    Console.WriteLine($"{_count,6} readings/s of {_topics.Count} devices, on average {_sum / Math.Max(_count, 1):0.00} °C, {_missed} missed");
                    (_count, _sum) = (0, 0);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The time is over.
        }
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    private void Take(WampEvent published)
    {
        var reading = published.Arguments.Get(0, TelemetryContracts.Default.Reading)!;
        lock (_lock)
        {
            _topics.Add(published.Topic);
            _count++;
            _sum += reading.Celsius;
            _missed += published.Gap;
        }
    }
}
