namespace Broker.Client.Authentication;

/// <summary>
/// What a router may ask of WAMP-SCRAM: too little, and a router that is not the right one gets a proof that gives the password away; too much,
/// and it keeps this machine busy.
/// </summary>
public sealed record ScramCostLimits
{
    /// <summary>Iterations of PBKDF2, at least. 4,096 by default (RFC 7677, section 4).</summary>
    public int MinIterations { get; init; } = 4096;

    /// <summary>Iterations of PBKDF2, at most. 10,000,000 by default: some seconds.</summary>
    public int MaxIterations { get; init; } = 10_000_000;

    /// <summary>KiB that Argon2id fills, at least. 8,192 by default.</summary>
    public int MinMemory { get; init; } = 8 * 1024;

    /// <summary>KiB that Argon2id fills, at most. 262,144 by default.</summary>
    public int MaxMemory { get; init; } = 256 * 1024;

    /// <summary>Passes of Argon2id over its memory, at most. 16 by default.</summary>
    public int MaxPasses { get; init; } = 16;
}
