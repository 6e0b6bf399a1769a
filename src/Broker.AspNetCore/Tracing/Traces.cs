using Broker.Connections;
using Broker.Hosting;
using Microsoft.Extensions.Logging;

namespace Broker.Tracing;

/// <summary>
/// The traces that run. While none does, a message costs one look at a null. Thread-safe; may be called with a peer's gate held, takes none itself.
/// </summary>
/// <param name="connections">The connections.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The category <c>Broker.Trace</c>.</param>
internal sealed class Traces(ConnectionTable connections, TimeProvider time, ILogger logger)
{
    private readonly Lock _changing = new();
    private WireTrace[] _running = []; // replaced as a whole

    /// <summary>The category of the log.</summary>
    public ILogger Logger { get; } = logger;

    /// <summary>They, the newest first.</summary>
    public IReadOnlyList<WireTrace> Running => Volatile.Read(ref _running);

    /// <summary>
    /// Starts a trace, in the place of one with the same subject and name. One of a session or connection that is not there is not started.
    /// </summary>
    /// <returns>How many connections it is for at this moment.</returns>
    /// <exception cref="InvalidOperationException">Nothing of it would be logged, or as many run as may.</exception>
    public int Start(WampTraceOptions options)
    {
        if (!Logger.IsEnabled(LogLevel.Information))
        {
            throw new InvalidOperationException("The log takes no entries of the category Broker.Trace: set its level to information.");
        }

        var trace = new WireTrace(options, time.GetUtcNow() + options.MaxTime);
        lock (_changing)
        {
            var count = connections.All.Count(trace.IsFor);
            if (count > 0 || options.Subject == TraceSubject.AuthId)
            {
                var others = Without(options.Subject, options.Name);
                if (others.Length >= WampTraceOptions.MostTraces)
                {
                    throw new InvalidOperationException($"{WampTraceOptions.MostTraces} traces run, and no more may: end one of them.");
                }

                Change([trace, .. others]);
                Log.TraceStarted(Logger, options.Subject, Log.Printable(options.Name), options.MaxMessages, options.MaxTime.TotalSeconds);
            }

            return count;
        }
    }

    /// <summary>Ends a trace.</summary>
    /// <returns>False when there is none.</returns>
    public bool Stop(TraceSubject subject, string name)
    {
        lock (_changing)
        {
            var others = Without(subject, name);
            if (others.Length == _running.Length)
            {
                return false;
            }

            Change(others);
            Log.TraceEnded(Logger, subject, Log.Printable(name), "asked to");
            return true;
        }
    }

    /// <summary>Ends those that have run for as long, or told of as many messages, as they may.</summary>
    public void EndThoseOver()
    {
        if (Running.Count == 0)
        {
            return;
        }

        lock (_changing)
        {
            var now = time.GetUtcNow();
            var over = Array.FindAll(_running, trace => trace.IsUsedUp || trace.Until <= now);
            if (over.Length == 0)
            {
                return;
            }

            Change([.. _running.Except(over)]);
            foreach (var trace in over)
            {
                Log.TraceEnded(Logger, trace.Options.Subject, Log.Printable(trace.Options.Name), trace.IsUsedUp ? "its count is full" : "its time is up");
            }
        }
    }

    /// <summary>Sees whether a connection, whose session has just changed, is to be traced.</summary>
    public void LookFor(WampConnection connection)
    {
        if (Running.Count == 0 && !connection.IsTraced)
        {
            return;
        }

        lock (_changing) // else a trace that ends meanwhile could be set behind its end
        {
            connection.SetTrace(Find(connection));
        }
    }

    private WireTrace[] Without(TraceSubject subject, string name) =>
        Array.FindAll(_running, trace => (trace.Options.Subject, trace.Options.Name) != (subject, name));

    private void Change(WireTrace[] running)
    {
        Volatile.Write(ref _running, running);
        foreach (var connection in connections.All)
        {
            connection.SetTrace(Find(connection));
        }
    }

    private WireTrace? Find(WampConnection connection) => Array.Find(_running, trace => trace.IsFor(connection));
}
