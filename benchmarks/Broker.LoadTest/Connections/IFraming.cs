using Broker.Serialization;

namespace Broker.LoadTest.Connections;

/// <summary>What a frame read from the router is.</summary>
internal enum FrameKind
{
    /// <summary>Its end has not come yet, or it is part of a message whose end has not come yet.</summary>
    Incomplete,

    /// <summary>A whole WAMP message.</summary>
    Message,

    /// <summary>Wants <see cref="IFraming.WritePong"/> with the same payload.</summary>
    Ping,

    /// <summary>Needs no answer.</summary>
    Pong,

    /// <summary>The router closes the connection.</summary>
    Close,
}

/// <summary>The client's side of one transport, without I/O: WebSocket or RawSocket. One object for each connection.</summary>
internal interface IFraming
{
    /// <summary>Appends what opens the connection.</summary>
    void WriteOpening(ByteBuffer target);

    /// <summary>Reads the router's answer to the opening.</summary>
    /// <returns>How many bytes it took; 0 when its end has not come yet.</returns>
    /// <exception cref="Fault">The router refuses.</exception>
    int ReadOpening(ReadOnlySpan<byte> received);

    /// <summary>Appends one message in a frame. Call with the connection's lock held.</summary>
    void WriteMessage(ByteBuffer target, ReadOnlySpan<byte> message);

    /// <summary>Appends the answer to a ping. Call with the connection's lock held.</summary>
    void WritePong(ByteBuffer target, ReadOnlySpan<byte> payload);

    /// <summary>Reads one frame.</summary>
    /// <param name="received">What came and was not read yet.</param>
    /// <param name="kind">What the frame is.</param>
    /// <param name="payload">Its payload; valid as long as <paramref name="received"/> is, and until the next call.</param>
    /// <returns>How many bytes the frame took; 0 when its end has not come yet.</returns>
    /// <exception cref="WampProtocolException">The router breaks the transport's rules.</exception>
    int ReadFrame(ReadOnlySpan<byte> received, out FrameKind kind, out ReadOnlySpan<byte> payload);
}
