using Broker.Options;
using Broker.Uris;

namespace Broker.Client.Sessions;

/// <summary>Refuses what the router does not announce: it would ignore it or end the session (GEN-02).</summary>
internal static class FeatureCheck
{
    /// <param name="announced">What the role of the router announced; null: it has not got the role.</param>
    /// <param name="feature">What is needed.</param>
    /// <param name="name">Its key.</param>
    /// <param name="remedy">What to do instead.</param>
    /// <exception cref="WampException"><c>wamp.error.feature_not_supported</c></exception>
    public static void Require(Features? announced, Features feature, string name, string remedy)
    {
        if (announced is not { } features || !features.HasFlag(feature))
        {
            throw new WampException(ErrorUris.FeatureNotSupported, $"The router does not announce {name}: {remedy}.");
        }
    }
}
