namespace Broker.Messages;

/// <summary>The message type codes of the basic and the advanced profile (WAMP specification, "Message Codes and Direction").</summary>
public enum MessageType
{
    /// <summary>Not a message: the code 0 is reserved.</summary>
    None = 0,

    /// <summary><c>[HELLO, Realm|uri, Details|dict]</c>, client to router.</summary>
    Hello = 1,

    /// <summary><c>[WELCOME, Session|id, Details|dict]</c>, router to client.</summary>
    Welcome = 2,

    /// <summary><c>[ABORT, Details|dict, Reason|uri]</c> with optional Arguments and ArgumentsKw, either direction.</summary>
    Abort = 3,

    /// <summary><c>[CHALLENGE, AuthMethod|string, Extra|dict]</c>, router to client.</summary>
    Challenge = 4,

    /// <summary><c>[AUTHENTICATE, Signature|string, Extra|dict]</c>, client to router.</summary>
    Authenticate = 5,

    /// <summary><c>[GOODBYE, Details|dict, Reason|uri]</c>, either direction.</summary>
    Goodbye = 6,

    /// <summary><c>[ERROR, REQUEST.Type|int, REQUEST.Request|id, Details|dict, Error|uri]</c> with optional Arguments and ArgumentsKw.</summary>
    Error = 8,

    /// <summary><c>[PUBLISH, Request|id, Options|dict, Topic|uri]</c> with optional Arguments and ArgumentsKw.</summary>
    Publish = 16,

    /// <summary><c>[PUBLISHED, PUBLISH.Request|id, Publication|id]</c>.</summary>
    Published = 17,

    /// <summary><c>[SUBSCRIBE, Request|id, Options|dict, Topic|uri]</c>.</summary>
    Subscribe = 32,

    /// <summary><c>[SUBSCRIBED, SUBSCRIBE.Request|id, Subscription|id]</c>.</summary>
    Subscribed = 33,

    /// <summary><c>[UNSUBSCRIBE, Request|id, SUBSCRIBED.Subscription|id]</c>.</summary>
    Unsubscribe = 34,

    /// <summary><c>[UNSUBSCRIBED, UNSUBSCRIBE.Request|id]</c>, or <c>[UNSUBSCRIBED, 0, Details|dict]</c> for a revocation.</summary>
    Unsubscribed = 35,

    /// <summary><c>[EVENT, SUBSCRIBED.Subscription|id, PUBLISHED.Publication|id, Details|dict]</c> with optional Arguments and ArgumentsKw.</summary>
    Event = 36,

    /// <summary><c>[CALL, Request|id, Options|dict, Procedure|uri]</c> with optional Arguments and ArgumentsKw.</summary>
    Call = 48,

    /// <summary><c>[CANCEL, CALL.Request|id, Options|dict]</c>.</summary>
    Cancel = 49,

    /// <summary><c>[RESULT, CALL.Request|id, Details|dict]</c> with optional Arguments and ArgumentsKw.</summary>
    Result = 50,

    /// <summary><c>[REGISTER, Request|id, Options|dict, Procedure|uri]</c>.</summary>
    Register = 64,

    /// <summary><c>[REGISTERED, REGISTER.Request|id, Registration|id]</c>.</summary>
    Registered = 65,

    /// <summary><c>[UNREGISTER, Request|id, REGISTERED.Registration|id]</c>.</summary>
    Unregister = 66,

    /// <summary><c>[UNREGISTERED, UNREGISTER.Request|id]</c>, or <c>[UNREGISTERED, 0, Details|dict]</c> for a revocation.</summary>
    Unregistered = 67,

    /// <summary><c>[INVOCATION, Request|id, REGISTERED.Registration|id, Details|dict]</c> with optional Arguments and ArgumentsKw.</summary>
    Invocation = 68,

    /// <summary><c>[INTERRUPT, INVOCATION.Request|id, Options|dict]</c>.</summary>
    Interrupt = 69,

    /// <summary><c>[YIELD, INVOCATION.Request|id, Options|dict]</c> with optional Arguments and ArgumentsKw.</summary>
    Yield = 70,
}
