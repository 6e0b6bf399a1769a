using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using Broker.Hosting;
using Broker.Peers;
using Broker.Serialization;

namespace Broker.Authentication;

/// <summary>Guessing is limited, by address and name; whoever has not guessed notices nothing (AUT-15).</summary>
[Trait("wamp", "AUT-15")]
public sealed class AttemptLimitTests
{
    private static readonly StaticUsers Users = new(
    [
        new User { AuthId = "joe", Roles = ["device"], Ticket = TicketCredential.Plain("sesame") },
        new User { AuthId = "ann", Roles = ["device"], Ticket = TicketCredential.Plain("open up") },
    ]);

    [Theory]
    [InlineData(PeerTransport.WebSocket, "joe")]
    [InlineData(PeerTransport.MappedWebSocket, "nobody")]
    [InlineData(PeerTransport.RawSocket, "joe")]
    [InlineData(PeerTransport.UnixSocket, "nobody")]
    public async Task Behind_a_number_of_failures_further_attempts_under_that_name_wait_and_others_do_not(
        PeerTransport transport, string authId)
    {
        await using var router = await TestRouter.StartAsync(options =>
        {
            options.Authenticators["realm1"] = [new TicketAuthenticator(Users), new AnonymousAuthenticator()];
            options.AttemptLimits = new AttemptLimits { PerAddressAndAuthId = 3, Window = TimeSpan.FromSeconds(60) };
        });
        var hello = Login.Hello("ticket", authId);
        for (var i = 0; i < 3; i++)
        {
            await Login.FailAsync(router, transport, SerializerKind.Json, hello, _ => Login.Authenticate("guess"));
        }

        Assert.Contains(
            "try again in 60 s",
            await Login.AbortAsync(router, transport, SerializerKind.Json, hello, "wamp.error.authentication_denied"),
            StringComparison.Ordinal);
        await Login.JoinAsync(router, transport, SerializerKind.Json, Login.Hello("ticket", "ann"), _ => Login.Authenticate("open up"));
        await using (await TestPeer.JoinAsync(router, transport))
        {
            router.Clock.Advance(TimeSpan.FromSeconds(61));
        }

        if (authId == "joe")
        {
            await Login.JoinAsync(router, transport, SerializerKind.Json, hello, _ => Login.Authenticate("sesame"));
        }
        else
        {
            await Login.FailAsync(router, transport, SerializerKind.Json, hello, _ => Login.Authenticate("guess"));
        }
    }

    /// <summary>Where a ticket that is nobody's of the file is shown to another who cannot answer, guesses of the file's tickets would else be free.</summary>
    [Theory]
    [InlineData("joe")]
    [InlineData("nobody")]
    public async Task A_ticket_that_one_has_found_wrong_has_failed_also_where_the_next_fails_to_answer(string authId)
    {
        await using var router = await TestRouter.StartAsync(options =>
        {
            options.Authenticators["realm1"] = [new TicketAuthenticator(new UserTickets(Users), new Broken())];
            options.AttemptLimits = new AttemptLimits { PerAddressAndAuthId = 3 };
        });
        var hello = Login.Hello("ticket", authId);
        for (var i = 0; i < 3; i++)
        {
            await Login.FailAsync(
                router, PeerTransport.RawSocket, SerializerKind.Json, hello, _ => Login.Authenticate("guess"), "wamp.error.authentication_failed");
        }

        await Login.AbortAsync(router, PeerTransport.RawSocket, SerializerKind.Json, hello, "wamp.error.authentication_denied");
        await Login.JoinAsync(router, PeerTransport.RawSocket, SerializerKind.Json, Login.Hello("ticket", "ann"), _ => Login.Authenticate("open up"));
        router.Logs.ForgetErrors();
    }

    [Fact]
    public async Task Who_is_judged_by_nobody_has_not_failed()
    {
        await using var router = await TestRouter.StartAsync(options =>
        {
            options.Authenticators["realm1"] = [new TicketAuthenticator(new Broken())];
            options.AttemptLimits = new AttemptLimits { PerAddressAndAuthId = 1 };
        });
        for (var i = 0; i < 3; i++)
        {
            await Login.FailAsync(
                router, PeerTransport.RawSocket, SerializerKind.Json, Login.Hello("ticket", "joe"), _ => Login.Authenticate("guess"), "wamp.error.authentication_failed");
        }

        router.Logs.ForgetErrors();
    }

