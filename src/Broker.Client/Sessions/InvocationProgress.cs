namespace Broker.Client.Sessions;

/// <summary>
/// Sends what a procedure reports as progressive results of one value, in the order of the reports. Does not wait for the connection.
/// </summary>
internal sealed class InvocationProgress<T>(WampInvocation invocation) : IProgress<T>
{
    /// <exception cref="WampArgumentException">The value cannot be sent.</exception>
    /// <exception cref="PayloadSizeExceededException">It is longer than the router takes.</exception>
    /// <exception cref="InvalidOperationException">The procedure has returned.</exception>
    public void Report(T value)
    {
        var sending = invocation.ReportAsync(new WampArguments().Add(value));
        if (sending.IsFaulted)
        {
            sending.GetAwaiter().GetResult();
        }

        // Where nobody waits any more the procedure's token says so, and where the session has ended, too.
        _ = sending.ContinueWith(
            static sent => _ = sent.Exception,
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }
}
