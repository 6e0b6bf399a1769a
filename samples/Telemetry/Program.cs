using Samples.Telemetry;

// dotnet run -- [URL] [DEVICES] [SECONDS]
var url = args.ElementAtOrDefault(0) ?? "ws://127.0.0.1:8080/ws";
var deviceCount = int.Parse(args.ElementAtOrDefault(1) ?? "20");
var seconds = int.Parse(args.ElementAtOrDefault(2) ?? "10");

using var end = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    end.Cancel();
};

await using var service = await AverageService.StartAsync(url);
Console.WriteLine($"{deviceCount} devices publish to {url} for {seconds} s.");
var devices = Enumerable.Range(1, deviceCount).Select(number => Device.RunAsync(url, $"device{number}", end.Token)).ToArray();
await service.PrintAsync(end.Token);
await Task.WhenAll(devices);
