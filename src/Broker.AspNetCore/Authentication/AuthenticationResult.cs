using System.Text.Json.Nodes;
using Broker.Sessions;

namespace Broker.Authentication;

/// <summary>What an authenticator says to HELLO or AUTHENTICATE: one of the four kinds nested here.</summary>
public abstract record AuthenticationResult
{
    private AuthenticationResult()
    {
    }

    /// <summary>Ask the client: CHALLENGE.</summary>
    /// <param name="Extra"><c>Extra</c> of CHALLENGE.</param>
    /// <param name="State">What the authenticator wants back with the answer.</param>
    public sealed record Challenge(JsonObject Extra, object? State) : AuthenticationResult;

    /// <summary>Let it join: WELCOME.</summary>
    /// <param name="Identity">Who it is.</param>
    /// <param name="AuthExtra"><c>authextra</c> of WELCOME, or null.</param>
    /// <param name="Expires">When the session has to end unless it has authenticated anew, or null.</param>
    public sealed record Accepted(SessionIdentity Identity, JsonObject? AuthExtra = null, DateTimeOffset? Expires = null) : AuthenticationResult
    {
        /// <summary>
        /// By what the client was accepted, for <see cref="IWampAuthenticator.StillAccepts"/> to compare, such as the fingerprint of its
        /// secret; or null. Kept for as long as the session.
        /// </summary>
        public string? Evidence { get; init; }
    }

    /// <summary>Send it away: ABORT.</summary>
    /// <param name="Reason">The reason, a URI such as <see cref="Uris.ErrorUris.AuthenticationDenied"/>.</param>
    /// <param name="Text">One sentence for the client. It must not tell whether the authid exists (AUT-09).</param>
    public sealed record Refused(string Reason, string Text) : AuthenticationResult;

    /// <summary>
    /// Leave it to the next method of the client's list that the realm offers (TIC-05): this one lacks what it needs, such as a cookie.
    /// Where there is none, the client is sent away: ABORT.
    /// </summary>
    /// <param name="Reason">The reason, a URI.</param>
    /// <param name="Text">One sentence for the client: what the method needs.</param>
    public sealed record Declined(string Reason, string Text) : AuthenticationResult;
}
