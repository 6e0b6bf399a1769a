using System.Diagnostics.Metrics;
using Broker.Authentication.Tokens;
using Broker.Configuration.Documents;
using Broker.Configuration.Sources;
using Broker.Hosting;
using Microsoft.Extensions.Options;

namespace Broker.Configuration.Reloads;

/// <summary>Reads the configuration again and puts it into force: as a whole, or not at all. Thread-safe.</summary>
internal sealed class ConfigurationReload : IDisposable
{
    private readonly ConfigurationSource _source;
    private readonly WampRouter _router;
    private readonly LogLevels _levels;
    private readonly ILogger _logger;
    private readonly Counter<long> _reloads;
    private readonly Lock _reloading = new();
    private ConfigurationReading _current;
    private ConfigurationReading _tried;

    /// <param name="source">Where the configuration is read from.</param>
    /// <param name="current">What is in force.</param>
    /// <param name="router">The router.</param>
    /// <param name="levels">The levels of the log.</param>
    /// <param name="logger">Where the outcome is told.</param>
    public ConfigurationReload(
        ConfigurationSource source, ConfigurationReading current, WampRouter router, LogLevels levels, ILogger logger)
    {
        _source = source;
        _current = current;
        _tried = current;
        _router = router;
        _levels = levels;
        _logger = logger;
        _reloads = Meter.CreateCounter<long>("broker.config.reloads", description: "Configurations that were read again, by outcome.");
    }

    /// <summary>What counts the reloads: its own, though all of a process have one name.</summary>
    public Meter Meter { get; } = new("Broker");

    /// <summary>Is told of a configuration once it is in force; must not fail.</summary>
    public Action<BrokerConfiguration>? Applied { get; init; }

    /// <summary>
    /// The files that the configuration in force came from, and those of the one read last: if it was rejected, one of them may mend it.
    /// </summary>
    public IEnumerable<string> Files =>
        [_source.File!, .. Volatile.Read(ref _current).ReferencedFiles.Union(Volatile.Read(ref _tried).ReferencedFiles)];

    /// <summary>Reads it again. The log tells what came of it.</summary>
    public void Reload()
    {
        lock (_reloading)
        {
            _reloads.Add(1, new KeyValuePair<string, object?>("outcome", TryReload()));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Meter.Dispose();

    /// <summary>
    /// Whatever goes wrong ends here: on the thread of a timer or a signal nobody else would catch it, and it would end the process with all
    /// its sessions.
    /// </summary>
    private string TryReload()
    {
        try
        {
            var reading = _source.Read();
            Volatile.Write(ref _tried, reading);
            return reading.IsValid ? Apply(reading) : Reject(reading.Faults.Select(fault => fault.ToString()));
        }
        catch (OptionsValidationException exception)
        {
            return Reject(exception.Failures);
        }
        catch (InvalidDataException exception)
        {
            return Reject([exception.Message]);
        }
        catch (Exception exception)
        {
            return Reject([exception.Message], exception);
        }
    }

    private string Apply(ConfigurationReading reading)
    {
        var changes = Change.Between(_current.Values, reading.Values);
        if (changes.Count == 0)
        {
            ReloadLog.Unchanged(_logger);
            JwtTickets.ExpireKeySets(); // what a file of keys says is not among the values
            Volatile.Write(ref _current, reading); // other files may be named
            return "unchanged";
        }

        if (changes.Where(change => change.NeedsRestart).ToList() is { Count: > 0 } late)
        {
            return Reject(late.Select(change => $"{change.Path} cannot be changed while the router runs: restart it."));
        }

        var options = new WampRouterOptions();
        OptionsMap.Apply(reading.Configuration, options);
        try
        {
            // The router last: what it has done to its sessions could not be taken back.
            _levels.Apply(reading.Configuration.Log);
            _router.Reconfigure(options);
        }
        catch
        {
            _levels.Apply(_current.Configuration.Log);
            throw;
        }

        Applied?.Invoke(reading.Configuration);
        Volatile.Write(ref _current, reading);
        ReloadLog.Reloaded(_logger, string.Join(", ", changes));
        return "applied";
    }

    private string Reject(IEnumerable<string> reasons, Exception? exception = null)
    {
        ReloadLog.Rejected(_logger, exception, string.Join(' ', reasons));
        return "rejected";
    }
}
