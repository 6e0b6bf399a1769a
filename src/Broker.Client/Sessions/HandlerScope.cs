namespace Broker.Client.Sessions;

/// <summary>
/// Tells when a handler waits for a reply of the session that it serves: then its full queue must not stop the session from reading, or the reply
/// would never be read. Flows with the handler's async calls. Thread-safe.
/// </summary>
internal sealed class HandlerScope(ClientSession session)
{
    private static readonly AsyncLocal<HandlerScope?> Ambient = new();

    private readonly WaitCount _waits = new();

    /// <summary>Whether a handler of <paramref name="session"/> is what runs here.</summary>
    public static bool IsInside(ClientSession session) => Ambient.Value?.Session == session;

    /// <summary>The session served.</summary>
    private ClientSession Session { get; } = session;

    /// <summary>Completes when, or as soon as, the handler waits for a reply.</summary>
    public Task Waiting => _waits.Waiting;

    /// <summary>What the current async method starts from here on belongs to the handler.</summary>
    public void Enter() => Ambient.Value = this;

    /// <summary>Says that a reply of <paramref name="session"/> is awaited until the result is disposed.</summary>
    /// <param name="session">The session.</param>
    /// <param name="isLong">Whether that may go on for long by nature, as with a stream of results: then other queues go on being bounded.</param>
    public static Wait BeginWait(ClientSession session, bool isLong = false)
    {
        var scope = Ambient.Value;
        var inHandler = scope?.Session == session ? scope._waits : null;
        var inSession = isLong ? null : session.Waits;
        inHandler?.Begin();
        inSession?.Begin();
        return new Wait(inHandler, inSession);
    }

    /// <summary>A wait under way.</summary>
    public readonly struct Wait(WaitCount? inHandler, WaitCount? inSession) : IDisposable
    {
        public void Dispose()
        {
            inHandler?.End();
            inSession?.End();
        }
    }
}
