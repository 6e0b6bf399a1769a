using System.Text.Json;

namespace Broker.EndToEnd;

/// <summary>python3-autobahn logs in to the router by the methods of which it speaks the specification's form.</summary>
public sealed class AutobahnLoginTests
{
    /// <summary>transport, serializer</summary>
    public static TheoryData<string, string> Wires => PythonAutobahnTests.Wires;

    [Theory]
    [Trait("wamp", "TIC-02")]
    [Trait("wamp", "TIC-04")]
    [Trait("wamp", "CRA-02")]
    [Trait("wamp", "CRA-05")]
    [Trait("wamp", "CRA-06")]
    [Trait("wamp", "CRY-03")]
    [Trait("wamp", "CRY-05")]
    [Trait("wamp", "AUT-12")]
    [MemberData(nameof(Wires))]
    public async Task Who_knows_the_secret_or_has_the_key_gets_in(string transport, string serializer)
    {
        await using var router = await LoginRouter.StartAsync(LoginUsers.AllMethods);
        foreach (var (method, authId, secret, user, role) in ((string, string, string, string, string)[])
            [
                ("ticket", "joe", "sesame", "joe", "device"),
                ("wampcra", "joe", "sesame", "joe", "device"),
                ("wampcra", "Ann Zürich", "öffne dich", "Ann Zürich", "guest"),
                ("cryptosign", "joe", LoginUsers.JoesKey, "joe", "device"),
                ("cryptosign", "", LoginUsers.JoesKey, "joe", "device"),
            ])
        {
            var welcome = await LoginAsync(router.Url(transport), serializer, method, authId, secret);

            Assert.Equal(
                (user, role, method, "static"),
                (welcome.GetProperty("authid").GetString(), welcome.GetProperty("authrole").GetString(),
                    welcome.GetProperty("authmethod").GetString(),
                    welcome.GetProperty("authprovider").GetString()));
        }
    }

    [Fact]
    [Trait("wamp", "TIC-04")]
    [Trait("wamp", "CRA-05")]
    [Trait("wamp", "CRY-05")]
    [Trait("wamp", "AUT-09")]
    [Trait("wamp", "AUT-11")]
    public async Task Who_does_not_is_denied()
    {
        await using var router = await LoginRouter.StartAsync(LoginUsers.AllMethods);
        foreach (var (method, authId, secret) in ((string, string, string)[])
            [("ticket", "joe", "simsim"), ("wampcra", "joe", "simsim"), ("wampcra", "nobody", "sesame"),
                ("cryptosign", "joe", LoginUsers.RouterKey)])
        {
            var refusal = await LoginAsync(router.WebSocketUrl, "json", method, authId, secret);

            Assert.Equal("wamp.error.authentication_denied", refusal.GetProperty("reason").GetString());
        }

        Assert.Equal(
            "technician", (await LoginAsync(
                router.WebSocketUrl, "json", "wampcra", "joe", "sesame", "technician")).GetProperty("authrole").GetString());
    }

    private static async Task<JsonElement> LoginAsync(string url, string serializer, params string[] who)
    {
        string[] arguments = [Path.Combine(BuiltFiles.ForeignPeers, "login.py"), url, serializer, RouterProcess.Realm, .. who];
        await using var process = ChildProcess.Start(ForeignTools.Interpreter("python"), arguments);
        while (await process.ReadLineAsync() is { } line)
        {
            if (line.StartsWith('{'))
                return JsonElement.Parse(line);
        }

        throw process.Failure("It told nothing");
    }
}
