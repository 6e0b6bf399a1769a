using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Broker.Options;
using Broker.Peers;

namespace Broker.Authentication;

/// <summary>
/// A name that nobody has costs the router the same work as a wrong secret: the same key derivations, the same comparisons (AUT-09,
/// AUT-15).
/// </summary>
[Collection(nameof(Alone))]
public sealed class UnknownNameTests
{
    private const string Known = "known-name";
    private const string Unknown = "other-name";
    private const string PublicKey = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

    // No '+' in it, which JSON writes longer.
    private const string Salt = "QSXCR6Q6sek8bf92";

    [Fact]
    [Trait("wamp", "AUT-09")]
    [Trait("wamp", "AUT-15")]
    public async Task A_hashed_ticket_takes_one_key_derivation_of_the_same_cost_whoever_is_asked_for()
    {
        var derivations = new ConcurrentQueue<(string Password, int SaltLength, int Iterations, int Memory)>();
        var parameters = ScramParameters.Argon2id13(iterations: 3, memory: 4096);
        var hash = ScramCredential.FromPassword("sesame", parameters, (password, _, _, _, key) => password.CopyTo(key));
        var users = new StaticUsers(
        [
            new User
            {
                AuthId = Known,
                Roles = ["guest"],
                Ticket = TicketCredential.Hashed(hash, (password, salt, iterations, memory, key) =>
                {
                    derivations.Enqueue((System.Text.Encoding.UTF8.GetString(password), salt.Length, iterations, memory));
                    password.CopyTo(key);
                }),
            },
        ]);
        foreach (var (authId, ticket) in ((string, string)[])[(Known, "wrong"), (Unknown, "wrong"), (Unknown, "sesame"), (Known, "sesame")])
        {
            await TryAsync(new TicketAuthenticator(users), authId, [], ticket, []);
        }

        Assert.Equal(["wrong", "wrong", "sesame", "sesame"], derivations.Select(one => one.Password));
        Assert.All(derivations, one => Assert.Equal((16, 3, 4096), (one.SaltLength, one.Iterations, one.Memory)));
    }

    [Theory]
    [InlineData("ticket")]
    [InlineData("wampcra")]
    [InlineData("wamp-scram")]
    [InlineData("cryptosign")]
    [Trait("wamp", "AUT-09")]
    [Trait("wamp", "CRA-08")]
    [Trait("wamp", "SCR-02")]
    public async Task The_work_of_both_leaves_the_same_garbage(string method)
    {
        Assert.True(CraCredential.TryParse($"wampcra$100$32${Salt}${Convert.ToBase64String(new byte[32])}", out var cra, out _));
        Assert.True(
            ScramCredential.TryParse(
                $"scram-sha256$100${Salt}${Convert.ToBase64String(new byte[32])}${Convert.ToBase64String(new byte[32])}", out var scram,
                    out _));
        var users = new StaticUsers(
            [new User { AuthId = Known, Roles = ["guest"], Ticket = TicketCredential.Plain(new string('x', 32)), Cra = cra, Scram = scram,
                AuthorizedKeys = [PublicKey] }],
            SecretWithoutPlus(scram.Parameters, cra));
        IWampAuthenticator authenticator = method switch
        {
            "ticket" => new TicketAuthenticator(users),
            "wampcra" => new CraAuthenticator(users),
            "wamp-scram" => new ScramAuthenticator(users),
            _ => new CryptosignAuthenticator(users),
        };
        var extra = method switch
        {
            "wamp-scram" => new JsonObject { ["nonce"] = "AAAA" },
            "cryptosign" => new JsonObject { ["pubkey"] = PublicKey },
            _ => [],
        };

        var least = new Dictionary<string,
            (long Begin, long Continue)> { [Known] = (long.MaxValue, long.MaxValue), [Unknown] = (long.MaxValue, long.MaxValue) };
        for (var round = 0; round < 200; round++)
        {
            foreach (var authId in (string[])[Known, Unknown])
            {
                // The least of many: random nonces have '+' in them now and then.
                var spent = await TryAsync(authenticator, authId, extra, new string('0', 192), new JsonObject { ["nonce"] = "AAAA" });
                least[authId] = (Math.Min(least[authId].Begin, spent.Begin), Math.Min(least[authId].Continue, spent.Continue));
            }
        }

        Assert.Equal(least[Known], least[Unknown]);
        Assert.True(least[Known] is { Begin: > 0, Continue: > 0 });
    }

