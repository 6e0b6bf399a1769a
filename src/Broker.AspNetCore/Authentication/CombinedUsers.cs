namespace Broker.Authentication;

/// <summary>Users of several stores: the first that knows one counts. How long it takes can tell in which store somebody is.</summary>
/// <param name="stores">The stores, one or more; unknown names are answered as the first one does.</param>
public sealed class CombinedUsers(params IReadOnlyList<IUserStore> stores) : IUserStore
{
    /// <inheritdoc/>
    public UnknownUsers Unknown => stores[0].Unknown;

    /// <inheritdoc/>
    public async ValueTask<User?> FindAsync(UserQuery query, CancellationToken cancellationToken)
    {
        foreach (var store in stores)
        {
            if (await store.FindAsync(query, cancellationToken).ConfigureAwait(false) is { } user)
            {
                return user;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public bool StillKnows(AcceptedClient client) => stores.Any(store => store.StillKnows(client));
}
