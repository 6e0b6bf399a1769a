namespace Broker.Transports;

/// <summary>Which web pages may connect: the patterns that can be listed, and what they match.</summary>
public sealed class OriginRulesTests
{
    [Theory]
    [InlineData("https://app.example.com", "https://app.example.com", true)]
    [InlineData("https://app.example.com", "HTTPS://App.Example.Com", true)]
    [InlineData("https://app.example.com", "https://app.example.com:8443", false)]
    [InlineData("https://app.example.com:8443", "https://app.example.com:8443", true)]
    [InlineData("https://app.example.com", "http://app.example.com", false)]
    [InlineData("https://*.example.com", "https://app.example.com", true)]
    [InlineData("https://*.example.com", "https://a.b.example.com", true)]
    [InlineData("https://*.example.com", "https://example.com", false)]
    [InlineData("https://*.example.com", "https://.example.com", false)]
    [InlineData("https://*.example.com", "https://evilexample.com", false)]
    [InlineData("https://*.example.com", "http://app.example.com", false)]
    [InlineData("https://*.example.com", "https://app.example.com:8443", false)]
    [InlineData("https://*.example.com", "https://app.example.com.evil.com", false)]
    [InlineData("https://*.example.com", "https://evil.com/.example.com", false)]
    [InlineData("https://*.example.com", "https://evil.com#.example.com", false)]
    [InlineData("https://*.example.com:*", "https://app.example.com:8443", true)]
    [InlineData("https://*.example.com:*", "https://app.example.com", true)]
    [InlineData("https://*.example.com:*", "https://example.com:8443", false)]
    [InlineData("http://localhost:*", "http://localhost:3000", true)]
    [InlineData("http://localhost:*", "http://localhost.evil.com:3000", false)]
    [InlineData("http://[::1]:*", "http://[::1]:3000", true)]
    [InlineData("*", "null", true)]
    [InlineData("https://*.example.com", "null", false)]
    [InlineData("https://*.example.com", "", false)]
    public void A_page_is_allowed_when_a_listed_pattern_matches_its_origin(string pattern, string origin, bool isAllowed) =>
        Assert.Equal(isAllowed, OriginRules.Allow(origin, "router.example.net", isEncrypted: false, isLoopback: false, [pattern]));

    [Theory]
    [InlineData("https://router.example.com", true, true)]
    [InlineData("https://router.example.com", false, true)] // what ends TLS in front of the router need not be known to it
    [InlineData("http://router.example.com", true, false)]
    [InlineData("http://router.example.com", false, true)]
    [InlineData("https://router.example.com:8443", true, false)]
    [InlineData("https://other.example.com", true, false)]
    public void A_page_of_the_routers_own_host_is_allowed_over_https_where_the_connection_is_encrypted(string origin, bool isEncrypted, bool isAllowed) =>
        Assert.Equal(isAllowed, OriginRules.Allow(origin, "router.example.com", isEncrypted, isLoopback: false, []));

    [Theory]
    [InlineData("http://localhost:3000", true)]
    [InlineData("https://localhost", true)]
    [InlineData("http://127.0.0.1:3000", true)]
    [InlineData("http://127.1.2.3", true)]
    [InlineData("http://[::1]:3000", true)]
    [InlineData("http://loopback", false)] // a name like any other
    [InlineData("http://router.example.com", false)]
    [InlineData("http://localhost.example.com", false)]
    [InlineData("http://127.0.0.1.example.com", false)]
    public void From_a_loopback_address_pages_of_this_machine_are_allowed(string origin, bool isAllowed) =>
        Assert.Equal(isAllowed, OriginRules.Allow(origin, "router.example.com", isEncrypted: false, isLoopback: true, []));

    [Theory]
    [InlineData("https://router.example.com/")]
    [InlineData("https://router.example.com/path")]
    [InlineData("https://router.example.com?query")]
    [InlineData("https://router.example.com#fragment")]
    [InlineData("https://router.example.com\\.other.example.com")]
    [InlineData("https://joe@router.example.com")]
    [InlineData("//router.example.com")]
    [InlineData("router.example.com")]
    [InlineData(" https://router.example.com")]
    public void What_no_browser_sends_is_no_origin(string origin)
    {
        Assert.False(OriginRules.Allow(origin, "router.example.com", isEncrypted: false, isLoopback: false, ["https://*.example.com"]));
        Assert.True(OriginRules.Allow(origin, "router.example.com", isEncrypted: false, isLoopback: false, ["*"]));
    }

    [Theory]
    [InlineData("https://router.example.com", "router.example.com:443", true)]
    [InlineData("http://router.example.com", "router.example.com:80", true)]
    [InlineData("http://router.example.com", "router.example.com:443", false)]
    [InlineData("https://router.example.com", "router.example.com:80", false)]
    [InlineData("https://router.example.com:8443", "router.example.com:8443", true)]
    public void The_port_of_the_scheme_may_stand_in_Host(string origin, string host, bool isAllowed) =>
        Assert.Equal(isAllowed, OriginRules.Allow(origin, host, isEncrypted: false, isLoopback: false, []));

    [Theory]
    [InlineData("https://app.example.com", true)]
    [InlineData("https://*.example.com", true)]
    [InlineData("https://*.example.com:*", true)]
    [InlineData("http://127.0.0.1:*", true)]
    [InlineData("*", true)]
    [InlineData("https://app.example.com/", false)]
    [InlineData("https://app.example.com/path", false)]
    [InlineData("//app.example.com", false)]
    [InlineData("https://app.*.com", false)]
    [InlineData("https://*", false)]
    [InlineData("https://*example.com", false)]
    [InlineData("https://user@app.example.com", false)]
    [InlineData("*.example.com", false)]
    [InlineData("app.example.com", false)]
    [InlineData("null", false)]
    [InlineData("", false)]
    public void What_no_browser_sends_cannot_be_listed(string text, bool isPattern) => Assert.Equal(isPattern, OriginRules.IsPattern(text));
}
