namespace Broker.Messages;

/// <summary>
/// One WAMP message: the envelope as values, the rest as slices of bytes that the caller owns. What <see cref="MessageParser"/> returns and what
/// <see cref="MessageEncoder"/> writes. Which properties a type of message has, and their order on the wire, is <see cref="MessageShape"/>'s table.
/// </summary>
public ref struct WampMessage
{
    /// <summary>The type code.</summary>
    public MessageType Type { get; set; }

    /// <summary>The id of the request that this message makes or answers. 0 only in a revoking UNSUBSCRIBED or UNREGISTERED.</summary>
    public long RequestId { get; set; }

    /// <summary>WELCOME's session id.</summary>
    public long SessionId { get; set; }

    /// <summary>The subscription of SUBSCRIBED, UNSUBSCRIBE and EVENT.</summary>
    public long SubscriptionId { get; set; }

    /// <summary>The publication of PUBLISHED and EVENT.</summary>
    public long PublicationId { get; set; }

    /// <summary>The registration of REGISTERED, UNREGISTER and INVOCATION.</summary>
    public long RegistrationId { get; set; }

    /// <summary>ERROR only: the type of the request that failed.</summary>
    public MessageType RequestType { get; set; }

    /// <summary>Options, Details or Extra: the encoded dict. When writing, an empty slice stands for <c>{}</c>.</summary>
    public ReadOnlySpan<byte> Dict { get; set; }

    /// <summary>Realm, Topic, Procedure, Error or Reason in UTF-8, unchecked (see <see cref="Uris.UriRules"/>).</summary>
    public ReadOnlySpan<byte> Uri { get; set; }

    /// <summary>CHALLENGE's AuthMethod or AUTHENTICATE's Signature in UTF-8.</summary>
    public ReadOnlySpan<byte> Text { get; set; }

    /// <summary>Arguments and ArgumentsKw.</summary>
    public Payload Payload { get; set; }

    /// <summary>True for a type code of the range 256 to 1023, which the specification leaves to extensions. Only <see cref="Type"/> is set then.</summary>
    public readonly bool IsExtension => (int)Type is >= 256 and <= 1023;
}
