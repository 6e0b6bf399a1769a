namespace Broker.Authentication;

/// <summary>
/// How many attempts to authenticate may fail within a time before further ones are refused unseen by
/// <c>wamp.error.authentication_denied</c> (AUT-15); 0: any number. Attempts that succeed do not count; those whose client left or whose time was
/// up while the proof that it had shown was judged do, but not those that only waited for that.
/// </summary>
public sealed record AttemptLimits
{
    /// <summary>Nothing is limited.</summary>
    public static AttemptLimits None { get; } = new() { PerAddress = 0, PerAddressAndAuthId = 0, PerAuthId = 0 };

    /// <summary>The time. 1 min.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// From one address, or one IPv6 network of 64 bits, whoever it says it is. 100. Addresses of this machine are left out: a proxy here,
    /// unless it is trusted and tells where its clients are, makes all of them come from there.
    /// </summary>
    public int PerAddress { get; init; } = 100;

    /// <summary>As one authid of a realm, from one address. 10. Does not count for clients that name no authid.</summary>
    public int PerAddressAndAuthId { get; init; } = 10;

    /// <summary>As one authid of a realm, wherever it comes from. 0: with a limit here, anybody can keep a user out.</summary>
    public int PerAuthId { get; init; }
}
