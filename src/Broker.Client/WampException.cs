using Broker.Client.Payloads;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Client;

/// <summary>
/// A WAMP error: a URI and arguments. Thrown for an ERROR of the router or of a callee; thrown <em>by</em> a callee, its URI and arguments travel to
/// the caller. The base of every exception of this client, and of an application's own.
/// </summary>
public class WampException : Exception
{
    private readonly WampArguments? _sent;
    private readonly ReceivedPayload? _received;

    /// <summary>An error whose only argument is its message, as most WAMP clients show it.</summary>
    /// <param name="uri">The error's URI, as <c>com.acme.error.no_such_order</c>.</param>
    /// <param name="message">One sentence; sent as the first argument.</param>
    /// <param name="innerException">What caused it; never sent.</param>
    public WampException(string uri, string message, Exception? innerException = null)
        : this(uri, message, [message], innerException)
    {
    }

    /// <summary>An error with arguments.</summary>
    /// <param name="uri">The error's URI, as <c>com.acme.error.no_such_order</c>.</param>
    /// <param name="message">One sentence for this side; not sent unless the arguments hold it.</param>
    /// <param name="arguments">What is sent.</param>
    /// <param name="innerException">What caused it; never sent.</param>
    public WampException(string uri, string message, WampArguments arguments, Exception? innerException = null)
        : base(message, innerException)
    {
        Uri = uri;
        _sent = arguments;
    }

    internal WampException(string uri, string message, ReceivedPayload received, Exception? innerException = null)
        : base(message, innerException)
    {
        Uri = uri;
        _received = received;
    }

    /// <summary>The error's URI.</summary>
    public string Uri { get; }

    /// <summary>The positional arguments.</summary>
    public ReceivedList Arguments => Payload.Arguments;

    /// <summary>The keyword arguments.</summary>
    public ReceivedDict ArgumentsKw => Payload.ArgumentsKw;

    private ReceivedPayload Payload => _received ?? Encoded(SerializerKind.Json, JsonContracts.Default);

    /// <summary>The arguments, encoded to be sent.</summary>
    internal byte[] Encode(SerializerKind serializer, JsonContracts contracts, out int count) => _received is { } received
        ? received.Encode(serializer, out count)
        : PayloadWriter.Write(_sent, serializer, contracts, out count);

    private ReceivedPayload Encoded(SerializerKind serializer, JsonContracts contracts)
    {
        var elements = PayloadWriter.Write(_sent, serializer, contracts, out var count);
        return new ReceivedPayload(serializer, elements, count, contracts);
    }
}

/// <summary>
/// Arguments cannot be sent, or those received are not what was asked for. Thrown out of a procedure it answers the call with
/// <c>wamp.error.invalid_argument</c>.
/// </summary>
public sealed class WampArgumentException(string message, Exception? innerException = null)
    : WampException(ErrorUris.InvalidArgument, message, innerException);

/// <summary>No reply came in time: the router's <c>wamp.error.timeout</c>, or this client's own limit.</summary>
public sealed class WampTimeoutException(string message) : WampException(ErrorUris.Timeout, message);

/// <summary>A message is longer than the router takes; it was not sent and the session goes on.</summary>
public sealed class PayloadSizeExceededException : WampException
{
    internal PayloadSizeExceededException(long length, long limit)
        : base(
            ErrorUris.PayloadSizeExceeded,
            $"The message is {length} bytes long and the router takes {limit}: send less at once, or raise the router's limit.")
    {
        Length = length;
        Limit = limit;
    }

    /// <summary>How long the message would have been, in bytes.</summary>
    public long Length { get; }

    /// <summary>The longest message that the router takes, in bytes.</summary>
    public long Limit { get; }
}

/// <summary>The session ended before the request was answered, or had ended before it was made.</summary>
public sealed class WampSessionClosedException : WampException
{
    internal WampSessionClosedException(CloseReason reason)
        : base(reason.Uri, $"The session has ended ({reason}): connect anew before sending.") => Reason = reason;

    /// <summary>Why the session ended.</summary>
    public CloseReason Reason { get; }
}

/// <summary>The router could not be reached, or refused the session.</summary>
public sealed class WampConnectException : WampException
{
    internal WampConnectException(string uri, string message, Exception? innerException = null)
        : base(uri, message, innerException)
    {
    }

    internal WampConnectException(string uri, string message, ReceivedPayload received)
        : base(uri, message, received)
    {
    }
}
