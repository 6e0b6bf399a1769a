namespace Broker.Authentication;

/// <summary>
/// Derives keys of passwords away from the threads that move messages, those of the thread pool included: one takes a good part of a second, on
/// purpose. As many at once as there are processors to spare; further ones wait for their turn, or until nobody waits for them any more.
/// </summary>
internal static class KeyDerivation
{
    private static readonly SemaphoreSlim Turns = new(Math.Max(1, Environment.ProcessorCount - 1));

    public static async ValueTask<bool> RunAsync(Func<bool> derive, CancellationToken cancellationToken)
    {
        await Turns.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Factory
                .StartNew(derive, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
                .ConfigureAwait(false);
        }
        finally
        {
            Turns.Release();
        }
    }
}
