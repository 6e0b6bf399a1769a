using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Broker.Authorization;
using Broker.Configuration.Sources;
using Broker.Hosting;
using Broker.Peers;
using Microsoft.Extensions.Options;

namespace Broker.Configuration.Reloads;

/// <summary>A new configuration is put into force as a whole, or not at all.</summary>
public sealed class ConfigurationReloadTests : IDisposable
{
    private readonly WrittenFile _file = new("""{ "log": { "level": "info" } }""");
    private readonly RecordedLog _log = new();
    private readonly ConcurrentQueue<string> _outcomes = [];
    private readonly MeterListener _metrics = new();
    private readonly ServiceProvider _services;
    private readonly ConfigurationReload _reload;

    public ConfigurationReloadTests()
    {
        _file.Beside("origin", "https://a.example.com");
        var source = _file.Source();
        var reading = source.Read();
        var levels = new LogLevels(reading.Configuration.Log);
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(_log));
        services.AddSingleton<IConfigureOptions<LoggerFilterOptions>>(levels);
        services.AddSingleton<IOptionsChangeTokenSource<LoggerFilterOptions>>(levels);
        services.AddWampRouter(options => OptionsMap.Apply(reading.Configuration, options));
        _services = services.BuildServiceProvider();
        _reload = new ConfigurationReload(
            source, reading, Router, levels, _services.GetRequiredService<ILoggerFactory>().CreateLogger("Broker.Configuration"));
        _metrics.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == _reload.Meter && instrument.Name == "broker.config.reloads") // other tests reload, too
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _metrics.SetMeasurementEventCallback<long>((_, count, tags, _) => _outcomes.Enqueue($"{count} {tags[0].Value}"));
        _metrics.Start();
    }

    private WampRouter Router => _services.GetRequiredService<WampRouter>();

    [Fact]
    public void What_has_changed_is_in_force_and_told()
    {
        _file.Write("""{ "limits": { "nesting": 9 }, "listeners": [ { "listen": "127.0.0.1:8080", "origins": ["${file:origin}"] } ] }""");

        _reload.Reload();

        Assert.Equal(9, Router.Options.DecodeLimits.MaxDepth);
        Assert.Equal(["https://a.example.com"], Router.Options.Listeners[OptionsMap.ListenerName(0)].AllowedOrigins);
        Assert.Equal(
            "The configuration was reloaded: listeners.0.origins.0 (none) -> \"${file:origin}\", limits.nesting 32 -> 9, listeners.0.origins [] -> (none).",
            Assert.Single(_log.Entries));
        Assert.Equal(["1 applied"], _outcomes);
        Assert.Contains(_reload.Files, file => file.EndsWith("/origin", StringComparison.Ordinal));
    }

    [Fact]
    public void The_same_again_changes_nothing()
    {
        var before = Router.Options;
        _file.Write("""{ /* another comment */ "log": { "level": "info" } }""");

        _reload.Reload();

        Assert.Same(before, Router.Options);
        Assert.Empty(_log.Entries);
        Assert.Equal(["1 unchanged"], _outcomes);
    }

    [Fact]
    public void The_content_of_a_file_that_is_named_counts()
    {
        _file.Write("""{ "listeners": [ { "listen": "127.0.0.1:8080", "origins": ["${file:origin}"] } ] }""");
        _reload.Reload();
        _file.Beside("origin", "https://b.example.com");

        _reload.Reload();

        Assert.Equal(["https://b.example.com"], Router.Options.Listeners[OptionsMap.ListenerName(0)].AllowedOrigins);
    }

    [Theory]
    [InlineData("""{ "limits": { "nesting": 9, "oops": 1 } }""", "limits.oops: there is no such key")]
    [InlineData("""{ "limits": { "nesting": 9 }""", "This is no JSON")]
    [InlineData("""{ "limits": { "nesting": 9 }, "listeners": [ { "listen": "127.0.0.1:8080", "origins": ["${file:none}"] } ] }""", "does not exist")]
    [InlineData("""{ "limits": { "nesting": 9 }, "listeners": [ { "listen": "127.0.0.1:8081" } ] }""", "listeners.0.listen cannot be changed while the router runs: restart it.")]
    [InlineData("""{ "limits": { "nesting": 9 }, "listeners": [ { "listen": "127.0.0.1:8080" }, { "listen": "127.0.0.1:8081" } ] }""", "listeners.1.listen cannot be changed while the router runs: restart it.")]
    [InlineData("""{ "limits": { "nesting": 9 }, "log": { "format": "json" } }""", "log.format cannot be changed while the router runs: restart it.")]
    [InlineData("""{ "limits": { "nesting": 9 }, "log": { "levels": { "*.*": "debug" } } }""", "log.levels.\"*.*\": a category has one * at the most")]
    [InlineData("""{ "limits": { "nesting": 9 }, "listeners": [ { "listen": "127.0.0.1:8080", "origins": ["${file:a\u0000b}"] } ] }""", "listeners.0.origins.0: the name of a file is missing")]
    public void A_new_configuration_that_cannot_be_changes_nothing_and_the_log_says_why(string json, string reason)
    {
        var before = Router.Options;
        _file.Write(json);

        _reload.Reload();

        Assert.Same(before, Router.Options);
        Assert.StartsWith("The new configuration is rejected, and nothing has changed: ", Assert.Single(_log.Entries), StringComparison.Ordinal);
        Assert.Contains(reason, _log.Entries[0], StringComparison.Ordinal);
        Assert.Equal(["1 rejected"], _outcomes);
    }

    [Fact]
    public void After_a_rejected_one_the_next_good_one_is_taken()
    {
        _file.Write("{");
        _reload.Reload();
        _file.Write("""{ "limits": { "nesting": 9 } }""");
        _reload.Reload();

        Assert.Equal(9, Router.Options.DecodeLimits.MaxDepth);
        Assert.Equal(["1 rejected", "1 applied"], _outcomes);
    }

    /// <summary>Nobody else would catch it on the thread of a timer or of a signal.</summary>
    [Fact]
    public void A_fault_of_the_router_rejects_the_new_configuration_and_changes_nothing()
    {
        var before = Router.Options;
        var router = _services.GetRequiredService<ILoggerFactory>().CreateLogger("Broker.Router");
        using var subscription = _services.GetRequiredService<IOptionsMonitor<LoggerFilterOptions>>().OnChange(options =>
        {
            if (options.MinLevel == LogLevel.Debug)
            {
                throw new NotSupportedException("Something else.");
            }
        });
        _file.Write("""{ "limits": { "nesting": 9 }, "log": { "level": "debug" } }""");

        _reload.Reload();

        Assert.Same(before, Router.Options);
        Assert.Contains("Something else.", Assert.Single(_log.Entries), StringComparison.Ordinal);
        Assert.Equal(["1 rejected"], _outcomes);
        Assert.Equal((true, false), (router.IsEnabled(LogLevel.Information), router.IsEnabled(LogLevel.Debug)));
        _file.Write("""{ "limits": { "nesting": 9 } }""");
        _reload.Reload();
        Assert.Equal(9, Router.Options.DecodeLimits.MaxDepth);
    }

    [Fact]
    public void A_rejected_configuration_is_taken_when_the_file_comes_that_it_lacked()
    {
        var clock = new ManualTimeProvider();
        var second = TimeSpan.FromSeconds(1);
        using var watch = new FileWatch(() => _reload.Files, _reload.Reload, _log, clock);
        clock.Advance(2 * second);
        _file.Write("""{ "listeners": [ { "listen": "127.0.0.1:8080", "origins": ["${file:late}"] } ] }""");
        clock.Advance(10 * second);
        Assert.Equal(["1 unchanged", "1 rejected"], _outcomes);

        _file.Beside("late", "https://late.example.com");
        clock.Advance(2 * second);

        Assert.Equal("1 applied", _outcomes.Last());
        Assert.Equal(["https://late.example.com"], Router.Options.Listeners[OptionsMap.ListenerName(0)].AllowedOrigins);
    }

    [Fact]
    public void How_authorizers_are_asked_changes()
    {
        _file.Write("""{ "authorizer": { "timeout": "1s", "allowed_for": "2s", "denied_for": "3s", "max_remembered": 4 } }""");

        _reload.Reload();

        Assert.Equal(
            new AuthorizerOptions { Timeout = TimeSpan.FromSeconds(1), AllowedFor = TimeSpan.FromSeconds(2), DeniedFor = TimeSpan.FromSeconds(3), MaxRemembered = 4 },
            Router.Options.Authorizer);
    }

    [Fact]
    public void Realms_and_their_roles_change()
    {
        _file.Write("""
            {
              "realms": [ { "name": "com.example.a", "roles": [ { "name": "guest" } ], "auth": { "anonymous": { "role": "guest" } } } ]
            }
            """);

        _reload.Reload();

        Assert.Equal("guest", Assert.Single(Assert.Single(Router.Options.Realms).Value.Roles!).Name);
        Assert.Equal("anonymous", Assert.Single(Router.Options.Authenticators["com.example.a"]).Method);
        Assert.Equal(["1 applied"], _outcomes);
    }

    [Fact]
    public void Levels_of_the_log_change_for_loggers_that_exist()
    {
        var router = _services.GetRequiredService<ILoggerFactory>().CreateLogger("Broker.Router");
        var server = _services.GetRequiredService<ILoggerFactory>().CreateLogger("Microsoft.AspNetCore.Server");
        Assert.Equal((true, false, false), (router.IsEnabled(LogLevel.Information), router.IsEnabled(LogLevel.Debug), server.IsEnabled(LogLevel.Information)));

        _file.Write("""{ "log": { "level": "error", "levels": { "Broker.Router": "debug", "Microsoft.AspNetCore": "info" } } }""");
        _reload.Reload();

        Assert.True(router.IsEnabled(LogLevel.Debug));
        Assert.True(server.IsEnabled(LogLevel.Information));
        Assert.False(_services.GetRequiredService<ILoggerFactory>().CreateLogger("Broker.Other").IsEnabled(LogLevel.Warning));
    }

    public void Dispose()
    {
        _metrics.Dispose();
        _reload.Dispose();
        _services.Dispose();
        _file.Dispose();
    }
}
