using System.Net;
using Broker.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Broker.EndToEnd;

/// <summary>Tickets that go to a web server of this machine, whatever proxy the environment names for the way to others.</summary>
public sealed class WebhookProxyTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("broker");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    [Trait("wamp", "AUT-16")]
    public async Task A_proxy_of_the_environment_sees_no_tickets_that_stay_on_the_machine()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        await using var judge = builder.Build();
        judge.MapPost("/judge", () => "\"device\"");
        await judge.StartAsync(TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            Path.Combine(_folder.FullName, "broker.json"),
            $$"""
            {
              "listeners": [ { "listen": "127.0.0.1:0" } ],
              "realms": [ { "name": "realm1", "roles": [ { "name": "device" } ], "auth": { "webhook": { "url": "{{judge.Urls.Single()}}/judge" } } } ]
            }
            """,
            TestContext.Current.CancellationToken);
        const string Nobody = "http://127.0.0.1:1";
        await using var router = ChildProcess.StartIn(
            _folder.FullName, [("http_proxy", Nobody), ("all_proxy", Nobody), ("BROKER__OPS", null)], "dotnet", BuiltFiles.Router);
        var url = (await router.ReadLineAsync())!.Split("listens on ")[1].Split(' ')[0];

        await using var client = await WampClient.ConnectAsync(new WampClientOptions
        {
            Url = new Uri(url),
            Realm = "realm1",
            Authenticators = [new Client.Authentication.TicketAuthenticator("joe", "sesame")],
        }).Soon();

        Assert.Equal("device", client.Session.AuthRole);
    }
}
