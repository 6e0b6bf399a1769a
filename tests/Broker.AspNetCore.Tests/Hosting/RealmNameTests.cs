using Broker.Realms;

namespace Broker.Hosting;

/// <summary>Which realms a router can be configured to have (WAMP specification, "URIs").</summary>
public sealed class RealmNameTests
{
    [Theory]
    [InlineData("wamp", false)]
    [InlineData("wamp.realm", false)]
    [InlineData("wampum", true)]
    [InlineData("com.wamp", true)]
    [InlineData("two words", false)]
    [InlineData("", false)]
    [Trait("wamp", "URI-11")]
    public void A_realm_is_a_URI_outside_the_reserved_namespace(string realm, bool isTaken)
    {
        var options = new WampRouterOptions();
        options.Realms[realm] = new RealmOptions();

        var result = new OptionsCheck().Validate(name: null, options);

        Assert.Equal(isTaken, result.Succeeded);
        Assert.True(isTaken || result.FailureMessage!.Contains($"'{realm}'", StringComparison.Ordinal));
    }
}
