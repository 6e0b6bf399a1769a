using System.Buffers.Binary;
using Broker.Client;

namespace Samples.Telemetry;

/// <summary>A simulated device: a connection of its own, ten readings a second.</summary>
internal static class Device
{
    public static async Task RunAsync(string url, string name, CancellationToken end)
    {
        await using var client = await WampClient.ConnectAsync(url, "realm1", CancellationToken.None);
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        for (var tick = 0; await TickAsync(pace, end); tick++)
        {
            var celsius = 20 + (5 * Math.Sin(tick / 30.0));
            var raw = new byte[8];
            BinaryPrimitives.WriteDoubleBigEndian(raw, celsius);
            await client.PublishAsync(
                $"com.example.telemetry.{name}.temperature",
                new WampArguments { { new Reading(celsius, raw), TelemetryContracts.Default.Reading } },
                cancellationToken: CancellationToken.None);
        }
    }

    private static async Task<bool> TickAsync(PeriodicTimer pace, CancellationToken end)
    {
        try
        {
            return await pace.WaitForNextTickAsync(end);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
