using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Broker.Commands;

/// <summary>What the router says when it is up: where it listens, and how to try it.</summary>
internal static class Banner
{
    public static void Write(TextWriter output, RunSettings settings, IServer server)
    {
        // The addresses really bound: port 0 has become a number.
        var addresses = server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        foreach (var address in addresses)
        {
            output.WriteLine($"Broker listens on {Describe(address, settings.Path)}, realm {string.Join(", ", settings.Realms)}");
        }

        var first = addresses.FirstOrDefault(address => !address.Contains("unix:", StringComparison.Ordinal));
        if (first is not null)
        {
            var host = first.Replace("http://", "", StringComparison.Ordinal).Replace("[::]", "127.0.0.1", StringComparison.Ordinal).Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal);
            output.WriteLine("Try it, in another terminal:");
            output.WriteLine("  npm install autobahn");
            output.WriteLine(
                $"  node -e 'const c = new (require(\"autobahn\").Connection)({{url: \"ws://{host}{settings.Path}\", realm: \"{settings.Realms[0]}\"}}); "
                + "c.onclose = () => true; c.onopen = async s => { await s.subscribe(\"com.example.hello\", a => { console.log(a[0]); c.close() }); "
                + "s.publish(\"com.example.hello\", [\"Hello, world!\"], {}, {exclude_me: false}) }; c.open()'");
            output.WriteLine($"  dotnet run -c Release --project samples/Rpc -- ws://{host}{settings.Path}");
        }

        output.Flush();
    }

    private static string Describe(string address, string path)
    {
        if (address.Contains("unix:", StringComparison.Ordinal))
        {
            return $"{address.Replace("http://", "", StringComparison.Ordinal)} (WebSocket, path {path}, and RawSocket)";
        }

        var host = address.Replace("http://", "", StringComparison.Ordinal);
        return $"ws://{host}{path} (WebSocket) and tcp://{host} (RawSocket)";
    }
}
