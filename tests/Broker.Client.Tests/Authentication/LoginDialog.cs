using System.Text.Json;
using Broker.Options;
using Broker.Serialization;

namespace Broker.Client.Authentication;

/// <summary>A client that joins with authenticators, and a router that plays its part of the dialog message by message.</summary>
internal sealed class LoginDialog : IAsyncDisposable
{
    private readonly FakeRouter _router;
    private readonly FakePeer _peer;

    private LoginDialog(FakeRouter router, FakePeer peer, Task<WampClient> connecting)
    {
        _router = router;
        _peer = peer;
        Connecting = connecting;
    }

    public Task<WampClient> Connecting { get; }

    /// <summary>HELLO.Details.</summary>
    public JsonElement Hello { get; private set; }

    /// <summary>Connects and receives HELLO.</summary>
    public static Task<LoginDialog> StartAsync(params IWampClientAuthenticator[] authenticators) => StartAsync(Wire.RawSocketJson, authenticators);

    /// <summary>The same, over another transport or with another serializer.</summary>
    public static Task<LoginDialog> StartAsync(Wire wire, params IWampClientAuthenticator[] authenticators) =>
        StartAsync(wire, null, CancellationToken.None, authenticators);

    public static async Task<LoginDialog> StartAsync(
        Wire wire, Func<WampClientOptions, WampClientOptions>? configure, CancellationToken cancellationToken, params IWampClientAuthenticator[] authenticators)
    {
        var router = new FakeRouter(wire);
        var options = router.Options with { Authenticators = authenticators };
        var connecting = WampClient.ConnectAsync(configure?.Invoke(options) ?? options, cancellationToken);
        var dialog = new LoginDialog(router, await router.AcceptAsync(), connecting);
        dialog.Hello = (await dialog.ReceiveAsync(1))[2];
        return dialog;
    }

    /// <summary>Sends CHALLENGE and receives AUTHENTICATE: Signature and Extra.</summary>
    public async Task<(string Signature, JsonElement Extra)> ChallengeAsync(string method, IEncodable? extra = null)
    {
        await SendChallengeAsync(method, extra);
        var answer = await ReceiveAsync(5);
        Assert.Equal(3, answer.GetArrayLength());
        return (answer[1].GetString()!, answer[2]);
    }

    public Task SendChallengeAsync(string method, IEncodable? extra = null) => _peer.SendAsync($"[4,\"{method}\",{Json(extra)}]");

    public Task SendAsync(string message) => _peer.SendAsync(message);

    /// <summary>Sends WELCOME; the client has joined.</summary>
    public async Task<WampClient> WelcomeAsync(string method, IEncodable? authExtra = null)
    {
        await SendWelcomeAsync(method, authExtra);
        return await Connecting.Soon();
    }

    public Task SendWelcomeAsync(string method, IEncodable? authExtra = null) =>
        _peer.SendAsync($"[2,7,{{\"roles\":{{\"broker\":{{}}}},\"authid\":\"joe\",\"authrole\":\"device\",\"authmethod\":\"{method}\",\"authextra\":{Json(authExtra)}}}]");

    /// <summary>The client has given up: ABORT came with this reason, and connecting has failed.</summary>
    /// <returns>What the client says to the router and to its application.</returns>
    public async Task<(string Sent, WampConnectException Exception)> AbortedAsync(string reason)
    {
        var abort = await ReceiveAsync(3);
        Assert.Equal(reason, abort[2].GetString());
        await _peer.DisposeAsync();
        var exception = await Assert.ThrowsAsync<WampConnectException>(() => Connecting.Soon());
        Assert.Equal(reason, exception.Uri);
        return (abort[1].GetProperty("message").GetString()!, exception);
    }

    public async Task<JsonElement> ReceiveAsync(int type)
    {
        var message = JsonElement.Parse((await _peer.ReceiveAsync())!);
        Assert.Equal(type, message[0].GetInt32());
        return message;
    }

    /// <summary>The connection has ended.</summary>
    public async Task EndedAsync() => Assert.Null(await _peer.ReceiveAsync());

    public async ValueTask DisposeAsync()
    {
        await _peer.DisposeAsync();
        _router.Dispose();
        try
        {
            await (await Connecting.Soon()).DisposeAsync();
        }
        catch (Exception e) when (e is WampException or OperationCanceledException)
        {
            // Joining was not what the test was about, or has been looked at.
        }
    }

    private static string Json(IEncodable? dict) => dict switch
    {
        null => "{}",
        CraChallenge extra => Text(extra),
        ScramChallenge extra => Text(extra),
        ScramVerifier extra => Text(extra),
        CryptosignChallenge extra => Text(extra),
        _ => throw new ArgumentOutOfRangeException(nameof(dict)),
    };

    private static string Text<T>(T dict)
        where T : IEncodable => System.Text.Encoding.UTF8.GetString(ValueEncoder.Encode(SerializerKind.Json, dict));
}
