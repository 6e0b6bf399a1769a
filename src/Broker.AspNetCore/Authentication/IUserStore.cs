namespace Broker.Authentication;

/// <summary>
/// Where users are found: an extension point, for example over an application's database. The methods <c>ticket</c>, <c>wampcra</c>,
/// <c>wamp-scram</c> and <c>cryptosign</c> all look here (<see cref="StaticUsers"/> holds them in memory). Thread-safe.
/// </summary>
public interface IUserStore
{
    /// <summary>
    /// What those are answered with whom the store does not know, or who have no secret of the method. The same object, or one made alike,
    /// for as long as the router runs: the salt of a name must not change.
    /// </summary>
    UnknownUsers Unknown { get; }

    /// <summary>
    /// Finds a user, or null. How long it takes should not depend on whether there is one. An exception refuses the session by
    /// <c>wamp.error.authentication_failed</c>.
    /// </summary>
    /// <param name="query">Who is looked for.</param>
    /// <param name="cancellationToken">Canceled when the time for authentication is up.</param>
    ValueTask<User?> FindAsync(UserQuery query, CancellationToken cancellationToken);

    /// <summary>
    /// Whether a client is a user of this store who may stay, see <see cref="IWampAuthenticator.StillAccepts"/>. A store that does not know
    /// without waiting says yes; beside others (<see cref="CombinedUsers"/>) to its own <c>authprovider</c> only.
    /// </summary>
    /// <param name="client">The client.</param>
    bool StillKnows(AcceptedClient client) => true;
}
