using System.Collections.Frozen;

namespace Broker.Authentication;

/// <summary>Users in memory, of one realm or of several. Immutable: to change them, make another one.</summary>
public sealed class StaticUsers : IUserStore
{
    private readonly FrozenDictionary<string, User> _byAuthId;
    private readonly FrozenDictionary<string, User?> _byKey; // null: several users have the key, and none is meant

    /// <param name="users">The users.</param>
    /// <param name="secret">See <see cref="UnknownUsers(IEnumerable{User}, ReadOnlySpan{byte})"/>.</param>
    /// <exception cref="ArgumentException">A user cannot be used; the message says who and why.</exception>
    public StaticUsers(IEnumerable<User> users, ReadOnlySpan<byte> secret = default)
    {
        var byAuthId = new Dictionary<string, User>(StringComparer.Ordinal);
        var byKey = new Dictionary<string, User?>(StringComparer.Ordinal);
        var all = users.ToList();
        foreach (var user in all)
        {
            Add(byAuthId, user);
            foreach (var key in user.AuthorizedKeys)
            {
                var canonical = CryptosignSignature.TryReadHex(key, Ed25519.KeyLength, out var octets)
                    ? Convert.ToHexStringLower(octets)
                    : throw new ArgumentException($"A public key of the user '{user.AuthId}' is not {Ed25519.KeyLength * 2} hex digits.");
                byKey[canonical] = byKey.ContainsKey(canonical) ? null : user;
            }
        }

        _byAuthId = byAuthId.ToFrozenDictionary(StringComparer.Ordinal);
        _byKey = byKey.ToFrozenDictionary(StringComparer.Ordinal);
        Unknown = new UnknownUsers(all, secret);
    }

    /// <inheritdoc/>
    public UnknownUsers Unknown { get; }

    /// <inheritdoc/>
    public ValueTask<User?> FindAsync(UserQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        return ValueTask.FromResult(query.AuthId is { } authId
            ? _byAuthId.GetValueOrDefault(authId)
            : query.PublicKey is { } key ? _byKey.GetValueOrDefault(key) : null);
    }

    /// <inheritdoc/>
    public bool StillKnows(AcceptedClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        var (who, method) = (client.Identity, client.Identity.AuthMethod);
        return _byAuthId.GetValueOrDefault(who.AuthId) is { } user
            && user.Provider == who.AuthProvider
            && user.Roles.Contains(who.AuthRole)
            && (client.Evidence is not { } evidence || user.Has(evidence, method));
    }

    /// <summary>
    /// A user is found by the name as it is written here and as SASLprep makes it, which is what <c>wamp-scram</c> looks for.
    /// </summary>
    private static void Add(Dictionary<string, User> byAuthId, User user)
    {
        if (user.AuthId.Length == 0 || user.Roles.Count == 0)
        {
            throw new ArgumentException($"The user '{user.AuthId}' has no authid or no role.");
        }

        var prepared = SaslPrep.TryPrepare(user.AuthId, out var name, out _) ? name : user.AuthId;
        if (!byAuthId.TryAdd(user.AuthId, user) || (prepared != user.AuthId && !byAuthId.TryAdd(prepared, user)))
        {
            throw new ArgumentException($"There are two users '{prepared}', or two whose names differ only in how they are typed.");
        }
    }
}
