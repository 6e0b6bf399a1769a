using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Xunit.Sdk;

namespace Broker.EndToEnd;

/// <summary>A process of one foreign library with any number of sessions, driven by lines of JSON (tests/foreign/driven.*).</summary>
internal sealed class ForeignDriver : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, ForeignSession> _sessions = new();
    private readonly SemaphoreSlim _writing = new(1);
    private readonly ChildProcess _process;
    private readonly Task _reading;
    private int _lastSession;

    public ForeignDriver(string language)
    {
        _process = ChildProcess.Start(ForeignTools.Interpreter(language), ForeignTools.Driver(language));
        _reading = ReadAsync();
    }

    /// <summary>Opens a session on <see cref="RouterProcess.Realm"/>.</summary>
    public async Task<ForeignSession> OpenAsync(string url, string serializer)
    {
        var session = new ForeignSession(this, Interlocked.Increment(ref _lastSession).ToString(CultureInfo.InvariantCulture));
        _sessions[session.Name] = session;
        await session.OpenAsync(url, serializer);
        return session;
    }

    public async Task SendAsync(JsonObject request)
    {
        await _writing.WaitAsync();
        try
        {
            await _process.WriteLineAsync(request.ToJsonString());
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>What to throw so that the test fails with everything the process printed.</summary>
    public XunitException Failure(string reason) => _process.Failure(reason);

    public async ValueTask DisposeAsync()
    {
        await using (_process)
        {
            _process.CloseInput();
            var exitCode = await _process.WaitForExitAsync();
            if (exitCode != 0)
                throw _process.Failure($"It ended with exit code {exitCode}");
        }

        await _reading;
        _writing.Dispose();
    }

    private async Task ReadAsync()
    {
        await foreach (var text in _process.ReadAllAsync())
        {
            if (text.StartsWith("{\"session\"", StringComparison.Ordinal) && JsonNode.Parse(text) is JsonObject line)
                _sessions[(string)line["session"]!].Take(line);
        }

        foreach (var session in _sessions.Values)
            session.Lose(_process.Failure("It ended before its sessions"));
    }
}
