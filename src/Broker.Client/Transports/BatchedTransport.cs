using Broker.Serialization;
using Broker.Transports;

namespace Broker.Client.Transports;

/// <summary>
/// WAMP over WebSocket in batches (WAMP specification, "Message Batching"): messages that are queued while a write is under way leave as one WebSocket message.
/// </summary>
/// <param name="socket">The WebSocket; owned.</param>
/// <param name="serializer">The serializer of the connection.</param>
internal sealed class BatchedTransport(WebSocketTransport socket, SerializerKind serializer) : IClientTransport
{
    private readonly BatchFraming _framing = new(serializer);
    private readonly ByteBuffer _batch = new();
    private int _taken;

    public int PeerLimit => socket.PeerLimit;

    public int HeaderLength => _framing.HeaderLength;

    public int TrailerLength => _framing.TrailerLength;

    public int MaxBatchLength => 64 * 1024;

    public void WriteHeader(Span<byte> header, int length) => _framing.WriteHeader(header, length);

    public void WriteTrailer(Span<byte> trailer) => _framing.WriteTrailer(trailer);

    public ValueTask SendAsync(OutboundBatch batch) => socket.SendAsync(batch);

    public async ValueTask<CloseReason?> ReceiveAsync(ByteBuffer message, OutboundQueue outbound)
    {
        if (_taken == _batch.Count)
        {
            _taken = 0;
            _batch.Clear();
            if (await socket.ReceiveAsync(_batch, outbound).ConfigureAwait(false) is { } reason)
            {
                return reason;
            }
        }

        Take(message);
        return null;
    }

    public Task CloseAsync(string reasonUri) => socket.CloseAsync(reasonUri);

    public void Abort() => socket.Abort();

    public void Dispose() => socket.Dispose();

    private void Take(ByteBuffer message)
    {
        var rest = _batch.Written[_taken..];
        if (!_framing.TryTake(ref rest, out var taken, out var violation))
        {
            throw new WampProtocolException(violation);
        }

        message.Append(taken);
        _taken = _batch.Count - rest.Length;
    }
}
