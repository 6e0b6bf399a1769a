using System.CommandLine;
using System.Globalization;
using Broker.LoadTest.Connections;
using Broker.LoadTest.Scenarios;

namespace Broker.LoadTest.Commands;

/// <summary>The options of the command line, and how they become <see cref="LoadSettings"/>.</summary>
internal sealed class LoadOptions
{
    private const double LongestSeconds = 24 * 3600;

    private readonly Argument<string> _scenario = new("scenario") { Description = "fanout, pairs, telemetry, rpc, connect or idle." };
    private readonly Option<string> _url = Text("--url", "URL", "ws://127.0.0.1:8080/ws", "The router: ws://HOST:PORT/PATH, or tcp://HOST:PORT for RawSocket; wss and tcps over TLS.");
    private readonly Option<string> _realm = Text("--realm", "URI", "realm1", "The realm; its sessions must be allowed to join without authentication.");
    private readonly Option<string> _serializer = Text("--serializer", "NAME", "json", "json, msgpack or cbor.");
    private readonly Option<string?> _publishers = Optional("--publishers", "N", "Publishers, devices or callers. Default: fanout 1, pairs 8, telemetry 200, rpc 4.");
    private readonly Option<string?> _subscribers = Optional("--subscribers", "N", "Subscribers, callees, or sessions of connect and idle. Default: fanout 100, telemetry 2, rpc 4, connect 32, idle 1000.");
    private readonly Option<string?> _window = Optional("--window", "N", "Messages on their way at once for each publisher or caller. Default: 16; telemetry 2.");
    private readonly Option<string> _size = Text("--size", "BYTES", "128", "The length of the one text argument of each message.");
    private readonly Option<string> _duration = Text("--duration", "SECONDS", "10", "How long to measure.");
    private readonly Option<string> _warmup = Text("--warmup", "SECONDS", "1", "How long to run before measuring.");
    private readonly Option<string> _rate = Text("--rate", "N", "0", "Messages or joins per second, all senders together; 0 for as many as the window lets through.");

    /// <summary>Where the router is.</summary>
    public Option<string> Url => _url;

    /// <summary>Whose realm.</summary>
    public Option<string> Realm => _realm;

    /// <summary>How long to measure.</summary>
    public Option<string> Duration => _duration;

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Arguments.Add(_scenario);
        foreach (var option in (Option[])[_url, _realm, _serializer, _publishers, _subscribers, _window, _size, _duration, _warmup, _rate])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>What the user asks for.</summary>
    /// <exception cref="Fault">Something cannot be understood or is out of bounds; one sentence.</exception>
    public LoadSettings Read(ParseResult parsed)
    {
        var name = parsed.GetValue(_scenario)!;
        var scenario = Array.Find(Enum.GetValues<ScenarioKind>(), kind => kind.ToString().Equals(name, StringComparison.OrdinalIgnoreCase));
        if (!scenario.ToString().Equals(name, StringComparison.OrdinalIgnoreCase))
        {
            throw new Fault($"'{name}' is no scenario: write fanout, pairs, telemetry, rpc, connect or idle.");
        }

        if (!RouterAddress.TryParse(parsed.GetValue(_url)!, out var address, out var fault))
        {
            throw new Fault(fault);
        }

        var (publishers, subscribers, window) = DefaultsOf(scenario);
        publishers = ReadCount(parsed, _publishers, publishers, LoadSettings.MostSessions);
        subscribers = scenario == ScenarioKind.Pairs ? publishers : ReadCount(parsed, _subscribers, subscribers, LoadSettings.MostSessions);
        if (scenario is ScenarioKind.Connect or ScenarioKind.Idle)
        {
            publishers = 0;
        }

        var settings = new LoadSettings(
            scenario,
            address,
            parsed.GetValue(_realm)!,
            SerializerNames.Parse(parsed.GetValue(_serializer)!),
            publishers,
            subscribers,
            ReadCount(parsed, _window, window, 100_000),
            (int)ReadNumber(_size, parsed.GetValue(_size)!, Stamp.Length, LoadSettings.LargestSize),
            ReadDuration(_duration, parsed),
            TimeSpan.FromSeconds(ReadNumber(_warmup, parsed.GetValue(_warmup)!, 0, LongestSeconds)),
            ReadNumber(_rate, parsed.GetValue(_rate)!, 0, 100_000_000));
        RequireBounds(settings);
        return settings;
    }

    /// <exception cref="Fault">It is no duration.</exception>
    public static TimeSpan ReadDuration(Option<string> option, ParseResult parsed) =>
        TimeSpan.FromSeconds(ReadNumber(option, parsed.GetValue(option)!, 0.1, LongestSeconds));

    private static (int Publishers, int Subscribers, int Window) DefaultsOf(ScenarioKind scenario) => scenario switch
    {
        ScenarioKind.Fanout => (1, 100, 16),
        ScenarioKind.Pairs => (8, 8, 16),
        ScenarioKind.Telemetry => (200, 2, 2),
        ScenarioKind.Rpc => (4, 4, 16),
        ScenarioKind.Connect => (0, 32, 1),
        _ => (0, 1000, 1),
    };

    private static void RequireBounds(LoadSettings settings)
    {
        if (settings.Publishers + settings.Subscribers > LoadSettings.MostSessions)
        {
            throw new Fault($"{settings.Publishers + settings.Subscribers} sessions are more than one run can have, {LoadSettings.MostSessions}: run this tool on several machines.");
        }

        if (settings.Scenario != ScenarioKind.Pairs && (long)settings.Publishers * settings.Subscribers > LoadSettings.MostStreams)
        {
            throw new Fault($"{settings.Publishers} publishers times {settings.Subscribers} subscribers are more streams than can be followed, {LoadSettings.MostStreams}.");
        }

        // A router that stops reading leaves all of that here, and all that it holds to us there.
        if ((long)settings.Publishers * settings.Window * settings.Size > 1L << 30)
        {
            throw new Fault("Publishers times window times size are more than 1 GiB on its way: choose a smaller --window or --size.");
        }
    }

    private static int ReadCount(ParseResult parsed, Option<string?> option, int ifAbsent, int most) =>
        parsed.GetValue(option) is { } text ? (int)ReadNumber(option, text, 1, most, NumberStyles.None) : ifAbsent;

    private static double ReadNumber(Option option, string text, double least, double most, NumberStyles styles = NumberStyles.AllowDecimalPoint) =>
        double.TryParse(text, styles, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new Fault(string.Create(CultureInfo.InvariantCulture, $"{option.Name} is a number from {least} to {most}, not '{text}'."));

    private static Option<string> Text(string name, string helpName, string ifAbsent, string description) =>
        new(name) { Description = description, HelpName = helpName, DefaultValueFactory = _ => ifAbsent };

    private static Option<string?> Optional(string name, string helpName, string description) => new(name) { Description = description, HelpName = helpName };
}
