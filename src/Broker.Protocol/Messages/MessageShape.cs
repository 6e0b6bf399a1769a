namespace Broker.Messages;

/// <summary>An element of a message list behind the type code.</summary>
internal enum MessageElement : byte
{
    RequestId,
    SessionId,
    SubscriptionId,
    PublicationId,
    RegistrationId,
    RequestType,
    Dict,
    Uri,
    Text,
}

/// <summary>The wire form of every type of message, in one table that parser and encoder share (WAMP specification, "Message Definitions").</summary>
internal sealed class MessageShape
{
    private static readonly MessageShape?[] Shapes = new MessageShape?[71];

    static MessageShape()
    {
        Add(MessageType.Hello, MessageElement.Uri, MessageElement.Dict);
        Add(MessageType.Welcome, MessageElement.SessionId, MessageElement.Dict);
        AddWithPayload(MessageType.Abort, MessageElement.Dict, MessageElement.Uri);
        Add(MessageType.Challenge, MessageElement.Text, MessageElement.Dict);
        Add(MessageType.Authenticate, MessageElement.Text, MessageElement.Dict);
        Add(MessageType.Goodbye, MessageElement.Dict, MessageElement.Uri);
        AddWithPayload(MessageType.Error, MessageElement.RequestType, MessageElement.RequestId, MessageElement.Dict, MessageElement.Uri);
        AddWithPayload(MessageType.Publish, MessageElement.RequestId, MessageElement.Dict, MessageElement.Uri);
        Add(MessageType.Published, MessageElement.RequestId, MessageElement.PublicationId);
        Add(MessageType.Subscribe, MessageElement.RequestId, MessageElement.Dict, MessageElement.Uri);
        Add(MessageType.Subscribed, MessageElement.RequestId, MessageElement.SubscriptionId);
        AddWithOptionalDict(MessageType.Unsubscribe, MessageElement.RequestId, MessageElement.SubscriptionId);
        AddWithOptionalDict(MessageType.Unsubscribed, MessageElement.RequestId);
        AddWithPayload(MessageType.Event, MessageElement.SubscriptionId, MessageElement.PublicationId, MessageElement.Dict);
        AddWithPayload(MessageType.Call, MessageElement.RequestId, MessageElement.Dict, MessageElement.Uri);
        Add(MessageType.Cancel, MessageElement.RequestId, MessageElement.Dict);
        AddWithPayload(MessageType.Result, MessageElement.RequestId, MessageElement.Dict);
        Add(MessageType.Register, MessageElement.RequestId, MessageElement.Dict, MessageElement.Uri);
        Add(MessageType.Registered, MessageElement.RequestId, MessageElement.RegistrationId);
        AddWithOptionalDict(MessageType.Unregister, MessageElement.RequestId, MessageElement.RegistrationId);
        AddWithOptionalDict(MessageType.Unregistered, MessageElement.RequestId);
        AddWithPayload(MessageType.Invocation, MessageElement.RequestId, MessageElement.RegistrationId, MessageElement.Dict);
        Add(MessageType.Interrupt, MessageElement.RequestId, MessageElement.Dict);
        AddWithPayload(MessageType.Yield, MessageElement.RequestId, MessageElement.Dict);
    }

    private MessageShape(string name, MessageElement[] elements, bool hasPayload, bool hasOptionalDict)
    {
        Name = name;
        Elements = elements;
        HasPayload = hasPayload;
        HasOptionalDict = hasOptionalDict;
    }

    /// <summary>The specification's name of the message.</summary>
    public string Name { get; }

    /// <summary>The elements behind the type code, in order.</summary>
    public MessageElement[] Elements { get; }

    /// <summary>Whether Arguments and ArgumentsKw may follow.</summary>
    public bool HasPayload { get; }

    /// <summary>
    /// Whether a dict may follow: the Details of a revoking UNSUBSCRIBED or UNREGISTERED; on UNSUBSCRIBE and UNREGISTER an element that
    /// autobahn sends and everyone ignores.
    /// </summary>
    public bool HasOptionalDict { get; }

    /// <summary>The shape of a type code, or null when the code is none of the specification's.</summary>
    public static MessageShape? Find(ulong code) => code < (ulong)Shapes.Length ? Shapes[code] : null;

    private static void Add(MessageType type, params MessageElement[] elements) => Put(type, elements, hasPayload: false, hasOptionalDict: false);

    private static void AddWithPayload(MessageType type, params MessageElement[] elements) =>
        Put(type, elements, hasPayload: true, hasOptionalDict: false);

    private static void AddWithOptionalDict(MessageType type, params MessageElement[] elements) =>
        Put(type, elements, hasPayload: false, hasOptionalDict: true);

    private static void Put(MessageType type, MessageElement[] elements, bool hasPayload, bool hasOptionalDict) =>
        Shapes[(int)type] = new MessageShape(type.ToString().ToUpperInvariant(), elements, hasPayload, hasOptionalDict);
}
