namespace Broker.Sessions;

/// <summary>Who a session is, as WELCOME tells it.</summary>
/// <param name="AuthId"><c>authid</c>.</param>
/// <param name="AuthRole"><c>authrole</c>.</param>
/// <param name="AuthMethod"><c>authmethod</c>.</param>
/// <param name="AuthProvider"><c>authprovider</c>.</param>
public sealed record SessionIdentity(string AuthId, string AuthRole, string AuthMethod, string AuthProvider);
