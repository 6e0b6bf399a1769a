using Broker.Serialization;

namespace Broker.Client.Transports;

/// <summary>An open connection that carries whole messages. One send and one receive at a time, which may run together.</summary>
internal interface IClientTransport : IDisposable
{
    /// <summary>The longest message that the router takes, in bytes; 0 if the transport does not tell.</summary>
    int PeerLimit { get; }

    /// <summary>How many bytes stand in front of each message on the wire.</summary>
    int HeaderLength { get; }

    /// <summary>How many bytes stand behind each message on the wire.</summary>
    int TrailerLength => 0;

    /// <summary>Up to how many bytes, framing included, several messages may take that leave as one; 0 if each leaves by itself.</summary>
    int MaxBatchLength => 0;

    /// <summary>Writes what stands in front of a message of <paramref name="length"/> bytes.</summary>
    void WriteHeader(Span<byte> header, int length);

    /// <summary>Writes what stands behind a message.</summary>
    void WriteTrailer(Span<byte> trailer)
    {
    }

    /// <summary>Sends the messages of a batch, in order.</summary>
    /// <exception cref="IOException">The connection is lost.</exception>
    ValueTask SendAsync(OutboundBatch batch);

    /// <summary>Receives one message into <paramref name="message"/>, which is empty.</summary>
    /// <param name="message">Gets the message.</param>
    /// <param name="outbound">Gets what the transport answers by itself.</param>
    /// <returns>Null; or why no message will come any more.</returns>
    /// <exception cref="WampProtocolException">The router broke the rules of the transport.</exception>
    ValueTask<CloseReason?> ReceiveAsync(ByteBuffer message, OutboundQueue outbound);

    /// <summary>Closes in order, maybe waiting for the router; <see cref="Abort"/> ends the wait.</summary>
    /// <param name="reasonUri">Why.</param>
    Task CloseAsync(string reasonUri);

    /// <summary>Cuts the connection: sends and receives under way end at once. Never throws.</summary>
    void Abort();
}