    [Fact]
    [Trait("wamp", "SCR-02")]
    public void A_name_that_nobody_has_costs_what_one_of_the_users_costs_and_always_the_same()
    {
        var dear = ScramCredential.FromPassword("x", ScramParameters.Pbkdf2(200));
        var cheap = ScramCredential.FromPassword("x", ScramParameters.Pbkdf2(100));
        var users = new StaticUsers(
        [
            new User { AuthId = "a", Roles = ["guest"], Scram = dear, Cra = CraCredential.Unsalted("x"),
                Ticket = TicketCredential.Hashed(dear) },
            new User { AuthId = "b", Roles = ["admin"], Scram = cheap, Cra = CraCredential.FromSecret("x", 100),
                Ticket = TicketCredential.Plain("x") },
        ]);
        var names = Enumerable.Range(0, 100).Select(i => $"nobody {i}").ToList();

        Assert.Equal([100, 200], names.Select(name => users.Unknown.Scram(name).Parameters.Iterations).Distinct().Order());
        Assert.Equal([0, 100], names.Select(name => users.Unknown.Cra(name).Iterations).Distinct().Order());
        Assert.Equal([false, true], names.Select(name => users.Unknown.Ticket(name).Hash is null).Distinct().Order());
        Assert.All(
            names.Where(name => users.Unknown.Cra(name).Salt is not null), name => Assert.Equal(24, users.Unknown.Cra(name).Salt!.Length));
        Assert.All(names, name => Assert.Equal(users.Unknown.Scram(name).ToText(), users.Unknown.Scram(name).ToText()));
        Assert.All(names, name => Assert.Equal(
            users.Unknown.Cra(name).Salt is null ? "guest" : "admin", Assert.Single(users.Unknown.Roles(name))));
    }

    [Fact]
    [Trait("wamp", "AUT-09")]
    public void When_users_with_other_costs_come_few_names_change()
    {
        User Costing(int iterations) =>
            new() { AuthId = $"{iterations}", Roles = ["guest"], Cra = CraCredential.FromSecret("x", iterations) };
        var names = Enumerable.Range(0, 1000).Select(i => $"nobody {i}").ToList();
        var few = new UnknownUsers([.. Enumerable.Range(1, 9).Select(Costing)]);
        var more = new UnknownUsers([.. Enumerable.Range(1, 10).Select(Costing)]);

        var changed = names.Where(name => few.Cra(name).Iterations != more.Cra(name).Iterations).ToList();

        Assert.All(changed, name => Assert.Equal(10, more.Cra(name).Iterations));
        Assert.InRange(changed.Count, 40, 200); // a tenth of them
        Assert.All(names, name => Assert.Equal(few.Cra(name).Salt, more.Cra(name).Salt));
    }

    private static async Task<(long Begin, long Continue)> TryAsync(
        IWampAuthenticator authenticator, string authId, JsonObject extra, string signature, JsonObject answerExtra)
    {
        var request = new AuthenticationRequest
        {
            Realm = "realm1",
            SessionId = 1,
            AuthId = authId,
            AuthExtra = extra,
            Transport = new TransportInfo { IsLocal = true },
        };
        var answer = new AuthenticationAnswer(signature, answerExtra);
        var start = GC.GetAllocatedBytesForCurrentThread();
        var begun = authenticator.BeginAsync(request, TestContext.Current.CancellationToken);
        var begin = GC.GetAllocatedBytesForCurrentThread() - start;
        var challenge = Assert.IsType<AuthenticationResult.Challenge>(await begun);

        start = GC.GetAllocatedBytesForCurrentThread();
        var continued = authenticator.ContinueAsync(request, challenge.State, answer, TestContext.Current.CancellationToken);
        var spent = GC.GetAllocatedBytesForCurrentThread() - start;
        var result = await continued;
        Assert.Equal(signature == "sesame" && authId == Known, result is AuthenticationResult.Accepted);
        return (begin, spent);
    }

    /// <summary>The secret of a router that draws salts without '+' for the unknown name.</summary>
    private static byte[] SecretWithoutPlus(ScramParameters scram, CraCredential cra)
    {
        for (byte i = 0; ; i++)
        {
            var secret = new byte[32];
            secret[0] = i;
            var unknown = new UnknownUsers([], secret);
            var mocks = new MockCredentials(secret);
            if (!(mocks.Scram(Unknown, scram).Parameters.Salt + mocks.Cra(Unknown, cra).Salt).Contains('+', StringComparison.Ordinal))
            {
                return secret;
            }
        }
    }
}
