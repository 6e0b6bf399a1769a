using Broker.Configuration;
using Broker.Configuration.Sources;

namespace Broker.Commands;

/// <summary>What the router says when it is up: where it listens, and how to try it.</summary>
internal static class Banner
{
    /// <summary>Writes it.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="source">Where the configuration came from.</param>
    /// <param name="configuration">The configuration.</param>
    /// <param name="addresses">The addresses really bound, one for each listener: port 0 has become a number.</param>
    /// <param name="ops">The address of the listener for operators, or null.</param>
    public static void Write(
        TextWriter output, ConfigurationSource source, BrokerConfiguration configuration, IReadOnlyList<string> addresses, string? ops)
    {
        var realms = string.Join(", ", configuration.Realms.Select(realm => realm.Name));
        foreach (var (index, address) in addresses.Index())
        {
            output.WriteLine($"Broker listens on {Describe(address, configuration.Listeners[index].Path)}, realm {realms}");
        }

        if (ops is not null)
        {
            output.WriteLine($"Health and metrics for operators: {ops}/readyz and {ops}/metrics");
        }

        if (source.File is not null)
        {
            output.WriteLine($"Its configuration is {source.File}, read again when it changes.");
        }

        if (source.Flags.IsDevelopment)
        {
            output.WriteLine(
                "INSECURE, because of --dev: everyone who reaches these addresses may join without authentication. "
                + "Never run production like this.");
        }

        var (first, listener) = addresses.Zip(configuration.Listeners)
            .FirstOrDefault(pair => pair.First.StartsWith("http:", StringComparison.Ordinal) && !IsUnix(pair.First));
        if (first is not null)
        {
            var host = Host(first).Replace("[::]", "127.0.0.1", StringComparison.Ordinal)
                .Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal);
            output.WriteLine("Try it, in another terminal:");
            output.WriteLine("  npm install autobahn");
            output.WriteLine(
                $"  node -e 'const c = new (require(\"autobahn\").Connection)("
                + $"{{url: \"ws://{host}{listener.Path}\", realm: \"{configuration.Realms[0].Name}\"}}); "
                + "c.onclose = () => true; "
                + "c.onopen = async s => { await s.subscribe(\"com.example.hello\", a => { console.log(a[0]); c.close() }); "
                + "s.publish(\"com.example.hello\", [\"Hello, world!\"], {}, {exclude_me: false}) }; c.open()'");
            output.WriteLine($"  dotnet run -c Release --project samples/Rpc -- ws://{host}{listener.Path}");
        }

        output.Flush();
    }

    private static bool IsUnix(string address) => address.Contains("unix:", StringComparison.Ordinal);

    private static string Host(string address) => address[(address.IndexOf("://", StringComparison.Ordinal) + 3)..];

    private static string Describe(string address, string path) => IsUnix(address)
        ? $"{Host(address)} (WebSocket, path {path}, and RawSocket)"
        : address.StartsWith("https:", StringComparison.Ordinal)
            ? $"wss://{Host(address)}{path} (WebSocket) and tls://{Host(address)} (RawSocket)"
            : $"ws://{Host(address)}{path} (WebSocket) and tcp://{Host(address)} (RawSocket)";
}
