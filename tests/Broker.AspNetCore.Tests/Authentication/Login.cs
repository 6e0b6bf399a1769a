using System.Text.Json;
using System.Text.Json.Nodes;
using Broker.Peers;
using Broker.Serialization;

namespace Broker.Authentication;

/// <summary>Clients that try to log in, each over a connection of its own.</summary>
internal static class Login
{
    /// <summary>A router whose realm has these methods, and where attempts may fail as often as they like.</summary>
    public static Task<TestRouter> StartRouterAsync(params IWampAuthenticator[] authenticators) => TestRouter.StartAsync(options =>
    {
        options.Authenticators[TestRouter.Realm] = authenticators;
        options.AttemptLimits = AttemptLimits.None;
    });

    public static string Hello(string method, string? authId, JsonObject? extra = null, string? role = null)
    {
        var details = new JsonObject
        {
            ["roles"] = new JsonObject { ["caller"] = new JsonObject() },
            ["authmethods"] = new JsonArray(method),
            ["authid"] = authId,
            ["authextra"] = extra,
            ["authrole"] = role,
        };
        return new JsonArray(1, TestRouter.Realm, details).ToJsonString();
    }

    public static string Authenticate(string signature, JsonObject? extra = null) =>
        new JsonArray(5, signature, extra ?? []).ToJsonString();

    /// <summary>Says HELLO and gives CHALLENGE.Extra.</summary>
    public static async Task<JsonElement> ChallengeAsync(this TestPeer peer, string hello)
    {
        await peer.SendAsync(hello);
        return (await peer.ExpectAsync("[4,*]"))[2];
    }

    /// <summary>Joins, and gives WELCOME.</summary>
    public static async Task<JsonElement> JoinAsync(
        TestRouter router, PeerTransport transport, SerializerKind serializer, string hello, Func<JsonElement, string> answer)
    {
        await using var peer = await TestPeer.ConnectAsync(router, transport, serializer);
        await peer.SendAsync(answer(await peer.ChallengeAsync(hello)));
        return await peer.ExpectAsync("[2,*]");
    }

    /// <summary>Is refused, and gives what ABORT says.</summary>
    public static async Task<string> FailAsync(
        TestRouter router,
        PeerTransport transport,
        SerializerKind serializer,
        string hello,
        Func<JsonElement, string> answer,
        string reason = "wamp.error.authentication_denied")
    {
        await using var peer = await TestPeer.ConnectAsync(router, transport, serializer);
        await peer.SendAsync(answer(await peer.ChallengeAsync(hello)));
        return await peer.ExpectAbortAsync(reason);
    }

    /// <summary>Is refused without a CHALLENGE, and gives what ABORT says.</summary>
    public static async Task<string> AbortAsync(
        TestRouter router, PeerTransport transport, SerializerKind serializer, string hello, string reason)
    {
        await using var peer = await TestPeer.ConnectAsync(router, transport, serializer);
        await peer.SendAsync(hello);
        return await peer.ExpectAbortAsync(reason);
    }

    /// <summary>An answer opens a session; sent again, or with its signature cut or changed, it opens none.</summary>
    public static async Task ExpectOneUseAsync(
        TestRouter router, PeerTransport transport, SerializerKind serializer, string hello, Func<JsonElement, string> answer)
    {
        var earlier = "";
        await JoinAsync(router, transport, serializer, hello, extra => earlier = answer(extra));
        await FailAsync(router, transport, serializer, hello, _ => earlier);

        var count = Broken(JsonNode.Parse(earlier)![1]!.GetValue<string>()).Count();
        for (var i = 0; i < count; i++)
        {
            await FailAsync(router, transport, serializer, hello, extra =>
            {
                var changed = JsonNode.Parse(answer(extra))!;
                changed[1] = Broken(changed[1]!.GetValue<string>()).ElementAt(i);
                return changed.ToJsonString();
            });
        }
    }

    /// <summary>A text cut at both ends, doubled, empty, and with one letter changed at some places.</summary>
    public static IEnumerable<string> Broken(string text)
    {
        yield return "";
        yield return text[..^1];
        yield return text[..^4];
        yield return text[1..];
        yield return text + text;
        yield return text + "=";
        for (var at = 0; at < text.Length; at += Math.Max(1, text.Length / 5))
        {
            yield return $"{text[..at]}{(char)(text[at] ^ 1)}{text[(at + 1)..]}";
        }
    }
}
