using System.CommandLine;
using System.CommandLine.Parsing;
using Broker.Transports;
using Broker.Uris;

namespace Broker.Commands;

/// <summary>The command line of the router.</summary>
internal static class RunCommand
{
    /// <summary>The exit code for a command line that cannot be understood.</summary>
    public const int UsageFault = 2;

    /// <summary>The commands and their flags.</summary>
    public static RootCommand Build()
    {
        var listen = new Option<string[]>("--listen")
        {
            Description = "Where to listen: HOST:PORT or unix:/path/to/socket. Can be given several times.",
            HelpName = "ADDRESS",
            DefaultValueFactory = _ => ["127.0.0.1:8080"],
        };
        listen.Validators.Add(RequireAddresses);
        var realms = new Option<string[]>("--realm")
        {
            Description = "A realm that sessions can join. Can be given several times.",
            HelpName = "URI",
            DefaultValueFactory = _ => ["realm1"],
        };
        realms.Validators.Add(RequireRealms);
        var path = new Option<string>("--path")
        {
            Description = "The path of the WebSocket.",
            DefaultValueFactory = _ => "/ws",
        };
        path.Validators.Add(RequirePath);
        var anonymous = new Option<bool>("--allow-anonymous")
        {
            Description = "Take sessions without authentication from every address, not only from loopback.",
        };
        var origins = new Option<string[]>("--allow-origin")
        {
            Description = "An origin of web pages that may connect, such as https://app.example.com; * for all. Can be given several times.",
            HelpName = "ORIGIN",
            DefaultValueFactory = _ => [],
        };
        origins.Validators.Add(RequireOrigins);
        var level = new Option<LogLevel>("--log-level")
        {
            Description = "The least level that is logged: Trace, Debug, Information, Warning, Error, Critical or None.",
            HelpName = "LEVEL",
            CustomParser = ParseLevel,
            DefaultValueFactory = _ => LogLevel.Information,
        };

        var root = new RootCommand("Broker, a WAMP v2 router.") { listen, realms, path, anonymous, origins, level };
        root.Validators.Add(result => RequireConfiguration(result, listen, anonymous));
        root.SetAction((parsed, cancellation) => RouterHost.RunAsync(
            new RunSettings(
                [.. parsed.GetValue(listen)!.Select(ParseAddress)],
                parsed.GetValue(realms)!,
                parsed.GetValue(path)!,
                parsed.GetValue(anonymous),
                parsed.GetValue(origins)!,
                parsed.GetValue(level)),
            cancellation));
        root.Subcommands.Add(ProbeCommand.Build());
        return root;
    }

    private static ListenAddress ParseAddress(string text) =>
        ListenAddress.TryParse(text, out var address, out var fault) ? address : throw new FormatException(fault);

    private static void RequireAddresses(OptionResult result)
    {
        foreach (var token in result.Tokens)
        {
            if (!ListenAddress.TryParse(token.Value, out _, out var fault))
            {
                result.AddError(fault);
            }
        }
    }

    private static void RequireRealms(OptionResult result)
    {
        foreach (var token in result.Tokens)
        {
            var uri = System.Text.Encoding.UTF8.GetBytes(token.Value);
            if (!UriRules.Default.IsValid(uri) || UriRules.IsReserved(uri))
            {
                result.AddError($"'{token.Value}' is no realm: write a URI, such as com.example.realm, that does not start with wamp.");
            }
        }
    }

    private static void RequireOrigins(OptionResult result)
    {
        foreach (var token in result.Tokens)
        {
            if (!OriginRules.IsOrigin(token.Value))
            {
                result.AddError($"'{token.Value}' is no origin: write scheme, host and port as a browser sends them, such as https://app.example.com, or *.");
            }
        }
    }

    private static LogLevel ParseLevel(ArgumentResult result)
    {
        var text = result.Tokens[^1].Value;
        if (Enum.TryParse<LogLevel>(text, ignoreCase: true, out var level) && char.IsAsciiLetter(text[0]))
        {
            return level;
        }

        result.AddError($"'{text}' is no log level: write Trace, Debug, Information, Warning, Error, Critical or None.");
        return default;
    }

    private static void RequirePath(OptionResult result)
    {
        var path = result.GetValueOrDefault<string>();
        if (path is null || path.Length < 2 || path[0] != '/' || path.Any(c => !char.IsAsciiLetterOrDigit(c) && "/-._~".IndexOf(c, StringComparison.Ordinal) < 0))
        {
            result.AddError($"'{path}' is no path: write / and a name of letters, digits and - . _ ~, such as /ws.");
        }
    }

    private static void RequireConfiguration(CommandResult result, Option<string[]> listen, Option<bool> anonymous)
    {
        if (result.GetValue(anonymous))
        {
            return;
        }

        foreach (var text in result.GetValue(listen) ?? [])
        {
            if (ListenAddress.TryParse(text, out var address, out _) && !address.IsLocal)
            {
                result.AddError(
                    $"Everyone who reaches {text} could join without authentication: listen on a loopback address, or accept that by --allow-anonymous.");
            }
        }
    }
}
