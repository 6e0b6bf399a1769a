namespace Broker.Configuration.Reloads;

/// <summary>Keeps what is logged, of all levels.</summary>
internal sealed class RecordedLog : ILoggerProvider, ILogger
{
    public List<string> Entries { get; } = [];

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Entries.Add(formatter(state, exception));

    public void Dispose()
    {
    }
}
