using Broker.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds a WAMP router to an application.</summary>
public static class WampServiceCollectionExtensions
{
    /// <summary>
    /// Adds the router: its realms, and the service that says goodbye to every session when the application stops. Open it to clients by
    /// <c>app.MapWamp("/ws")</c>, by <c>listenOptions.UseWamp("/ws")</c>, or both.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Sets options; may be null.</param>
    public static IServiceCollection AddWampRouter(this IServiceCollection services, Action<WampRouterOptions>? configure = null)
    {
        services.AddOptions<WampRouterOptions>().Configure(configure ?? (_ => { })).ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<WampRouterOptions>, OptionsCheck>());
        services.TryAddSingleton<RouterContext>();
        services.TryAddSingleton(provider => new WampRouter(
            provider.GetRequiredService<RouterContext>(), provider.GetServices<IValidateOptions<WampRouterOptions>>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, RouterService>());
        return services;
    }
}
