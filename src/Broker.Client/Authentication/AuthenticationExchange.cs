using System.Text.Json.Nodes;

namespace Broker.Client.Authentication;

/// <summary>What an authenticator does for one session, from HELLO to WELCOME. Its methods are called one after the other.</summary>
public abstract class AuthenticationExchange
{
    /// <summary>
    /// Keys for <c>HELLO.Details.authextra</c>, which the methods offered share: a key of one that stands earlier in the list counts. Null for
    /// none.
    /// </summary>
    public virtual JsonObject? HelloExtra => null;

    /// <summary>Answers a CHALLENGE. May be asked repeatedly, where a router has several rounds.</summary>
    /// <param name="challenge">The CHALLENGE.</param>
    /// <param name="cancellationToken">
    /// Canceled when the caller gives up, or the session takes longer to join than <see cref="WampClientOptions.HandshakeTimeout"/>.
    /// </param>
    /// <returns>What AUTHENTICATE carries.</returns>
    /// <exception cref="WampAuthenticationException">The router must not get an answer; it is told the message in ABORT.</exception>
    public abstract ValueTask<AuthenticationAnswer> AnswerAsync(AuthenticationChallenge challenge, CancellationToken cancellationToken);

    /// <summary>
    /// Checks WELCOME, if this exchange has answered a CHALLENGE, or if WELCOME names its method; where neither holds of any exchange, the first
    /// one is asked.
    /// </summary>
    /// <exception cref="WampAuthenticationException">The router has not proven itself: the session ends.</exception>
    public virtual void CheckWelcome(WampSession session)
    {
    }
}
