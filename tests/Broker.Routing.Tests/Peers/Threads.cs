using System.Runtime.ExceptionServices;

namespace Broker.Peers;

/// <summary>Runs actions at the same time.</summary>
internal static class Threads
{
    /// <summary>Starts one thread for each action, lets all go at once, waits for them and throws what one of them threw.</summary>
    public static void Run(params Action[] actions)
    {
        using var barrier = new Barrier(actions.Length);
        Exception? failure = null;
        var threads = actions.Select(action => new Thread(() =>
        {
            barrier.SignalAndWait();
            try
            {
                action();
            }
            catch (Exception exception)
            {
                Interlocked.CompareExchange(ref failure, exception, null);
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>Waits, without sleeping, until a counter that another thread raises has come so far.</summary>
    public static void AwaitAtLeast(ref int counter, int value)
    {
        var spin = default(SpinWait);
        while (Volatile.Read(ref counter) < value)
        {
            spin.SpinOnce(sleep1Threshold: -1);
        }
    }
}
