using Broker.Authentication;
using Broker.Options;
using Broker.Realms;

namespace Broker.Sessions;

/// <summary>One client on its way from HELLO to WELCOME or ABORT.</summary>
/// <param name="realm">The realm it wants to join.</param>
/// <param name="hello">What it said of itself.</param>
/// <param name="offered">What the realm offered when it began.</param>
/// <param name="authenticators">Who of these may decide, in the client's order; one or more.</param>
/// <param name="request">What the authenticator is told.</param>
internal sealed class JoinAttempt(
    Realm realm,
    HelloDetails hello,
    IReadOnlyList<IWampAuthenticator> offered,
    IReadOnlyList<IWampAuthenticator> authenticators,
    AuthenticationRequest request)
{
    private int _at;
    private object? _state;
    private AuthenticationAnswer? _answer;

    /// <summary>The realm.</summary>
    public Realm Realm { get; } = realm;

    /// <summary>What the client said of itself.</summary>
    public HelloDetails Hello { get; } = hello;

    /// <summary>The authentication method.</summary>
    public string Method => Authenticator.Method;

    /// <summary>The session id that it will have.</summary>
    public long SessionId => Request.SessionId;

    /// <summary>What the authenticators are told.</summary>
    public AuthenticationRequest Request { get; } = request;

    private IWampAuthenticator Authenticator => authenticators[_at];

    /// <summary>
    /// Whether a ticket was judged by what the realm offers no more: by other keys of tokens, perhaps. What other methods accept, the authenticators of the moment
    /// are asked about (<see cref="IWampAuthenticator.StillAccepts"/>).
    /// </summary>
    /// <param name="now">What the realm offers now.</param>
    public bool IsOutdated(IReadOnlyList<IWampAuthenticator> now) => now != offered && Method == AuthMethods.Ticket;

    /// <summary>The same proof, for those who judge it now.</summary>
    /// <param name="now">What the realm offers now.</param>
    /// <returns>Null when the method is not offered any more.</returns>
    public JoinAttempt? Anew(IReadOnlyList<IWampAuthenticator> now) => SameMethod(now) is { Count: > 0 } same
        ? new JoinAttempt(Realm, Hello, now, same, Request) { _answer = _answer }
        : null;

    /// <summary>The same once more, in the open session.</summary>
    /// <param name="now">What the realm offers now.</param>
    /// <returns>Null when the method is not offered any more.</returns>
    public JoinAttempt? Again(IReadOnlyList<IWampAuthenticator> now) =>
        SameMethod(now) is { Count: > 0 } same
            ? new JoinAttempt(Realm, Hello, now, same, Request with { IsRenewal = true, HasShownProof = false, IsProofWrong = false })
            : null;

    /// <summary>Has the authenticator answer HELLO.</summary>
    public ValueTask<AuthenticationResult> BeginAsync(CancellationToken cancellationToken) =>
        Authenticator.BeginAsync(Request, cancellationToken);

    /// <summary>Has the authenticator answer AUTHENTICATE.</summary>
    public ValueTask<AuthenticationResult> ContinueAsync(AuthenticationAnswer answer, CancellationToken cancellationToken)
    {
        _answer = answer;
        return Authenticator.ContinueAsync(Request, _state, answer, cancellationToken);
    }

    /// <summary>Has the authenticator answer what the client said last: AUTHENTICATE, or HELLO.</summary>
    public ValueTask<AuthenticationResult> RepeatAsync(CancellationToken cancellationToken) =>
        _answer is { } answer ? ContinueAsync(answer, cancellationToken) : BeginAsync(cancellationToken);

    /// <summary>Leaves the decision to the next authenticator, if there is one.</summary>
    public bool TryNext()
    {
        if (_at + 1 == authenticators.Count)
        {
            return false;
        }

        _at++;
        _state = null;
        return true;
    }

    /// <summary>Keeps what belongs to the challenge that is out.</summary>
    public void Challenged(object? state) => _state = state;

    /// <summary>Forgets what was said and asked: an open session needs no proof to remember how it was opened.</summary>
    public void Forget() => (_state, _answer) = (null, null);

    private List<IWampAuthenticator> SameMethod(IReadOnlyList<IWampAuthenticator> now) => [.. now.Where(one => one.Method == Method)];
}
