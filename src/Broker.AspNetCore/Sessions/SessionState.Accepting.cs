using Broker.Authentication;
using Broker.Connections;

namespace Broker.Sessions;

/// <content>Whether the client would still be let in, when the router's options have changed.</content>
internal sealed partial class SessionState
{
    private AcceptedClient? _accepted;

    /// <summary>What ends a session whose client would not be let in any more.</summary>
    public static Ending Revoked { get; } = new(
        DisconnectReason.AuthenticationRevoked, "The user, or the way by which the session was authenticated, has been changed or removed: log in again.");

    /// <summary>Whether the client of the session, if there is one, would still be let in. Any thread may ask.</summary>
    public bool IsStillAccepted() => Volatile.Read(ref _accepted) is not { } client || IsStillAccepted(client);

    private bool IsStillAccepted(AcceptedClient client)
    {
        foreach (var authenticator in context.AuthenticatorsOf(client.Realm))
        {
            if (authenticator.Method == client.Method && authenticator.StillAccepts(client))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Notes who was accepted, and how. From then on other threads see it: <see cref="IsStillAccepted()"/> is to be asked behind this.</summary>
    private void Accept(JoinAttempt attempt, AuthenticationResult.Accepted accepted) => Interlocked.Exchange(ref _accepted, ClientOf(attempt, accepted));

    private AcceptedClient ClientOf(JoinAttempt attempt, AuthenticationResult.Accepted accepted) =>
        new(attempt.Realm.Name, attempt.Method, accepted.Identity, accepted.Evidence, Peer.Transport);
}
