namespace Broker.Ids;

/// <summary>WAMP ids: integers within 1 to 2^53 (WAMP specification, "IDs").</summary>
public static class WampId
{
    /// <summary>The largest id, 2^53.</summary>
    public const long Max = 1L << 53;

    /// <summary>Whether <paramref name="id"/> is within 1 to 2^53.</summary>
    public static bool IsValid(long id) => (ulong)(id - 1) < Max;

    /// <summary>The id that follows in a scope that counts: after 2^53 comes 1.</summary>
    public static long Next(long id) => id >= Max ? 1 : id + 1;
}
