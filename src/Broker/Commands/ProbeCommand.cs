using System.CommandLine;
using System.Net.Sockets;
using Broker.Configuration.Keys;
using Broker.Serialization;
using Broker.Transports;

namespace Broker.Commands;

/// <summary>
/// <c>probe ADDRESS</c>: asks a router for a RawSocket handshake; the exit code tells whether it answers. For health checks.
/// </summary>
internal static class ProbeCommand
{
    /// <summary>How long a router may take to answer.</summary>
    private const int Seconds = 3;

    public static Command Build()
    {
        var address = new Argument<string>("address") { Description = "The router's address, such as 127.0.0.1:8080.", DefaultValueFactory = _ => "127.0.0.1:8080" };
        var command = new Command("probe", "Exits with 0 when a router answers at an address, with 1 otherwise.") { address };
        command.SetAction((parsed, cancellation) => ProbeAsync(parsed.GetValue(address)!, cancellation));
        return command;
    }

    private static async Task<int> ProbeAsync(string text, CancellationToken cancellation)
    {
        if (!ListenAddress.TryParse(text, out var address, out var fault))
        {
            await Console.Error.WriteLineAsync(fault).ConfigureAwait(false);
            return RunCommand.UsageFault;
        }

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(TimeSpan.FromSeconds(Seconds));
        try
        {
            using var socket = new Socket(address.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(address.EndPoint, timeout.Token).ConfigureAwait(false);
            using var stream = new NetworkStream(socket);
            var bytes = new byte[RawSocketHandshake.Length];
            RawSocketHandshake.WriteRequest(bytes, SerializerKind.Json, RawSocketHandshake.LargestLimit);
            await stream.WriteAsync(bytes, timeout.Token).ConfigureAwait(false);
            await stream.ReadExactlyAsync(bytes, timeout.Token).ConfigureAwait(false);
            if (RawSocketHandshake.ReadReply(bytes, SerializerKind.Json).Accepted)
            {
                return 0;
            }

            await Console.Error.WriteLineAsync($"The router at {text} refuses connections.").ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync($"No router answers at {text} within {Seconds} seconds.").ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is SocketException or IOException or WampProtocolException)
        {
            await Console.Error.WriteLineAsync($"No router answers at {text}: {exception.Message}").ConfigureAwait(false);
        }

        return 1;
    }
}
