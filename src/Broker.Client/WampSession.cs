using Broker.Client.Payloads;
using Broker.Options;
using Broker.Serialization;

namespace Broker.Client;

/// <summary>The facts of a session, as WELCOME told them.</summary>
public sealed record WampSession
{
    internal WampSession(long id, string requestedRealm, WelcomeDetails details, long maxMessageSize, SerializerKind serializer, JsonContracts contracts)
    {
        Id = id;
        Realm = details.Realm ?? requestedRealm;
        AuthId = details.AuthId;
        AuthRole = details.AuthRole;
        AuthMethod = details.AuthMethod;
        AuthProvider = details.AuthProvider;
        AuthExtra = details.AuthExtra is { } extra ? ReceivedDict.Of(serializer, extra.Span, contracts) : ReceivedDict.Empty;
        RouterAgent = details.Agent;
        Router = details.Roles;
        MaxMessageSize = maxMessageSize;
    }

    /// <summary>The session id.</summary>
    public long Id { get; }

    /// <summary>The realm joined.</summary>
    public string Realm { get; }

    /// <summary>Who the router takes this session for; null if it does not say.</summary>
    public string? AuthId { get; }

    /// <summary>The role that the router gave it; null if it does not say.</summary>
    public string? AuthRole { get; }

    /// <summary>How it was authenticated; null if the router does not say.</summary>
    public string? AuthMethod { get; }

    /// <summary>Who authenticated it; null if the router does not say.</summary>
    public string? AuthProvider { get; }

    /// <summary>What the router says besides of the authentication; empty if it says nothing.</summary>
    public ReceivedDict AuthExtra { get; }

    /// <summary>Name and version of the router's software; null if it does not say.</summary>
    public string? RouterAgent { get; }

    /// <summary>The roles of the router, each with the features it announced.</summary>
    public RoleSet Router { get; }

    /// <summary>The longest message in bytes that the router takes: the lower of what WELCOME and the transport told; 0 if neither did.</summary>
    public long MaxMessageSize { get; }
}
