using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Broker.Authentication;

/// <summary>
/// Credentials for names that nobody has (<see cref="MockCredentials"/>). They cost what those of the users cost, and where the costs of
/// these differ, each name has always the same: so neither answers nor their time tell whether a name exists (AUT-09). Where users become known
/// later, few names look another way for it. Immutable.
/// </summary>
public sealed class UnknownUsers
{
    private static readonly byte[] ProcessSecret = RandomNumberGenerator.GetBytes(32);

    private static readonly User Unsalted = new()
    {
        AuthId = "",
        Roles = ["user"],
        Ticket = TicketCredential.Plain(""),
        Cra = CraCredential.Unsalted(""),
        Scram = ScramCredential.FromPassword("", ScramParameters.Pbkdf2(4096)),
    };

    private readonly byte[] _secret;
    private readonly User _usual;
    private readonly MockCredentials _mocks;
    private readonly (string Look, User User)[] _likeCra;
    private readonly (string Look, User User)[] _likeScram;
    private readonly (string Look, User User)[] _likeTicket;

    /// <param name="like">The users, or some that stand for all of them.</param>
    /// <param name="secret">
    /// The router's own, of 32 random octets or more; copied. Whoever sees a salt change at a restart knows that nobody has the name: keep
    /// this to prevent it. Empty: one drawn when the process started.
    /// </param>
    public UnknownUsers(IEnumerable<User> like, ReadOnlySpan<byte> secret = default)
        : this(like, Unsalted, secret.IsEmpty ? ProcessSecret : secret.ToArray())
    {
    }

    /// <param name="like">The users.</param>
    /// <param name="usual">Whom names are like as long as no user has what a method needs. Has something for each.</param>
    internal UnknownUsers(IEnumerable<User> like, User usual)
        : this(like, usual, ProcessSecret)
    {
    }

    private UnknownUsers(IEnumerable<User> like, User usual, byte[] secret)
    {
        (_secret, _usual, _mocks) = (secret, usual, new MockCredentials(secret));
        Like = [.. like.OrderBy(user => user.AuthId, StringComparer.Ordinal).DistinctBy(LookOf)];
        _likeCra = ByLook(CraLookOf);
        _likeScram = ByLook(ScramLookOf);
        _likeTicket = ByLook(TicketLookOf);
    }

    /// <summary>Of all users that look the same one each.</summary>
    internal IReadOnlyList<User> Like { get; }

    /// <summary>The <c>authprovider</c> that challenges name, whoever is challenged.</summary>
    public string Provider { get; init; } = "static";

    /// <summary>Method <c>ticket</c>: no ticket fits.</summary>
    public TicketCredential Ticket(string authId) => Pick(_likeTicket, authId).Ticket!.ForNobody(like => _mocks.Scram(authId, like));

    /// <summary>Method <c>wampcra</c>: no signature fits.</summary>
    public CraCredential Cra(string authId) => _mocks.Cra(authId, Pick(_likeCra, authId).Cra!);

    /// <summary>Method <c>wamp-scram</c>: no proof fits.</summary>
    public ScramCredential Scram(string authId) => _mocks.Scram(authId, Pick(_likeScram, authId).Scram!.Parameters);

    /// <summary>The roles that the name would have, for a challenge that tells the role.</summary>
    public IReadOnlyList<string> Roles(string authId) => Pick(_likeCra, authId).Roles;

    /// <summary>Names that nobody has in any of several stores; the first one's secret and provider count.</summary>
    internal static UnknownUsers Union(IReadOnlyList<UnknownUsers> all) =>
        new(all.SelectMany(one => one.Like), all[^1]._usual, all[0]._secret) { Provider = all[0].Provider };

    /// <summary>What of a user shows in challenges and in the time they take.</summary>
    internal static string LookOf(User user) => $"{CraLookOf(user)}/{ScramLookOf(user)}/{TicketLookOf(user)}";

    private static string? CraLookOf(User user) =>
        user.Cra is { } cra ? $"{user.Roles[0]} {cra.Salt?.Length} {cra.Iterations} {cra.KeyLength}" : null;

    private static string? ScramLookOf(User user) => user.Scram is { } scram ? LookOf(scram.Parameters) : null;

    private static string? TicketLookOf(User user) => user.Ticket is { } ticket ? ticket.Hash is { } hash ? LookOf(hash.Parameters) : "plain" : null;

    private static string LookOf(ScramParameters hash) => $"{hash.Kdf} {hash.Iterations} {hash.Memory} {hash.Salt.Length}";

    private (string Look, User User)[] ByLook(Func<User, string?> lookOf) =>
    [
        .. Like.Where(user => lookOf(user) is not null).DefaultIfEmpty(_usual)
            .Select(user => (Look: lookOf(user)!, User: user))
            .DistinctBy(one => one.Look),
    ];

    /// <summary>
    /// One of them, the same for a name each time. Each draws a number for the name, and the highest counts: when another comes, only those names
    /// change for which it draws the highest.
    /// </summary>
    private User Pick((string Look, User User)[] all, string authId) =>
        all.Length == 1 ? all[0].User : all.MaxBy(one => Draw(one.Look, authId)).User;

    private ulong Draw(string look, string authId) =>
        BinaryPrimitives.ReadUInt64LittleEndian(HMACSHA256.HashData(_secret, Encoding.UTF8.GetBytes($"like\0{authId}\0{look}")));
}
