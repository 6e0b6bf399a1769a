using Broker.Authentication;
using Broker.Authentication.Remote;
using Broker.Authentication.Tokens;
using Broker.Authorization;
using Broker.Realms;
using Microsoft.AspNetCore.DataProtection;

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

    /// <summary>Timers of .NET take 49 days at the most: what is longer would fail when it is needed.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(-0.001)]
    [InlineData(60 * 24 * 3600.0)]
    public void Times_that_no_timer_takes_are_refused(double seconds)
    {
        var time = TimeSpan.FromSeconds(seconds);
        Check(new WampRouterOptions { HandshakeTimeout = time }, "HandshakeTimeout");
        Check(new WampRouterOptions { HelloTimeout = time }, "HelloTimeout");
        Check(new WampRouterOptions { AuthenticationTimeout = time }, "AuthenticationTimeout");
        Check(new WampRouterOptions { KeepAliveInterval = time }, time == TimeSpan.Zero ? null : "KeepAliveInterval");
        Check(new WampRouterOptions { KeepAliveTimeout = time }, "KeepAliveTimeout");
        Check(new WampRouterOptions { CloseTimeout = time }, "CloseTimeout");
        Check(new WampRouterOptions { Authorizer = new AuthorizerOptions { Timeout = time } }, "Authorizer.Timeout");
        Assert.Throws<ArgumentOutOfRangeException>(() => new ProcedureTickets(new ProcedureOptions { Procedure = "a", Timeout = time }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WebhookTickets(new WebhookOptions { Url = new Uri("https://a"), Timeout = time }));
    }

    [Theory]
    [InlineData(366, "365 days")]
    [InlineData(365, null)]
    [InlineData(-1, "below zero")]
    public void What_is_remembered_is_remembered_for_a_year_at_the_most(int days, string? fault)
    {
        Check(new WampRouterOptions { Authorizer = new AuthorizerOptions { AllowedFor = TimeSpan.FromDays(days) } }, fault);
        Check(new WampRouterOptions { Authorizer = new AuthorizerOptions { DeniedFor = TimeSpan.FromDays(days) } }, fault);
        Check(new WampRouterOptions { AttemptLimits = new AttemptLimits { Window = TimeSpan.FromDays(days) } }, fault is null ? null : "Window");
    }

    [Fact]
    public void Cookies_and_clocks_have_bounds_too()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new LoginCookies(new EphemeralDataProtectionProvider()) { MaxAge = TimeSpan.FromDays(3651) });
        Assert.Throws<ArgumentOutOfRangeException>(
            () => new JwtTickets(new JwtOptions { HmacKey = new string('k', 32), ClockSkew = TimeSpan.FromDays(2) }));
    }

    private static void Check(WampRouterOptions options, string? fault)
    {
        var result = new OptionsCheck().Validate(name: null, options);
        Assert.Equal(fault is null, result.Succeeded);
        Assert.Contains(fault ?? "", result.FailureMessage ?? "", StringComparison.Ordinal);
    }
}
