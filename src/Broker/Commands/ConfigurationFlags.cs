using System.CommandLine;
using Broker.Configuration.Sources;

namespace Broker.Commands;

/// <summary>The flags that say something about the configuration; several commands take them.</summary>
internal sealed class ConfigurationFlags
{
    private readonly Option<string?> _config = new("--config")
    {
        Description = "The configuration file. By default broker.json in the working directory, if it is there.",
        HelpName = "FILE",
    };

    private readonly Option<string[]> _set = new("--set")
    {
        Description = "A value for any key of the configuration, such as limits.message_size=4MiB. Can be given several times.",
        HelpName = "KEY=VALUE",
    };

    private readonly Option<string[]> _listen = new("--listen")
    {
        Description = "Where to listen: HOST:PORT or unix:/path/to/socket. Can be given several times. By default 127.0.0.1:8080.",
        HelpName = "ADDRESS",
    };

    private readonly Option<string[]> _realms = new("--realm")
    {
        Description = "A realm that sessions can join. Can be given several times. By default realm1.",
        HelpName = "URI",
    };

    private readonly Option<string?> _path = new("--path")
    {
        Description = "The path of the WebSocket. By default /ws.",
        HelpName = "PATH",
    };

    private readonly Option<bool> _anonymous = new("--allow-anonymous")
    {
        Description = "Take sessions without authentication from every address, not only from loopback.",
    };

    private readonly Option<string[]> _origins = new("--allow-origin")
    {
        Description = "An origin of web pages that may connect, such as https://app.example.com; * for all. Can be given several times.",
        HelpName = "ORIGIN",
    };

    private readonly Option<string?> _level = new("--log-level")
    {
        Description = "The least level that is logged: trace, debug, info, warning, error, critical or none. By default info.",
        HelpName = "LEVEL",
    };

    private readonly Option<bool> _development = new("--dev")
    {
        Description =
            "For trying things out: everybody may join, web pages of this machine may connect, the log is for people. Not for production.",
    };

    private IEnumerable<Option> All => [_config, _set, _listen, _realms, _path, _anonymous, _origins, _level, _development];

    /// <summary>Has a command take these flags.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in All)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Where the configuration is to be read from.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="file">A file named otherwise than by <c>--config</c>, or null.</param>
    public ConfigurationSource Source(ParseResult parsed, string? file = null) => ConfigurationSource.Of(
        file ?? parsed.GetValue(_config),
        new Flags
        {
            Listen = parsed.GetValue(_listen) ?? [],
            Realms = parsed.GetValue(_realms) ?? [],
            Path = parsed.GetValue(_path),
            AllowAnonymous = parsed.GetValue(_anonymous),
            Origins = parsed.GetValue(_origins) ?? [],
            LogLevel = parsed.GetValue(_level),
            Sets = parsed.GetValue(_set) ?? [],
            IsDevelopment = parsed.GetValue(_development),
        });
}
