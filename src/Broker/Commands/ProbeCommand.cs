using System.CommandLine;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Broker.Configuration.Keys;
using Broker.Serialization;
using Broker.Transports;

namespace Broker.Commands;

/// <summary>
/// <c>probe ADDRESS</c>: asks a router for a RawSocket handshake, or its listener for operators for a page; the exit code tells whether it answers. For health checks.
/// </summary>
internal static class ProbeCommand
{
    private static readonly TimeSpan LongestTime = TimeSpan.FromDays(1);

    /// <summary>What an address of a listener with TLS starts with.</summary>
    private const string Tls = "tls:";

    public static Command Build()
    {
        var address = new Argument<string>("address")
        {
            Description = "The router's address: HOST:PORT, tls:HOST:PORT where it uses TLS (no certificate is checked), unix:/path/to/socket, or the address of a page of its "
                + "listener for operators, such as http://127.0.0.1:9090/livez.",
            DefaultValueFactory = _ => "127.0.0.1:8080",
        };
        var timeout = new Option<string>("--timeout")
        {
            Description = "How long the router may take to answer, such as 500ms or 20s.",
            HelpName = "DURATION",
            DefaultValueFactory = _ => "3s",
        };
        var command = new Command("probe", "Exits with 0 when a router answers at an address, even if only to say that it has no room; with 1 otherwise.") { address, timeout };
        command.SetAction((parsed, cancellation) => ProbeAsync(parsed.GetValue(address)!, parsed.GetValue(timeout)!, cancellation));
        return command;
    }

    private static async Task<int> ProbeAsync(string text, string duration, CancellationToken cancellation)
    {
        var ask = AskerOf(text, out var fault);
        if (ask is null)
        {
            await Console.Error.WriteLineAsync(fault).ConfigureAwait(false);
            return RunCommand.UsageFault;
        }

        if (Duration.TryParse(duration) is not { } time || time <= TimeSpan.Zero || time > LongestTime)
        {
            await Console.Error.WriteLineAsync($"'{duration}' is no time to answer: write 1ms to 1d, such as 3s.").ConfigureAwait(false);
            return RunCommand.UsageFault;
        }

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(time);
        try
        {
            if (await ask(timeout.Token).ConfigureAwait(false) is not { } refusal)
            {
                return 0;
            }

            await Console.Error.WriteLineAsync($"The router at {text} {refusal}.").ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync($"No router answers at {text} within {duration}.").ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is SocketException or IOException or AuthenticationException or HttpRequestException or WampProtocolException)
        {
            await Console.Error.WriteLineAsync($"No router answers at {text}: {exception.Message}").ConfigureAwait(false);
        }

        return 1;
    }

    /// <summary>How an address is asked: what asks tells what is wrong with the answer, or null.</summary>
    private static Func<CancellationToken, Task<string?>>? AskerOf(string text, out string fault)
    {
        fault = "";
        if (text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) && Uri.TryCreate(text, UriKind.Absolute, out var page))
        {
            return cancellation => AskPageAsync(page, cancellation);
        }

        var isTls = text.StartsWith(Tls, StringComparison.Ordinal);
        return ListenAddress.TryParse(isTls ? text[Tls.Length..] : text, out var address, out fault)
            ? cancellation => AskRawSocketAsync(address, isTls, cancellation)
            : null;
    }

    private static async Task<string?> AskPageAsync(Uri page, CancellationToken cancellation)
    {
        using var sockets = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        using var http = new HttpClient(sockets);
        using var answer = await http.GetAsync(page, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        return answer.IsSuccessStatusCode ? null : $"answers with status {(int)answer.StatusCode}";
    }

    private static async Task<string?> AskRawSocketAsync(ListenAddress address, bool isTls, CancellationToken cancellation)
    {
        using var socket = new Socket(address.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(address.EndPoint, cancellation).ConfigureAwait(false);
        var plain = new NetworkStream(socket);
        await using var disposal = plain.ConfigureAwait(false);
        if (!isTls)
        {
            return await AskRawSocketAsync(plain, cancellation).ConfigureAwait(false);
        }

        var tls = new SslStream(plain);
        await using var ending = tls.ConfigureAwait(false);
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                // Whether something answers is asked, not who: nothing is told to it, and the certificate is for the router's public name, not for this address.
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
            },
            cancellation).ConfigureAwait(false);
        return await AskRawSocketAsync(tls, cancellation).ConfigureAwait(false);
    }

    private static async Task<string?> AskRawSocketAsync(Stream stream, CancellationToken cancellation)
    {
        var bytes = new byte[RawSocketHandshake.Length];
        RawSocketHandshake.WriteRequest(bytes, SerializerKind.Json, RawSocketHandshake.LargestLimit);
        await stream.WriteAsync(bytes, cancellation).ConfigureAwait(false);
        await stream.ReadExactlyAsync(bytes, cancellation).ConfigureAwait(false);

        // A router that is full serves all who are inside: whoever ended it for that would end their sessions.
        return RawSocketHandshake.ReadReply(bytes, SerializerKind.Json).Error is RawSocketError.None or RawSocketError.MaximumConnectionCountReached
            ? null
            : "refuses connections";
    }
}
