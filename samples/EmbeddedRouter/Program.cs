using Broker.Realms;

// A WAMP router inside an ASP.NET Core application of one's own: beside its pages, behind its middleware.
var builder = WebApplication.CreateBuilder(args);

builder.Services.AddWampRouter(options =>
{
    options.Realms["com.example.shop"] = new RealmOptions();
});

builder.WebHost.ConfigureKestrel(kestrel =>
{
    // WebSocket and RawSocket straight on the transport: the fast path, past the application's middleware. HTTP goes on to the application.
    kestrel.ListenLocalhost(8180, listen => listen.UseWamp("/ws"));

    // HTTP only; WebSockets get in by MapWamp below.
    kestrel.ListenLocalhost(8181);
});

var app = builder.Build();

app.MapGet("/", () => "A shop. Its WAMP router is at /ws, realm com.example.shop.");
app.MapWamp("/ws");

await app.RunAsync().ConfigureAwait(false);
