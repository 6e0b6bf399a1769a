using System.Buffers;

namespace Broker.Transports;

/// <summary>What a frame reader found at the start of its input.</summary>
internal enum FrameKind : byte
{
    /// <summary>Nothing complete is there: advance the pipe (consumed to the start of what is left, examined to its end) and read
    /// on.</summary>
    NeedMore,

    /// <summary>One complete WAMP message; on a WebSocket it may be empty.</summary>
    Message,

    /// <summary>A ping, to be answered with a pong of the same payload.</summary>
    Ping,

    /// <summary>A pong.</summary>
    Pong,

    /// <summary>The peer closes the WebSocket; the payload is its reason in UTF-8. Final.</summary>
    Close,

    /// <summary>A WebSocket message that is not what the subprotocol demands: of the wrong type (WS-03), or a broken batch (BAT-04, BAT-05). Framing is
    /// intact, so an ABORT can precede the close. Final.</summary>
    BrokenMessage,

    /// <summary>The peer broke the framing: <see cref="IFrameReader.CloseCode"/> and <see cref="IFrameReader.Reason"/> say how.
    /// Final.</summary>
    Violation,
}

/// <summary>
/// Takes frames out of the bytes of one connection: the first hop of a message. Implementations: WebSocket, RawSocket, and WebSocket messages that are batches.
/// No I/O and no waiting; not thread-safe. It holds pooled memory only while a message is in parts, and gives it back when disposed.
/// </summary>
internal interface IFrameReader : IDisposable
{
    /// <summary>
    /// On <see cref="FrameKind.Close"/> the code that the peer sent (1005 if none); on <see cref="FrameKind.BrokenMessage"/> and
    /// <see cref="FrameKind.Violation"/> the code to close the WebSocket with; otherwise 0. RawSocket, which has no close codes, borrows the one for a
    /// message that is too big.
    /// </summary>
    ushort CloseCode { get; }

    /// <summary>One sentence on what was wrong, after <see cref="FrameKind.BrokenMessage"/> or <see cref="FrameKind.Violation"/>.</summary>
    string? Reason { get; }

    /// <summary>How many bytes the reader has taken of payloads that are not complete, or not given out.</summary>
    int PartBytes { get; }

    /// <summary>How much pooled memory the reader holds, in bytes; 0 between messages, except within a batch.</summary>
    int HeldBytes { get; }

    /// <summary>
    /// Takes the next complete unit from the start of <paramref name="buffer"/>. The final kinds repeat: once one was returned,
    /// every further call returns it again, without a payload, and discards the whole input.
    /// </summary>
    /// <param name="buffer">
    /// What the connection has delivered and the reader has not consumed. Its memory must be writable and belong to the caller, as a
    /// pipe's does: payloads are unmasked where they lie. Advanced past all that was consumed, which may be part of a frame.
    /// </param>
    /// <param name="payload">
    /// The unit's payload. It lies in <paramref name="buffer"/> or in the reader's memory: valid until the next call on
    /// this reader, and until the caller advances the pipe.
    /// </param>
    FrameKind Read(ref ReadOnlySequence<byte> buffer, out ReadOnlySpan<byte> payload);
}
