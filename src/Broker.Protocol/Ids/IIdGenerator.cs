namespace Broker.Ids;

/// <summary>Where ids of the global scope come from: sessions and publications. Injected, so that tests are deterministic. Implementations are thread-safe.</summary>
public interface IIdGenerator
{
    /// <summary>An id drawn from 1 to 2^53.</summary>
    long Next();
}
