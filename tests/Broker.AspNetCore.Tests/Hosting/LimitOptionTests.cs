using Broker.Authorization;
using Broker.Realms;

namespace Broker.Hosting;

/// <summary>Limits that cannot work are refused at the start, by a sentence that names them.</summary>
public sealed class LimitOptionTests
{
    [Theory]
    [InlineData(10, 1000, 1, null)]
    [InlineData(0, 0, 1, null)]
    [InlineData(-1, 0, 1, "below zero")]
    [InlineData(0, -1, 1, "below zero")]
    [InlineData(10, 0, 0, "burst")]
    public void A_rate_is_not_below_zero(int messages, long bytes, int burst, string? fault)
    {
        var options = new WampRouterOptions();
        var role = new RoleOptions { Name = "user", Rate = new RateLimit { Messages = messages, Bytes = bytes, Burst = burst } };
        options.Realms["realm1"] = new RealmOptions { Roles = [role] };
        Check(options, fault);
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(4 * 1024 * 1024, null)]
    [InlineData((4 * 1024 * 1024) - 1, "MaxOutboundBytesTotal")]
    [InlineData(-1, "MaxOutboundBytesTotal")]
    public void What_may_wait_for_all_peers_is_not_less_than_what_may_wait_for_one(long total, string? fault) =>
        Check(new WampRouterOptions { MaxOutboundBytesTotal = total }, fault);

    [Fact]
    public void By_default_a_quarter_of_the_memory_may_wait() =>
        Assert.Equal(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4, new WampRouterOptions().MaxOutboundBytesTotal);

    private static void Check(WampRouterOptions options, string? fault)
    {
        var result = new OptionsCheck().Validate(name: null, options);
        Assert.Equal(fault is null, result.Succeeded);
        Assert.Contains(fault ?? "", result.FailureMessage ?? "", StringComparison.Ordinal);
    }
}
