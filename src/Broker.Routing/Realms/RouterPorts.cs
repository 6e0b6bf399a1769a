using Broker.Rpc;

namespace Broker.Realms;

/// <summary>What routing tells and asks those around it. All of it may be called by several threads at once.</summary>
public sealed record RouterPorts
{
    /// <summary>Is told of each call that has ended; null: nobody wants to know.</summary>
    public CallEnded? CallEnded { get; init; }

    /// <summary>Forgets what authorizers have answered; null: nobody remembers anything.</summary>
    public ForgetDecisions? ForgetDecisions { get; init; }
}

/// <summary>Forgets what authorizers have answered in a realm.</summary>
/// <param name="realm">The realm.</param>
/// <param name="authId">Of whom; null: of everybody.</param>
/// <param name="authRole">Of which role; null: of all.</param>
/// <returns>How many answers that were.</returns>
public delegate int ForgetDecisions(string realm, string? authId, string? authRole);
