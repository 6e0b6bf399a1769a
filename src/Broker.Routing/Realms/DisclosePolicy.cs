namespace Broker.Realms;

/// <summary>Whether the receivers of a message learn who sent it (WAMP specification, "Publisher Identification", "Caller Identification").</summary>
public enum DisclosePolicy
{
    /// <summary>Who asks for it by <c>disclose_me</c> is disclosed.</summary>
    OnRequest,

    /// <summary>Everybody is disclosed, asked or not.</summary>
    Always,

    /// <summary>Nobody is disclosed: <c>disclose_me</c> is refused.</summary>
    Never,
}
