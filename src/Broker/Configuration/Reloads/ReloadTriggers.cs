using System.Runtime.InteropServices;

namespace Broker.Configuration.Reloads;

/// <summary>Has the configuration read again when its files have changed, and on SIGHUP.</summary>
internal sealed class ReloadTriggers : IDisposable
{
    private readonly ConfigurationReload _reload;
    private readonly FileWatch _watch;
    private readonly PosixSignalRegistration _signal;

    /// <param name="reload">What reads the configuration; it is disposed together with this.</param>
    /// <param name="logger">Where faults of watching go.</param>
    /// <param name="time">The clock.</param>
    public ReloadTriggers(ConfigurationReload reload, ILogger logger, TimeProvider time)
    {
        _reload = reload;
        _watch = new FileWatch(() => reload.Files, reload.Reload, logger, time);
        _signal = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true; // which otherwise ends the process
            reload.Reload();
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _signal.Dispose();
        _watch.Dispose();
        _reload.Dispose();
    }
}
