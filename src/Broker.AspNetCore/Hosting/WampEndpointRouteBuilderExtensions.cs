using Broker.Hosting;
using Broker.Transports;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Serves WAMP at a path of an ASP.NET Core application.</summary>
public static class WampEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Serves WAMP over WebSocket (HTTP/1.1 and HTTP/2) at <paramref name="path"/>, behind the application's own middleware. Needs <c>AddWampRouter</c>.
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="path">The path, such as <c>/ws</c>.</param>
    public static IEndpointConventionBuilder MapWamp(this IEndpointRouteBuilder endpoints, string path = "/ws")
    {
        var context = endpoints.ServiceProvider.GetService<RouterContext>()
            ?? throw new InvalidOperationException("There is no WAMP router to serve: call builder.Services.AddWampRouter() first.");
        var endpoint = new HttpEndpoint(context);
        return endpoints.Map(path, endpoint.OnRequestAsync);
    }
}
