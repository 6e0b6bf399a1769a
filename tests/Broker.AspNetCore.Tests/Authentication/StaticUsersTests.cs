using Broker.Hosting;

namespace Broker.Authentication;

/// <summary>What cannot work is refused before the first client comes, in a sentence that says who is meant.</summary>
public sealed class StaticUsersTests
{
    [Fact]
    public void Two_users_of_one_name_are_refused_also_when_they_are_only_typed_alike()
    {
        Assert.Contains("'joe'", Fault(new User { AuthId = "joe", Roles = ["a"] }, new User { AuthId = "joe", Roles = ["b"] }),
            StringComparison.Ordinal);
        Assert.Contains("'IX'", Fault(new User { AuthId = "IX", Roles = ["a"] }, new User { AuthId = "\u2168", Roles = ["b"] }),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_user_without_a_name_or_a_role_is_refused()
    {
        Assert.Contains("no role", Fault(new User { AuthId = "joe", Roles = [] }), StringComparison.Ordinal);
        Assert.Contains("no authid", Fault(new User { AuthId = "", Roles = ["a"] }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_ticket_hashed_by_Argon2id_needs_somebody_who_computes_it()
    {
        var hash = ScramCredential.FromPassword("x", ScramParameters.Argon2id13(1, 8), (_, _, _, _, key) => key.Clear());

        Assert.Contains("PBKDF2", Assert.Throws<ArgumentException>(() => TicketCredential.Hashed(hash)).Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("wamp", "AUT-04")]
    public void A_realm_has_each_method_once_and_authenticators_have_a_realm()
    {
        var users = new StaticUsers([]);
        var options = new WampRouterOptions();
        options.Authenticators["realm1"] = [new TicketAuthenticator(users), new CraAuthenticator(users), new TicketAuthenticator(users)];
        options.Authenticators["realm2"] = [new TicketAuthenticator(users)];

        var faults = new OptionsCheck().Validate(null, options).Failures!.ToList();

        Assert.Equal(2, faults.Count);
        Assert.Contains("'realm1' have the same method", faults[0], StringComparison.Ordinal);
        Assert.Contains("'realm2'", faults[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_of_a_secret_is_printed()
    {
        var user = new User { AuthId = "joe", Roles = ["a"], Ticket = TicketCredential.Plain("sesame"),
            Cra = CraCredential.Unsalted("sesame") };

        Assert.Equal("User joe", user.ToString());
    }

    private static string Fault(params User[] users) => Assert.Throws<ArgumentException>(() => new StaticUsers(users)).Message;
}
