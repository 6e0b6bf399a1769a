using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using Xunit.Sdk;

namespace Broker.EndToEnd;

/// <summary>
/// A program started for a test: its output line by line, SIGTERM, and its end. No wait is longer than one hard limit, behind
/// which the test fails with everything the program printed. Disposing kills what still runs.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private static readonly string[] s_notInherited = ["ASPNETCORE_", "DOTNET_URLS", "OTEL_", "BROKER__"];

    private readonly string _commandLine;
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly Task _reading;

    private ChildProcess(string commandLine, Process process)
    {
        _commandLine = commandLine;
        _process = process;
        _reading = ReadAsync();
    }

    public static ChildProcess Start(string fileName, params IReadOnlyList<string> arguments) => StartIn(BuiltFiles.Repository, [], fileName, arguments);

    /// <summary>
    /// Starts a program in a folder, with more in its environment than this process has; null takes away. What would configure the program is not inherited, and
    /// routers have no listener for operators unless a test takes that away: there is one default address, and many routers.
    /// </summary>
    public static ChildProcess StartIn(
        string folder, IEnumerable<(string Name, string? Value)> environment, string fileName, params IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(fileName, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var name in start.Environment.Keys.Where(name => Array.Exists(s_notInherited, first => name.StartsWith(first, StringComparison.Ordinal))).ToList())
            start.Environment.Remove(name);

        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        start.Environment["BROKER__OPS"] = "null";
        foreach (var (name, value) in environment)
            start.Environment[name] = value;

        return new ChildProcess($"{fileName} {string.Join(' ', arguments)}", Process.Start(start)!);
    }

    /// <summary>The next line of standard output or standard error, or null when both have ended.</summary>
    public async Task<string?> ReadLineAsync()
    {
        while (await WithinLimitAsync(async token => await _lines.Reader.WaitToReadAsync(token)))
        {
            if (_lines.Reader.TryRead(out var line))
                return line;
        }

        return null;
    }

    /// <summary>All lines that are still to come, however long they take: for a program that answers what it is sent.</summary>
    public IAsyncEnumerable<string> ReadAllAsync() => _lines.Reader.ReadAllAsync(CancellationToken.None);

    /// <summary>Writes a line to the program's standard input. Not thread-safe.</summary>
    public Task WriteLineAsync(string line) => _process.StandardInput.WriteLineAsync(line);

    /// <summary>Ends the program's standard input.</summary>
    public void CloseInput() => _process.StandardInput.Close();

    /// <summary>Sends SIGTERM: asks the program to end, as an operator or a container runtime does.</summary>
    public Task TerminateAsync() => SignalAsync("TERM");

    /// <summary>Sends SIGHUP: asks the program to read its configuration again.</summary>
    public Task HangUpAsync() => SignalAsync("HUP");

    /// <summary>Waits until the program has ended and all that it printed was read; gives its exit code.</summary>
    public async Task<int> WaitForExitAsync()
    {
        await WithinLimitAsync(_process.WaitForExitAsync);
        await WithinLimitAsync(_reading.WaitAsync);
        return _process.ExitCode;
    }

    /// <summary>What to throw so that the test fails with a reason and everything the program printed.</summary>
    public XunitException Failure(string reason) => new($"{_commandLine}\n{reason}. It printed:\n{string.Join('\n', _output)}");

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);

        await _process.WaitForExitAsync(CancellationToken.None);
        await _reading;
        _process.Dispose();
    }

    private async Task SignalAsync(string name)
    {
        // The shell's own kill: not every machine has the program of that name.
        using var kill = Process.Start("/bin/sh", ["-c", string.Create(CultureInfo.InvariantCulture, $"kill -{name} {_process.Id}")]);
        await WithinLimitAsync(kill.WaitForExitAsync);
    }

    private async Task ReadAsync()
    {
        await Task.WhenAll(ReadAsync(_process.StandardOutput), ReadAsync(_process.StandardError));
        _lines.Writer.Complete();
    }

    private async Task ReadAsync(StreamReader stream)
    {
        while (await stream.ReadLineAsync(CancellationToken.None) is { } line)
        {
            _output.Enqueue(line);
            _lines.Writer.TryWrite(line);
        }
    }

    private async Task<T> WithinLimitAsync<T>(Func<CancellationToken, Task<T>> wait)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(s_limit);
        try
        {
            return await wait(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw Failure($"It did not get on within {s_limit.TotalSeconds:0} seconds");
        }
    }

    private Task WithinLimitAsync(Func<CancellationToken, Task> wait) => WithinLimitAsync(async token =>
    {
        await wait(token);
        return true;
    });
}
