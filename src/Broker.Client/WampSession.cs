using Broker.Options;

namespace Broker.Client;

/// <summary>The facts of a session, as WELCOME told them.</summary>
public sealed record WampSession
{
    internal WampSession(long id, string requestedRealm, WelcomeDetails details, long maxMessageSize)
    {
        Id = id;
        Realm = details.Realm ?? requestedRealm;
        AuthId = details.AuthId;
        AuthRole = details.AuthRole;
        AuthMethod = details.AuthMethod;
        AuthProvider = details.AuthProvider;
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

    /// <summary>Name and version of the router's software; null if it does not say.</summary>
    public string? RouterAgent { get; }

    /// <summary>The roles of the router, each with the features it announced.</summary>
    public RoleSet Router { get; }

    /// <summary>The longest message in bytes that the router takes: the lower of what WELCOME and the transport told; 0 if neither did.</summary>
    public long MaxMessageSize { get; }
}
