using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Broker.Authentication;

/// <summary>
/// Credentials for names that nobody has (<see cref="MockCredentials"/>). They cost what those of the users cost, and where the costs of
/// these differ, each name has always the same: so neither answers nor their time tell whether a name exists (AUT-09). Immutable.
/// </summary>
public sealed class UnknownUsers
{
    private static readonly byte[] ProcessSecret = RandomNumberGenerator.GetBytes(32);

    private readonly byte[] _secret;
    private readonly MockCredentials _mocks;
    private readonly User[] _likeCra;
    private readonly ScramParameters[] _likeScram;
    private readonly TicketCredential[] _likeTicket;

    /// <param name="like">The users, or some that stand for all of them.</param>
    /// <param name="secret">
    /// The router's own, of 32 random octets or more; copied. Whoever sees a salt change at a restart knows that nobody has the name: keep
    /// this to prevent it. Empty: one drawn when the process started.
    /// </param>
    public UnknownUsers(IEnumerable<User> like, ReadOnlySpan<byte> secret = default)
    {
        _secret = secret.IsEmpty ? ProcessSecret : secret.ToArray();
        _mocks = new MockCredentials(_secret);
        var users = like.OrderBy(user => user.AuthId, StringComparer.Ordinal).ToList();
        var defaults = new User { AuthId = "", Roles = ["user"], Cra = CraCredential.Unsalted(""), Ticket = TicketCredential.Plain("") };
        _likeCra = [.. users.Where(user => user.Cra is not null).DistinctBy(CostOf).DefaultIfEmpty(defaults)];
        _likeScram = [.. users.Where(user => user.Scram is not null).Select(user => user.Scram!.Parameters)
            .DistinctBy(CostOf).DefaultIfEmpty(ScramParameters.Pbkdf2(4096))];
        _likeTicket = [.. users.Where(user => user.Ticket is not null).Select(user => user.Ticket!)
            .DistinctBy(ticket => ticket.Hash is { } hash ? CostOf(hash.Parameters) : default).DefaultIfEmpty(defaults.Ticket)];
    }

    /// <summary>The <c>authprovider</c> that challenges name, whoever is challenged.</summary>
    public string Provider { get; init; } = "static";

    /// <summary>Method <c>ticket</c>: no ticket fits.</summary>
    public TicketCredential Ticket(string authId) => Pick(_likeTicket, authId).ForNobody(like => _mocks.Scram(authId, like));

    /// <summary>Method <c>wampcra</c>: no signature fits.</summary>
    public CraCredential Cra(string authId) => _mocks.Cra(authId, Pick(_likeCra, authId).Cra!);

    /// <summary>Method <c>wamp-scram</c>: no proof fits.</summary>
    public ScramCredential Scram(string authId) => _mocks.Scram(authId, Pick(_likeScram, authId));

    /// <summary>The roles that the name would have, for a challenge that tells the role.</summary>
    public IReadOnlyList<string> Roles(string authId) => Pick(_likeCra, authId).Roles;

    private static (string Role, int? SaltLength, int Iterations, int KeyLength) CostOf(User user) =>
        (user.Roles[0], user.Cra!.Salt?.Length, user.Cra.Iterations, user.Cra.KeyLength);

    private static (ScramKdf Kdf, int Iterations, int Memory, int SaltLength) CostOf(ScramParameters parameters) =>
        (parameters.Kdf, parameters.Iterations, parameters.Memory, parameters.Salt.Length);

    private T Pick<T>(T[] all, string authId)
    {
        var hash = HMACSHA256.HashData(_secret, Encoding.UTF8.GetBytes("like\0" + authId));
        return all[BinaryPrimitives.ReadUInt32LittleEndian(hash) % (uint)all.Length];
    }
}
