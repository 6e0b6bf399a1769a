using Broker.Configuration.Sections;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Broker.Configuration.Reloads;

/// <summary>Which levels are logged, changeable while the router runs. Thread-safe.</summary>
/// <param name="section">What is configured.</param>
internal sealed class LogLevels(LogSection section) : IConfigureOptions<LoggerFilterOptions>, IOptionsChangeTokenSource<LoggerFilterOptions>
{
    private volatile LogSection _section = section;
    private ConfigurationReloadToken _changed = new();

    /// <inheritdoc/>
    public string? Name => Microsoft.Extensions.Options.Options.DefaultName;

    /// <summary>Puts other levels into force.</summary>
    public void Apply(LogSection section)
    {
        _section = section;
        Interlocked.Exchange(ref _changed, new ConfigurationReloadToken()).OnReload();
    }

    /// <inheritdoc/>
    public IChangeToken GetChangeToken() => Volatile.Read(ref _changed);

    /// <inheritdoc/>
    public void Configure(LoggerFilterOptions options)
    {
        var section = _section;
        options.MinLevel = section.Level;
        Set(options, "Microsoft", section.Level > LogLevel.Warning ? section.Level : LogLevel.Warning);
        Set(options, "Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None); // why a start failed is said in one sentence
        Set(options, "Broker.Trace", LogLevel.Information); // an operator has asked for it; only levels that name it overrule that
        foreach (var (category, level) in section.Levels)
        {
            Set(options, category, level);
        }
    }

    private static void Set(LoggerFilterOptions options, string category, LogLevel level) =>
        options.Rules.Add(new LoggerFilterRule(providerName: null, category, level, filter: null));
}
