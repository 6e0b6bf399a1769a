namespace Broker.Authentication.Remote;

/// <summary>
/// A WAMP procedure that says who users are: called as <c>(realm, authid, details)</c>, it returns a principal, see <see
/// cref="ProcedureUsers"/> and <see cref="ProcedureTickets"/>. Immutable.
/// </summary>
/// <remarks>
/// Whoever registers the procedure decides who anybody is. Give only the authenticator's own session the permission to, or put it into a
/// realm of its own; that session logs in by a method that does not ask the procedure. Where roles have authorizers, name the procedure in
/// <see cref="Realms.RealmOptions.DecidingProcedures"/>, too, so that these are not asked who may register it. And whoever may call it learns what it tells of users:
/// let nobody; the router needs no permission.
/// </remarks>
public sealed record ProcedureOptions
{
    /// <summary>The procedure's URI.</summary>
    public required string Procedure { get; init; }

    /// <summary>The realm in which it is registered; null: the one that the client wants to join.</summary>
    public string? Realm { get; init; }

    /// <summary>
    /// How long it may take; then the session is refused. Less than <see cref="Hosting.WampRouterOptions.AuthenticationTimeout"/>, so that
    /// the log says what was too slow. A day at the most. 3 s.
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The roles that it can grant; null: all.</summary>
    public IReadOnlyList<string>? Roles { get; init; }
}
