namespace Broker.Authentication;

/// <summary>Users of several stores: the first that knows one counts. How long it takes can tell in which store somebody is.</summary>
/// <param name="stores">The stores, one or more; unknown names look like users of any of them.</param>
public sealed class CombinedUsers(params IReadOnlyList<IUserStore> stores) : IUserStore
{
    private volatile Union? _union;

    /// <inheritdoc/>
    public UnknownUsers Unknown
    {
        get
        {
            UnknownUsers[] parts = [.. stores.Select(store => store.Unknown)];
            if (_union is not { } union || !union.Parts.SequenceEqual(parts))
            {
                _union = union = new Union(parts, UnknownUsers.Union(parts)); // a store has come to know other users
            }

            return union.Whole;
        }
    }

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

    private sealed record Union(UnknownUsers[] Parts, UnknownUsers Whole);
}
