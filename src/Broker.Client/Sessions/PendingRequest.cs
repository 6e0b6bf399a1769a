using Broker.Messages;

namespace Broker.Client.Sessions;

/// <summary>Makes a value of the reply to a request. Called on the receive loop, before the next message is looked at.</summary>
internal delegate T ReplyReader<out T>(scoped in WampMessage reply);

/// <summary>A request that waits for its reply.</summary>
/// <param name="type">Its type.</param>
/// <param name="uri">What it is about, for messages.</param>
internal abstract class PendingRequest(MessageType type, string uri)
{
    public MessageType Type { get; } = type;

    public string Uri { get; } = uri;

    /// <summary>Its id. Set when it is queued.</summary>
    public long Id { get; set; }

    /// <summary>The type of the reply that grants it: PUBLISHED is PUBLISH + 1, and so on; only CALL's is two off.</summary>
    public MessageType ReplyType => Type == MessageType.Call ? MessageType.Result : Type + 1;

    /// <summary>The request was granted.</summary>
    public abstract void Complete(scoped in WampMessage reply);

    /// <summary>The request was refused, or the session has ended.</summary>
    public abstract void Fail(WampException exception);
}

/// <summary>A request whose reply becomes a <typeparamref name="T"/>.</summary>
/// <param name="type">Its type.</param>
/// <param name="uri">What it is about, for messages.</param>
/// <param name="read">Makes the result.</param>
/// <param name="failed">Called on the receive loop when the request has failed.</param>
internal sealed class PendingRequest<T>(MessageType type, string uri, ReplyReader<T> read, Action? failed = null) : PendingRequest(type, uri)
{
    private readonly TaskCompletionSource<T> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Reply => _source.Task;

    public override void Complete(scoped in WampMessage reply) => _source.TrySetResult(read(reply));

    public override void Fail(WampException exception)
    {
        failed?.Invoke();
        _source.TrySetException(exception);
        _ = _source.Task.Exception; // observed: whoever waited may have given up
    }
}
