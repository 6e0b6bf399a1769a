namespace Broker.Authentication;

/// <summary>Keys are derived where that holds up no message.</summary>
public sealed class KeyDerivationTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task No_thread_of_the_pool_derives_keys(bool outcome)
    {
        var isOfPool = true;

        var result = await KeyDerivation.RunAsync(Derive, TestContext.Current.CancellationToken);

        Assert.Equal((outcome, false), (result, isOfPool));

        bool Derive()
        {
            isOfPool = Thread.CurrentThread.IsThreadPoolThread;
            return outcome;
        }
    }
}