    [Fact]
    public async Task A_client_that_waits_with_its_answer_is_judged_by_what_has_failed_meanwhile()
    {
        await using var router = await TestRouter.StartAsync(options =>
        {
            options.Authenticators["realm1"] = [new TicketAuthenticator(Users)];
            options.AttemptLimits = new AttemptLimits { PerAddressAndAuthId = 1 };
        });
        await using var patient = await TestPeer.ConnectAsync(router, PeerTransport.RawSocket);
        await patient.ChallengeAsync(Login.Hello("ticket", "joe"));
        await Login.FailAsync(
            router, PeerTransport.RawSocket, SerializerKind.Json, Login.Hello("ticket", "joe"), _ => Login.Authenticate("guess"));

        await patient.SendAsync(Login.Authenticate("sesame"));

        await patient.ExpectAbortAsync("wamp.error.authentication_denied");
    }

    [Fact]
    public void Each_limit_counts_what_it_names()
    {
        var clock = new ManualTimeProvider();
        var attempts = new FailedAttempts(clock);
        var limits = new AttemptLimits { PerAddress = 3, PerAddressAndAuthId = 2, PerAuthId = 4 };
        var request = Request("192.0.2.1", "joe");
        attempts.TryAdd(limits, request);
        Assert.False(attempts.AreTooMany(limits, request));
        attempts.TryAdd(limits, request);
        Assert.True(attempts.AreTooMany(limits, request));
        Assert.False(attempts.AreTooMany(limits, Request("192.0.2.1", "ann")));
        Assert.False(attempts.AreTooMany(limits, Request("192.0.2.2", "joe")));
        Assert.False(attempts.AreTooMany(limits, request with { Realm = "other" }));

        attempts.TryAdd(limits, Request("192.0.2.1", "ann"));
        Assert.True(attempts.AreTooMany(limits, Request("192.0.2.1", "somebody")));
        Assert.True(attempts.AreTooMany(limits, Request("192.0.2.1", null)));
        Assert.True(attempts.AreTooMany(limits, Request("::ffff:192.0.2.1", "somebody")));

        attempts.TryAdd(limits, Request("192.0.2.2", "joe"));
        Assert.False(attempts.AreTooMany(limits, Request("192.0.2.3", "joe")));
        attempts.TryAdd(limits, Request("192.0.2.3", "joe"));
        Assert.True(attempts.AreTooMany(limits, Request("192.0.2.4", "joe")));
        Assert.False(attempts.TryAdd(limits, Request("192.0.2.4", "joe")));
        Assert.False(attempts.AreTooMany(AttemptLimits.None, request));

        clock.Advance(limits.Window);
        Assert.False(attempts.AreTooMany(limits, request));
    }

