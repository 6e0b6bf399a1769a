using Broker.Connections;
using Microsoft.Extensions.Hosting;

namespace Broker.Hosting;

/// <summary>The router's heartbeat and its end: when the host stops, every session gets GOODBYE <c>wamp.close.system_shutdown</c>.</summary>
internal sealed class RouterService(RouterContext context, IHostApplicationLifetime lifetime) : IHostedService, IDisposable
{
    /// <summary>How long past <see cref="WampRouterOptions.CloseTimeout"/> a drain may take before connections are cut: each goes through up to two waits.</summary>
    private const int CloseTimeouts = 3;

    private ITimer? _heartbeat;
    private CancellationTokenRegistration _stopping;
    private Task? _drained;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var second = TimeSpan.FromSeconds(1);
        _heartbeat = context.Time.CreateTimer(
            static state =>
            {
                var router = (RouterContext)state!;
                router.Connections.Tick();
                router.Traces.EndThoseOver();
            },
            context,
            second,
            second);

        // Before the server stops: it would cut the connections that it waits for.
        _stopping = lifetime.ApplicationStopping.Register(() => _drained = DrainAsync());
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken) => await (_drained ?? DrainAsync()).ConfigureAwait(false);

    public void Dispose()
    {
        _heartbeat?.Dispose();
        _stopping.Dispose();
    }

    private async Task DrainAsync()
    {
        Log.Draining(context.Logger, context.Connections.Count);
        var closed = context.Connections.CloseAsync();
        var time = context.Options.CloseTimeout * CloseTimeouts;
        await closed.WaitAsync(time, context.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!closed.IsCompleted)
        {
            Log.DrainTimedOut(context.Logger, context.Connections.Count);
        }
    }
}
