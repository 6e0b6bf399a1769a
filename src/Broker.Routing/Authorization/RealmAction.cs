namespace Broker.Authorization;

/// <summary>What a session can be permitted to do in a realm (WAMP specification, "Authorization").</summary>
public enum RealmAction
{
    /// <summary>To call a procedure.</summary>
    Call,

    /// <summary>To register a procedure or a pattern of procedures.</summary>
    Register,

    /// <summary>To publish to a topic.</summary>
    Publish,

    /// <summary>To subscribe a topic or a pattern of topics, and to read its history.</summary>
    Subscribe,
}
