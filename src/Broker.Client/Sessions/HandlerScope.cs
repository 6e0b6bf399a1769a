namespace Broker.Client.Sessions;

/// <summary>
/// Tells when a handler waits for a reply of the session that it serves: then its full queue must not stop the session from reading, or the reply
/// would never be read. Flows with the handler's async calls. Thread-safe.
/// </summary>
internal sealed class HandlerScope(ClientSession session)
{
    private static readonly AsyncLocal<HandlerScope?> Ambient = new();

    private readonly Lock _lock = new();
    private TaskCompletionSource? _waiting;
    private int _waits;

    /// <summary>Whether a handler of <paramref name="session"/> is what runs here.</summary>
    public static bool IsInside(ClientSession session) => Ambient.Value?.Session == session;

    /// <summary>The session served.</summary>
    private ClientSession Session { get; } = session;

    /// <summary>Completes when, or as soon as, the handler waits for a reply.</summary>
    public Task Waiting
    {
        get
        {
            lock (_lock)
            {
                return _waits > 0 ? Task.CompletedTask : (_waiting ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }
        }
    }

    /// <summary>What the current async method starts from here on belongs to the handler.</summary>
    public void Enter() => Ambient.Value = this;

    /// <summary>Says that a reply of <paramref name="session"/> is awaited until the result is disposed.</summary>
    public static Wait BeginWait(ClientSession session)
    {
        var scope = Ambient.Value;
        if (scope?.Session != session)
        {
            return default;
        }

        lock (scope._lock)
        {
            scope._waits++;
            scope._waiting?.TrySetResult();
            scope._waiting = null;
        }

        return new Wait(scope);
    }

    /// <summary>A wait under way.</summary>
    public readonly struct Wait(HandlerScope? scope) : IDisposable
    {
        public void Dispose()
        {
            if (scope is null)
            {
                return;
            }

            lock (scope._lock)
            {
                scope._waits--;
            }
        }
    }
}
