using System.Net;

namespace Broker.Authentication;

/// <summary>Keys are derived where that holds up no message, and for each address in turn.</summary>
public sealed class KeyDerivationTests
{
    private static readonly IPAddress Here = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress There = IPAddress.Parse("192.0.2.2");

    private readonly List<string> _derived = [];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task No_thread_of_the_pool_derives_keys(bool outcome)
    {
        var isOfPool = true;

        var result = await KeyDerivation.Shared.RunAsync(Here, Derive, TestContext.Current.CancellationToken);

        Assert.Equal((outcome, false), (result, isOfPool));

        bool Derive()
        {
            isOfPool = Thread.CurrentThread.IsThreadPoolThread;
            return outcome;
        }
    }

    [Fact]
    public async Task Who_asks_often_waits_behind_itself()
    {
        var derivation = new KeyDerivation(1);
        using var held = new ManualResetEventSlim();
        List<Task> all = [Hold(derivation, held)];
        foreach (var (address, name) in ((IPAddress?, string)[])
            [(Here, "a1"), (Here, "a2"), (Here, "a3"), (IPAddress.Parse("::ffff:192.0.2.1"), "a4"), (There, "b1"), (null, "local"), (There, "b2")])
        {
            all.Add(Derive(derivation, address, name));
        }

        held.Set();
        await Task.WhenAll(all);

        Assert.Equal(["a1", "b1", "local", "a2", "b2", "a3", "a4"], _derived);
        Assert.Equal(0, derivation.Waiting);
    }

    [Fact]
    public async Task Who_does_not_wait_any_longer_has_no_turn()
    {
        var derivation = new KeyDerivation(1);
        using var held = new ManualResetEventSlim();
        using var cancellation = new CancellationTokenSource();
        var first = Hold(derivation, held);
        var gone = derivation.RunAsync(Here, () => throw new InvalidOperationException("derived"), cancellation.Token).AsTask();
        var patient = Derive(derivation, There, "b");
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        Assert.Equal(1, derivation.Waiting);
        held.Set();
        await Task.WhenAll(first, patient);
        await Derive(derivation, Here, "a");

        Assert.Equal(["b", "a"], _derived);
    }

    [Fact]
    public async Task What_fails_passes_its_turn_on()
    {
        var derivation = new KeyDerivation(1);

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => derivation.RunAsync(Here, () => throw new InvalidOperationException(), TestContext.Current.CancellationToken).AsTask());

        await Derive(derivation, Here, "a");
    }

    [Fact]
    public async Task Of_one_address_and_of_all_so_many_may_wait()
    {
        var derivation = new KeyDerivation(1);
        using var held = new ManualResetEventSlim();
        using var cancellation = new CancellationTokenSource();
        var first = Hold(derivation, held);
        var waiting = Enumerable.Range(0, KeyDerivation.MostOfAll)
            .Select(i => derivation.RunAsync(new IPAddress(i / KeyDerivation.MostOfOneAddress), () => true, cancellation.Token).AsTask())
            .ToList();

        await Assert.ThrowsAsync<KeyDerivationBusyException>(() => Derive(derivation, new IPAddress(0), "one too many of one address"));
        await Assert.ThrowsAsync<KeyDerivationBusyException>(() => Derive(derivation, Here, "one too many of all"));
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(waiting));
        held.Set();
        await first;

        Assert.Equal(0, derivation.Waiting);
    }

    private static Task Hold(KeyDerivation derivation, ManualResetEventSlim held) => derivation.RunAsync(
        Here,
        () =>
        {
            held.Wait();
            return true;
        },
        TestContext.Current.CancellationToken).AsTask();

    private Task Derive(KeyDerivation derivation, IPAddress? address, string name) => derivation.RunAsync(
        address,
        () =>
        {
            _derived.Add(name); // one at a time
            return true;
        },
        TestContext.Current.CancellationToken).AsTask();
}
