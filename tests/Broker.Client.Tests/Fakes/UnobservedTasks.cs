using System.Collections.Concurrent;
using Broker.Client;

[assembly: AssemblyFixture(typeof(UnobservedTasks))]

namespace Broker.Client;

/// <summary>Fails the run if any test left a failed task behind that nobody has looked at.</summary>
public sealed class UnobservedTasks : IDisposable
{
    private readonly ConcurrentQueue<Exception> _exceptions = [];

    public UnobservedTasks() => TaskScheduler.UnobservedTaskException += (_, unobserved) => _exceptions.Enqueue(unobserved.Exception);

    public void Dispose()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Empty(_exceptions);
    }
}
