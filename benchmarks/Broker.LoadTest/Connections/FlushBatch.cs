namespace Broker.LoadTest.Connections;

/// <summary>The connections that the current thread has appended messages to. It flushes each once, when it has nothing more to append for now.</summary>
internal static class FlushBatch
{
    [ThreadStatic]
    private static List<Connection>? _connections;

    public static void Add(Connection connection) => (_connections ??= new List<Connection>(256)).Add(connection);

    /// <summary>Call before every await that follows an append.</summary>
    public static void Flush()
    {
        if (_connections is not { Count: > 0 } connections)
        {
            return;
        }

        foreach (var connection in connections)
        {
            connection.Flush();
        }

        connections.Clear();
    }
}
