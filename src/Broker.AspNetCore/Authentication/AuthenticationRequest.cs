using System.Text.Json.Nodes;
using Broker.Sessions;

namespace Broker.Authentication;

/// <summary>
/// A session that wants to join, as HELLO and the transport tell. Immutable but for <see cref="HasShownProof"/> and <see cref="IsProofWrong"/>, and for <see
/// cref="AuthExtra"/>, which nobody should change.
/// </summary>
public sealed record AuthenticationRequest
{
    private bool _waitsInLine;
    private bool _hasShownProof;
    private bool _isProofWrong;

    /// <summary>The realm.</summary>
    public required string Realm { get; init; }

    /// <summary>The session id that WELCOME will tell if the session is accepted (CRA-07).</summary>
    public required long SessionId { get; init; }

    /// <summary><c>authid</c>: who the client says it is, or null.</summary>
    public string? AuthId { get; init; }

    /// <summary><c>authrole</c>: the role that the client asks for, or null. To be granted only if it may be (AUT-11).</summary>
    public string? AuthRole { get; init; }

    /// <summary>
    /// <c>authextra</c>; binary values are strings that start with U+0000 and go on in base64. Empty when HELLO has none.
    /// </summary>
    public JsonObject AuthExtra { get; init; } = [];

    /// <summary>What the transport knows of the peer (AUT-13).</summary>
    public required TransportInfo Transport { get; init; }

    /// <summary>
    /// Whether the session is open, and the client shall prove once more that it may go on: what it has shown before does not count, and
    /// identity and role stay as they are.
    /// </summary>
    public bool IsRenewal { get; init; }

    /// <summary>
    /// Whether the client has shown a proof, so that it has failed if it leaves while that is judged, or time is up (<see cref="AttemptLimits"/>). AUTHENTICATE is one;
    /// an authenticator that judges one in <see cref="IWampAuthenticator.BeginAsync"/> says so before it waits. Thread-safe.
    /// </summary>
    public bool HasShownProof
    {
        get => Volatile.Read(ref _hasShownProof);
        set => Volatile.Write(ref _hasShownProof, value);
    }

    /// <summary>
    /// Whether somebody has found the proof wrong. Unless another accepts it, the client has failed then (<see cref="AttemptLimits"/>), also where whoever is asked
    /// next does not get to an answer: else guesses would be free for as long as that one can be brought to fail. Thread-safe.
    /// </summary>
    public bool IsProofWrong
    {
        get => Volatile.Read(ref _isProofWrong);
        set => Volatile.Write(ref _isProofWrong, value);
    }

    /// <summary>Whether it waits for its turn to have a key derived, and has not been judged at all.</summary>
    internal bool WaitsInLine
    {
        get => Volatile.Read(ref _waitsInLine);
        set => Volatile.Write(ref _waitsInLine, value);
    }

    /// <summary>The router's sessions; null in tests without a router.</summary>
    internal RouterSessions? RouterSessions { get; init; }

    /// <summary>What derives keys of passwords.</summary>
    internal KeyDerivation KeyDerivation { get; init; } = KeyDerivation.Shared;

    /// <summary>The router's own session in a realm, for an authenticator that calls procedures; null if there is no such realm.</summary>
    /// <param name="realm">The realm's URI: not necessarily the one that the client wants to join.</param>
    public RouterSession? RouterSessionIn(string realm) => RouterSessions?.In(realm);
}
