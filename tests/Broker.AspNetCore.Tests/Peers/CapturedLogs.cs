using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Broker.Peers;

/// <summary>What the router and its server log, kept for the test. Thread-safe.</summary>
internal sealed class CapturedLogs : ILoggerProvider
{
    private const int ConnectionEnded = 3;

    private readonly ConcurrentQueue<string> _errors = new();
    private readonly ConcurrentQueue<string> _endings = new();
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly ConcurrentQueue<string> _traced = new();

    /// <summary>Entries of level Error and above.</summary>
    public IReadOnlyCollection<string> Errors => _errors;

    /// <summary>Why connections ended.</summary>
    public IReadOnlyCollection<string> Endings => _endings;

    /// <summary>All that the router itself has logged, word by word.</summary>
    public IReadOnlyCollection<string> Lines => _lines;

    /// <summary>What the category <c>Broker.Trace</c> tells.</summary>
    public IReadOnlyCollection<string> Traced => _traced;

    /// <summary>Forgets the errors, which a test has brought about and seen.</summary>
    public void ForgetErrors() => _errors.Clear();

    public ILogger CreateLogger(string categoryName) => new Capture(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Capture(CapturedLogs logs, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Debug;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (category == "Broker.Router")
            {
                logs._lines.Enqueue(formatter(state, exception));
            }

            if (eventId.Id == ConnectionEnded && category == "Broker.Router")
            {
                logs._endings.Enqueue(formatter(state, exception));
            }

            if (category == "Broker.Trace")
            {
                logs._traced.Enqueue(formatter(state, exception));
            }

            if (logLevel >= LogLevel.Error)
            {
                logs._errors.Enqueue($"{category}: {formatter(state, exception)} {exception}");
            }
        }
    }
}