    [Fact]
    public async Task A_name_is_one_however_it_is_typed()
    {
        var users = new StaticUsers([new User { AuthId = "joe", Roles = ["device"], Scram = ScramCredential.FromPassword("x", ScramParameters.Pbkdf2(10)) }]);
        await using var router = await TestRouter.StartAsync(options =>
        {
            options.Authenticators["realm1"] = [new ScramAuthenticator(users)];
            options.AttemptLimits = new AttemptLimits { PerAddressAndAuthId = 2 };
        });
        string Hello(string authId) => Login.Hello("wamp-scram", authId, new() { ["nonce"] = ScramLoginTests.ClientNonce });
        foreach (var authId in (string[])["j\u00ADoe", "jo\u00ADe"])
        {
            await Login.FailAsync(
                router, PeerTransport.RawSocket, SerializerKind.Json, Hello(authId), extra => ScramLoginTests.Prove(extra, authId, "guess").Answer);
        }

        await Login.AbortAsync(router, PeerTransport.RawSocket, SerializerKind.Json, Hello("\uFF4Aoe"), "wamp.error.authentication_denied");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public async Task Clients_that_do_not_say_who_they_are_do_not_keep_each_other_out(string? authId)
    {
        await using var router = await TestRouter.StartAsync(options =>
        {
            options.Authenticators["realm1"] = [new TicketAuthenticator(new Tokens.JwtTickets(JwtMaker.Options, new ManualTimeProvider()))];
            options.AttemptLimits = new AttemptLimits { PerAddressAndAuthId = 2, PerAuthId = 2 };
        });
        var (hello, over) = (Login.Hello("ticket", authId), JwtMaker.Claims());
        over["exp"] = 1;
        for (var i = 0; i < 3; i++)
        {
            await Login.FailAsync(
                router, PeerTransport.RawSocket, SerializerKind.Json, hello, _ => Login.Authenticate(JwtMaker.Sign("HS256", over)));
        }

        await Login.JoinAsync(
            router, PeerTransport.RawSocket, SerializerKind.Json, hello, _ => Login.Authenticate(JwtMaker.Sign("HS256", JwtMaker.Claims())));
    }

    [Fact]
    public void Names_longer_than_anybodys_are_one()
    {
        var attempts = new FailedAttempts(new ManualTimeProvider());
        var limits = new AttemptLimits { PerAddressAndAuthId = 2 };
        attempts.TryAdd(limits, Request("192.0.2.1", new string('a', 2000)));
        attempts.TryAdd(limits, Request("192.0.2.1", new string('b', 3000)));

        Assert.True(attempts.AreTooMany(limits, Request("192.0.2.1", new string('c', 4000))));
        Assert.False(attempts.AreTooMany(limits, Request("192.0.2.1", new string('a', 1000))));
    }

    [Fact]
    public void An_IPv6_network_counts_as_one_address()
    {
        var attempts = new FailedAttempts(new ManualTimeProvider());
        var limits = new AttemptLimits { PerAddress = 2 };
        attempts.TryAdd(limits, Request("2001:db8::1", "a"));
        attempts.TryAdd(limits, Request("2001:db8::2", "b"));

        Assert.True(attempts.AreTooMany(limits, Request("2001:db8::3", "c")));
        Assert.False(attempts.AreTooMany(limits, Request("2001:db8:0:1::3", "c")));
    }

    [Fact]
    public void Ten_thousand_guessers_do_not_keep_others_out()
    {
        var attempts = new FailedAttempts(new ManualTimeProvider());
        var limits = new AttemptLimits();
        for (var i = 0; i < 10_000; i++)
        {
            for (var j = 0; j < 10; j++)
            {
                attempts.TryAdd(limits, Request($"203.0.{i / 256}.{i % 256}", "admin"));
            }
        }

        Assert.True(attempts.AreTooMany(limits, Request("203.0.1.1", "admin")));
        var keptOut = Enumerable.Range(0, 1000).Count(i => attempts.AreTooMany(limits, Request($"198.51.{i / 256}.{i % 256}", "joe")));
        Assert.InRange(keptOut, 0, 20);
    }

    [Fact]
    public async Task Outcomes_are_counted()
    {
        var seen = new ConcurrentQueue<string>();
        await using var router = await TestRouter.StartAsync(options =>
        {
            options.Realms["com.example.counted"] = new();
            options.Authenticators["com.example.counted"] = [new TicketAuthenticator(Users), new Riddles()];
            options.AttemptLimits = new AttemptLimits { PerAddressAndAuthId = 1 };
        });
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (instrument.Meter.Name == "Broker" && instrument.Name == "broker.authentications")
            {
                own.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            var all = tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value as string);
            if (all["realm"] == "com.example.counted") // other tests have routers, too
            {
                seen.Enqueue($"{all["method"]} {all["outcome"]} {count}");
            }
        });
        listener.Start();

        foreach (var (method, authId, answer) in ((string, string?, string?)[])
            [("ticket", "joe", "sesame"), ("ticket", "joe", "guess"), ("ticket", "joe", null), ("ticket", null, null),
                ("riddles", "faulty", null)])
        {
            await using var peer = await TestPeer.ConnectAsync(router, PeerTransport.RawSocket);
            await peer.SendAsync(Login.Hello(method, authId).Replace("realm1", "com.example.counted", StringComparison.Ordinal));
            if (answer is not null)
            {
                await peer.ExpectAsync("[4,*]");
                await peer.SendAsync(Login.Authenticate(answer));
            }

            await peer.ReceiveAsync();
        }

        router.Logs.ForgetErrors();
        Assert.Equal(["ticket accepted 1", "ticket denied 1", "ticket limited 1", "ticket refused 1", "riddles failed 1"], seen);
    }

    [Theory]
    [InlineData(-1, 60)]
    [InlineData(1, 0)]
    public void Limits_that_cannot_be_are_refused(int limit, int seconds)
    {
        var options = new WampRouterOptions { AttemptLimits = new AttemptLimits { PerAddress = limit,
            Window = TimeSpan.FromSeconds(seconds) } };

        Assert.Contains("AttemptLimits", Assert.Single(new OptionsCheck().Validate(null, options).Failures!), StringComparison.Ordinal);
    }

    private static AuthenticationRequest Request(string address, string? authId) =>
        new() { Realm = "realm1", SessionId = 1, AuthId = authId,
            Transport = new TransportInfo { RemoteAddress = IPAddress.Parse(address) } };

    /// <summary>Cannot be asked.</summary>
    private sealed class Broken : ITicketVerifier
    {
        public bool NeedsAuthId => true;

        public ValueTask<AuthenticationResult?> VerifyAsync(AuthenticationRequest request, string ticket, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("The server is down.");
    }
}
