using Broker.Configuration.Keys;
using Broker.Configuration.Sources;

namespace Broker.Security;

/// <summary>TLS of all listeners of a configuration, as the router uses it from its start; <c>check</c> does the same, and throws it away.</summary>
internal static class TlsListeners
{
    /// <summary>Reads the files of all listeners.</summary>
    /// <param name="reading">The configuration, without faults.</param>
    /// <returns>The listeners with TLS, by their number; and a fault for each whose files cannot be used.</returns>
    public static (IReadOnlyDictionary<int, TlsListener> Listeners, IReadOnlyList<Fault> Faults) Open(ConfigurationReading reading)
    {
        var listeners = new Dictionary<int, TlsListener>();
        var faults = new List<Fault>();
        foreach (var (index, listener) in reading.Configuration.Listeners.Index())
        {
            if (listener.Tls is not { } tls)
            {
                continue;
            }

            try
            {
                listeners[index] = new TlsListener(tls);
            }
            catch (InvalidDataException exception)
            {
                var path = KeyPath.Root["listeners"][index]["tls"];
                var origin = reading.Values.FirstOrDefault(value => value.Path == path["cert"].ToString())?.Origin ?? Origin.Default;
                faults.Add(new Fault(origin, path, exception.Message));
            }
        }

        return (listeners, faults);
    }
}
