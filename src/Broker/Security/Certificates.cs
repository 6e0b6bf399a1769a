using System.Diagnostics.Metrics;
using Broker.Configuration.Reloads;

namespace Broker.Security;

/// <summary>
/// Watches the certificates of all listeners: reads them again when their files change, warns when one is about to expire, at once and then once a day, and tells by a metric when
/// it does.
/// </summary>
internal sealed class Certificates : IDisposable
{
    /// <summary>How long before its end a certificate is worth a warning.</summary>
    public static readonly TimeSpan WarningTime = TimeSpan.FromDays(14);

    private readonly IReadOnlyList<TlsListener> _listeners;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Meter _meter = new("Broker");
    private readonly List<FileWatch> _watches;
    private readonly ITimer _daily;

    /// <param name="listeners">The listeners with TLS.</param>
    /// <param name="logger">Where changes and warnings go.</param>
    /// <param name="time">The clock.</param>
    public Certificates(IReadOnlyList<TlsListener> listeners, ILogger logger, TimeProvider time)
    {
        _listeners = listeners;
        _logger = logger;
        _time = time;
        _meter.CreateObservableGauge(
            "broker.tls.certificate.expiry",
            () => _listeners.Select(listener => new Measurement<double>(
                (listener.Certificate.NotAfter.ToUniversalTime() - _time.GetUtcNow().UtcDateTime).TotalSeconds, new KeyValuePair<string, object?>("file", listener.File))),
            "s",
            "Seconds until a certificate expires.");
        _watches = [.. listeners.Select(Watch)];
        _daily = time.CreateTimer(static state => ((Certificates)state!).WarnOfAll(), this, TimeSpan.Zero, TimeSpan.FromDays(1));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _daily.Dispose();
        _watches.ForEach(watch => watch.Dispose());
        _meter.Dispose();
    }

    private FileWatch Watch(TlsListener listener)
    {
        var isFirst = true; // the watch tells of the files once at the beginning, changed or not
        return new FileWatch(
            () => listener.Files,
            () =>
            {
                Reload(listener, mayBeUnchanged: isFirst);
                isFirst = false;
            },
            _logger,
            _time);
    }

    private void Reload(TlsListener listener, bool mayBeUnchanged)
    {
        try
        {
            var isAnother = listener.Reload();
            if (isAnother || !mayBeUnchanged)
            {
                TlsLog.Reloaded(_logger, listener.File, listener.Certificate.NotAfter.ToUniversalTime());
                Warn(listener);
            }
        }
        catch (InvalidDataException exception)
        {
            TlsLog.Rejected(_logger, exception.Message);
        }
    }

    private void WarnOfAll()
    {
        foreach (var listener in _listeners)
        {
            Warn(listener);
        }
    }

    private void Warn(TlsListener listener)
    {
        var expiry = listener.Certificate.NotAfter.ToUniversalTime();
        var left = expiry - _time.GetUtcNow().UtcDateTime;
        if (left <= TimeSpan.Zero)
        {
            TlsLog.Expired(_logger, listener.File, expiry);
        }
        else if (left < WarningTime)
        {
            TlsLog.ExpiresSoon(_logger, listener.File, expiry, (int)left.TotalDays);
        }
    }
}
