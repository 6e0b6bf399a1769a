using System.Text.Json;

namespace Broker.EndToEnd;

/// <summary>A WAMP client that is not ours, run by a script of tests/foreign, which says what it sees as lines of JSON.</summary>
internal sealed class ForeignPeer : IAsyncDisposable
{
    private readonly ChildProcess _process;
    private readonly List<JsonElement> _lines = [];

    private ForeignPeer(ChildProcess process) => _process = process;

    /// <summary>Starts a peer that joins <see cref="RouterProcess.Realm"/> and plays a scenario.</summary>
    /// <param name="language"><c>node</c> (npm's autobahn) or <c>python</c> (python3-autobahn).</param>
    /// <param name="url">The router's address, <c>ws://HOST:PORT/PATH</c> or <c>tcp://HOST:PORT</c>.</param>
    /// <param name="serializer"><c>json</c>, <c>msgpack</c> or <c>cbor</c>.</param>
    /// <param name="scenario">The scenario's name and its arguments, see tests/foreign/scenarios.*.</param>
    public static ForeignPeer Start(string language, string url, string serializer, params string[] scenario)
    {
        string[] arguments = [ForeignTools.Script(language), url, serializer, RouterProcess.Realm, .. scenario];
        return new ForeignPeer(ChildProcess.Start(ForeignTools.Interpreter(language), arguments));
    }

    /// <summary>Starts another Node.js script of tests/foreign that reports as the peers do.</summary>
    public static ForeignPeer StartScript(string script, params string[] arguments) =>
        new(ChildProcess.Start(ForeignTools.Interpreter("node"), [Path.Combine(BuiltFiles.ForeignPeers, script), .. arguments]));

    /// <summary>Waits until the peer has joined and can be addressed: it has subscribed or registered.</summary>
    public Task ReadyAsync() => ReadUntilAsync("ready");

    /// <summary>Ends the scenario of a peer that stays until it is told to go.</summary>
    public void Release() => _process.CloseInput();

    /// <summary>Waits until the scenario has held, and gives what the peer saw; fails when it did not hold.</summary>
    public async Task<Sightings> CompleteAsync()
    {
        await ReadUntilAsync("done");
        var exitCode = await _process.WaitForExitAsync();
        if (exitCode != 0)
            throw _process.Failure($"The scenario held, and the exit code is {exitCode}");

        return new Sightings(_lines);
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private async Task ReadUntilAsync(string property)
    {
        while (await _process.ReadLineAsync() is { } text)
        {
            if (!text.StartsWith('{') || !TryParse(text, out var line))
                continue; // what the library logs

            _lines.Add(line);
            if (line.TryGetProperty("failed", out _))
                throw _process.Failure("The scenario did not hold");

            if (line.TryGetProperty(property, out _))
                return;
        }

        throw _process.Failure($"The peer ended with exit code {await _process.WaitForExitAsync()} before it was {property}");
    }

    private static bool TryParse(string text, out JsonElement line)
    {
        try
        {
            line = JsonElement.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            line = default;
            return false;
        }
    }

    /// <summary>What a peer has seen, in order.</summary>
    internal sealed class Sightings(IReadOnlyList<JsonElement> lines)
    {
        /// <summary>The values of all lines of one kind: <c>event</c>, <c>result</c>, <c>error</c>, <c>check</c>...</summary>
        public IReadOnlyList<JsonElement> All(string kind) =>
            [.. lines.Where(line => line.TryGetProperty(kind, out _)).Select(line => line.GetProperty(kind))];

        /// <summary>The requests that were answered as they should be, in order.</summary>
        public IEnumerable<string?> Checks => All("check").Select(check => check.GetString());

        /// <summary>The URIs of the ERROR messages received, in order.</summary>
        public IEnumerable<string?> ErrorUris => All("error").Select(error => error.GetProperty("uri").GetString());

        /// <summary>The reason of the GOODBYE that the peer received.</summary>
        public string? GoodbyeReason => All("left").Single().GetProperty("reason").GetString();

        /// <summary>The WebSocket subprotocol, or what is its like over RawSocket.</summary>
        public string? Protocol => All("joined").Single().GetProperty("protocol").GetString();
    }
}
