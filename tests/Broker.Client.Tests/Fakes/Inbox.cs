using System.Threading.Channels;

namespace Broker.Client;

/// <summary>Events that a handler has been given.</summary>
internal sealed class Inbox
{
    private readonly Channel<WampEvent> _events = Channel.CreateUnbounded<WampEvent>();

    public bool IsEmpty => _events.Reader.Count == 0;

    public void Add(WampEvent published) => _events.Writer.TryWrite(published);

    public Task<WampEvent> NextAsync() => _events.Reader.ReadAsync().AsTask().Soon();
}
