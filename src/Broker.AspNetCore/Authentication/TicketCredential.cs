namespace Broker.Authentication;

/// <summary>
/// What a router knows of a ticket: itself, or a hash that whoever reads it cannot log in with. Immutable; never printed.
/// </summary>
public sealed class TicketCredential
{
    /// <summary>The longest ticket in characters that is compared with a hash: a longer one is wrong, and costs nothing.</summary>
    public const int MaxHashedLength = 1024;

    // As old as those of users: a text just made would take a trace longer to read.
    private static readonly TicketCredential Nobodys = Plain(Nonce.Create());

    private readonly string _ticket;
    private readonly Argon2id? _argon2id;
    private string? _fingerprint;

    private TicketCredential(string ticket, ScramCredential? hash, Argon2id? argon2id)
    {
        _ticket = ticket;
        Hash = hash;
        _argon2id = argon2id;
    }

    /// <summary>The hash; null for a ticket that is kept as it is.</summary>
    internal ScramCredential? Hash { get; }

    /// <summary>See <see cref="CraCredential.Fingerprint"/>.</summary>
    public string Fingerprint => _fingerprint ??= Hash?.Fingerprint ?? SecretText.Fingerprint(_ticket);

    /// <summary>A ticket that is kept as it is.</summary>
    public static TicketCredential Plain(string ticket) => new(ticket, hash: null, argon2id: null);

    /// <summary>A ticket of which only a hash is kept. Checking one takes as long as the hash's parameters demand.</summary>
    /// <param name="hash">The hash.</param>
    /// <param name="argon2id">Computes Argon2id; may be null where the hash is one of PBKDF2.</param>
    /// <exception cref="ArgumentException">The hash is one of Argon2id, and nothing computes that.</exception>
    public static TicketCredential Hashed(ScramCredential hash, Argon2id? argon2id = null) =>
        hash.Parameters.Kdf == ScramKdf.Argon2id13 && argon2id is null
        ? throw new ArgumentException("The router cannot compute Argon2id to check a ticket: hash it by PBKDF2.")
        : new TicketCredential("", hash, argon2id);

    /// <summary>Whether a ticket is the right one. Takes as long for a wrong one.</summary>
    /// <param name="request">Who shows it: keys are derived for each address in turn.</param>
    /// <param name="ticket">AUTHENTICATE.Signature.</param>
    /// <param name="cancellationToken">Canceled when nobody waits for the answer any more.</param>
    public ValueTask<bool> IsTicketAsync(AuthenticationRequest request, string ticket, CancellationToken cancellationToken)
    {
        if (Hash is not { } hash)
        {
            return ValueTask.FromResult(SecretText.AreEqual(_ticket, ticket));
        }

        return ticket.Length <= MaxHashedLength && SaslPrep.TryPrepare(ticket, out var prepared, out _)
            ? request.KeyDerivation.RunAsync(
                request.Transport.RemoteAddress, () => hash.IsPassword(prepared, _argon2id), cancellationToken, waits => request.WaitsInLine = waits)
            : ValueTask.FromResult(false);
    }

    /// <summary>A credential that no ticket fits and that costs as much to check.</summary>
    /// <param name="hash">Makes the hash of nobody.</param>
    internal TicketCredential ForNobody(Func<ScramParameters, ScramCredential> hash) =>
        Hash is null ? Nobodys : new TicketCredential("", hash(Hash.Parameters), _argon2id);
}
