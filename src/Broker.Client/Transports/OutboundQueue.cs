using System.Runtime.InteropServices;
using Broker.Messages;
using Broker.Serialization;

namespace Broker.Client.Transports;

/// <summary>
/// The one way to the transport. Messages are encoded into the batch that is being filled, under the session's gate, so that their order is that of
/// their request ids; whoever finds the transport idle writes, and all that was queued meanwhile goes out together.
/// </summary>
internal sealed class OutboundQueue
{
    private readonly Lock _gate;
    private readonly IClientTransport _transport;
    private readonly SerializerKind _serializer;
    private readonly Func<Exception, WampException> _onFailure;
    private OutboundBatch _filling = new();
    private bool _isWriting;
    private WampException? _failure;

    /// <param name="gate">The lock under which messages are added.</param>
    /// <param name="transport">Where they go.</param>
    /// <param name="serializer">How they are encoded.</param>
    /// <param name="onFailure">Told once why the transport failed; returns what those who wait for their message get.</param>
    public OutboundQueue(Lock gate, IClientTransport transport, SerializerKind serializer, Func<Exception, WampException> onFailure)
    {
        _gate = gate;
        _transport = transport;
        _serializer = serializer;
        _onFailure = onFailure;
        Limit = transport.PeerLimit;
    }

    /// <summary>The longest message that the router takes, in bytes; 0 if unknown.</summary>
    public long Limit { get; set; }

    /// <summary>Adds a message; call under the gate, and <see cref="FlushAsync"/> behind it.</summary>
    /// <exception cref="PayloadSizeExceededException">It is too long; nothing was added.</exception>
    public OutboundBatch Add(scoped in WampMessage message)
    {
        var bytes = _filling.Bytes;
        var start = bytes.Count;
        var header = _transport.HeaderLength;
        bytes.GetSpan(header);
        bytes.Advance(header);
        MessageEncoder.Encode(_serializer, bytes, message);
        var length = bytes.Count - start - header;
        if (Limit > 0 && length > Limit)
        {
            bytes.Truncate(start);
            throw new PayloadSizeExceededException(length, Limit);
        }

        if (header > 0)
        {
            _transport.WriteHeader(MemoryMarshal.CreateSpan(ref bytes.At(start), header), length);
        }

        var trailer = _transport.TrailerLength;
        if (trailer > 0)
        {
            _transport.WriteTrailer(bytes.GetSpan(trailer));
            bytes.Advance(trailer);
        }

        // A router that takes short messages only takes no longer batches.
        _filling.EndMessage(Limit > 0 ? (int)Math.Min(Limit, _transport.MaxBatchLength) : _transport.MaxBatchLength);
        return _filling;
    }

    /// <summary>Adds what is no message but a frame of the transport's own.</summary>
    public Task AddFrameAsync(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload)
    {
        OutboundBatch batch;
        lock (_gate)
        {
            batch = _filling;
            batch.Bytes.Append(header);
            batch.Bytes.Append(payload);
            batch.Ends.Add(batch.Bytes.Count);
        }

        return FlushAsync(batch);
    }

    /// <summary>Has <paramref name="batch"/> written, by this thread if nobody writes. Completes when the transport has taken it.</summary>
    public Task FlushAsync(OutboundBatch batch)
    {
        lock (_gate)
        {
            if (_isWriting || batch != _filling)
            {
                return batch.Written;
            }

            _isWriting = true;
        }

        _ = WriteAsync(); // catches everything
        return batch.Written;
    }

    private async Task WriteAsync()
    {
        while (true)
        {
            OutboundBatch batch;
            lock (_gate)
            {
                if (_filling.Ends.Count == 0)
                {
                    _isWriting = false;
                    return;
                }

                batch = _filling;
                _filling = new OutboundBatch();
            }

            try
            {
                if (_failure is null)
                {
                    await _transport.SendAsync(batch).ConfigureAwait(false);
                }
            }
            catch (Exception e)
            {
                _failure = _onFailure(e);
            }

            batch.Complete(_failure);
        }
    }
}
