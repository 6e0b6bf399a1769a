using Broker.Options;

namespace Broker.Sessions;

/// <summary>Looks into what a peer announced; unlike <see cref="Enum.HasFlag"/> without boxing, even in code that the JIT has not optimised yet.</summary>
internal static class AnnouncedFeatures
{
    /// <summary>Whether all of <paramref name="needed"/> are among <paramref name="announced"/>.</summary>
    public static bool Has(this Features announced, Features needed) => (announced & needed) == needed;
}
