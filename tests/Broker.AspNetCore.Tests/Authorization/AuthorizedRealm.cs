using System.Text.Json;
using Broker.Authentication;
using Broker.Hosting;
using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;
using Broker.Sessions;

namespace Broker.Authorization;

/// <summary>A realm whose role <c>user</c> may publish to <c>com.open</c>, and has an authorizer decide the rest.</summary>
internal static class AuthorizedRealm
{
    public const string Procedure = "com.example.authorize";

    public static Task<TestRouter> StartAsync() => TestRouter.StartAsync(options => Configure(options));

    public static WampRouterOptions Configure(WampRouterOptions options)
    {
        options.Realms["realm1"] = new RealmOptions
        {
            Roles =
            [
                new RoleOptions
                {
                    Name = "user",
                    Authorizer = Procedure,
                    Permissions = [new PermissionRule { Uri = "com.open", AllowPublish = true }],
                },
                new RoleOptions
                {
                    Name = "authorizer",
                    Permissions =
                    [
                        new PermissionRule { Uri = Procedure, AllowRegister = true },
                        new PermissionRule { Uri = "_broker.authorizer.forget_decisions", AllowCall = true },
                    ],
                },
            ],
        };
        options.Authenticators["realm1"] = [new Everybody()];
        return options;
    }

    public static string Rest(JsonElement asked) => $"[{string.Join(',', asked[4].EnumerateArray().Skip(1).Select(one => one.GetRawText()))}]";

    public static async Task<TestPeer> AuthorizerAsync(TestRouter router, PeerTransport transport = PeerTransport.WebSocket)
    {
        var authorizer = await JoinAsync(router, "authorizer", transport);
        await authorizer.SendAsync($$"""[64,1,{},"{{Procedure}}"]""");
        await authorizer.ExpectAsync("[65,1,*]");
        return authorizer;
    }

    public static async Task<TestPeer> JoinAsync(
        TestRouter router, string authId, PeerTransport transport = PeerTransport.WebSocket, SerializerKind serializer = SerializerKind.Json)
    {
        var peer = await TestPeer.ConnectAsync(router, transport, serializer);
        await peer.SendAsync(
            $$$"""[1,"realm1",{"roles":{"publisher":{},"subscriber":{},"caller":{},"callee":{}},"authmethods":["everybody"],"authid":"{{{authId}}}"}]""");
        await peer.ExpectAsync("[2,*]");
        return peer;
    }

    /// <summary>Believes everybody; the authorizer is known by its name.</summary>
    public sealed class Everybody : IWampAuthenticator
    {
        /// <summary>Who is believed for <see cref="BriefTime"/> only, the first time.</summary>
        public const string Brief = "brief";

        public static readonly TimeSpan BriefTime = TimeSpan.FromSeconds(1);

        private int _briefs;

        public string Method => "everybody";

        public ValueTask<AuthenticationResult> BeginAsync(AuthenticationRequest request, CancellationToken cancellationToken) =>
            ValueTask.FromResult<AuthenticationResult>(new AuthenticationResult.Accepted(
                new SessionIdentity(request.AuthId!, request.AuthId == "authorizer" ? "authorizer" : "user", Method, "test"),
                Expires: request.AuthId == Brief && Interlocked.Increment(ref _briefs) == 1 ? new ManualTimeProvider().GetUtcNow() + BriefTime : null));

        public ValueTask<AuthenticationResult> ContinueAsync(
            AuthenticationRequest request, object? state, AuthenticationAnswer answer, CancellationToken cancellationToken) =>
            throw new InvalidOperationException();
    }
}
