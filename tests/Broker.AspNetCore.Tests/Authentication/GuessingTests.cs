using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using Broker.Hosting;
using Broker.Peers;
using Broker.Serialization;

namespace Broker.Authentication;

/// <summary>Guesses that are made side by side, where judging one takes long: a hashed ticket, derived one at a time and when the test lets it.</summary>
[Trait("wamp", "AUT-15")]
public sealed class GuessingTests : IDisposable
{
    private const string Realm = "com.example.guessed";
    private const string Wrong = "authid, secret or key is wrong";
    private const string TooMany = "Too many attempts to authenticate have failed";

    private static readonly ScramCredential Hash = ScramCredential.FromPassword(
        "sesame", ScramParameters.Argon2id13(iterations: 1, memory: 8), (password, _, _, _, key) => password.CopyTo(key));

    private readonly SemaphoreSlim _begun = new(0);
    private readonly SemaphoreSlim _turns = new(0);
    private readonly StaticUsers _users;

    public GuessingTests() => _users = new StaticUsers([
        new User
        {
            AuthId = "joe",
            Roles = ["device"],
            Ticket = TicketCredential.Hashed(Hash, (password, _, _, _, key) =>
            {
                _begun.Release();
                _turns.Wait(TestPeer.Limit);
                password.CopyTo(key);
            }),
        }]);

    public void Dispose()
    {
        _begun.Dispose();
        _turns.Dispose();
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    public async Task Of_guesses_made_side_by_side_no_more_are_answered_than_may_fail(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await StartAsync(new AttemptLimits { PerAddressAndAuthId = 3 });
        var guessers = new List<TestPeer>();
        for (var i = 0; i < 8; i++)
        {
            var guesser = await TestPeer.ConnectAsync(router, transport, serializer);
            await guesser.ChallengeAsync(Hello("joe"));
            guessers.Add(guesser);
        }

        for (var i = 0; i < guessers.Count; i++)
        {
            await guessers[i].SendAsync(Login.Authenticate(i == 5 ? "sesame" : "guess"));
            await ExpectBehindOneAsync(router, i);
        }

        for (var i = 0; i < guessers.Count; i++)
        {
            _turns.Release();
            Assert.Contains(i < 3 ? Wrong : TooMany, await guessers[i].ExpectAbortAsync("wamp.error.authentication_denied"), StringComparison.Ordinal);
            await guessers[i].DisposeAsync();
        }
    }

    [Fact]
    public async Task Who_has_not_guessed_joins_beside_many_at_once()
    {
        await using var router = await StartAsync(new AttemptLimits { PerAddressAndAuthId = 1 });
        var peers = new List<TestPeer>();
        for (var i = 0; i < 5; i++)
        {
            peers.Add(await ShowAsync(router, "joe", "sesame"));
        }

        _turns.Release(peers.Count);

        foreach (var peer in peers)
        {
            await peer.ExpectAsync("[2,*]");
            await peer.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("waits")]
    [InlineData("closes")]
    [InlineData("is ended")]
    public async Task An_attempt_that_was_not_judged_has_failed(string how)
    {
        await using var router = await StartAsync(
            new AttemptLimits { PerAddressAndAuthId = 1 }, helloTimeout: TimeSpan.FromSeconds(how == "is ended" ? 2 : 100));
        await using (var peer = await ShowAsync(router, "joe", "guess"))
        {
            await _begun.WaitAsync(TestContext.Current.CancellationToken);
            switch (how)
            {
                case "waits":
                    router.Clock.Advance(router.Router.Options.AuthenticationTimeout);
                    await peer.ExpectAbortAsync("wamp.error.authentication_failed");
                    break;
                case "closes":
                    peer.Reset();
                    break;
                default:
                    router.Clock.Advance(TimeSpan.FromSeconds(3));
                    await peer.ExpectAbortAsync("wamp.error.authentication_failed");
                    break;
            }
        }

        _turns.Release();
        await router.WaitUntilEmptyAsync();

        Assert.Contains(
            TooMany,
            await Login.AbortAsync(
                router, PeerTransport.RawSocket, SerializerKind.Json, Hello("joe"), "wamp.error.authentication_denied"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_of_the_HTTP_request_that_was_not_judged_has_failed()
    {
        await using var router = await StartAsync(new AttemptLimits { PerAddressAndAuthId = 1 });
        await using (var peer = await TestPeer.DialAsync(router, PeerTransport.WebSocket))
        {
            await peer.SendBytesAsync(Encoding.ASCII.GetBytes(TestPeer.UpgradeText("Sec-WebSocket-Protocol: wamp.2.json", "Authorization: Bearer guess")));
            await peer.ReceiveHttpHeadAsync();
            await peer.SendAsync(Hello("joe"));
            await _begun.WaitAsync(TestContext.Current.CancellationToken);
            peer.Reset();
        }

        await router.WaitUntilEmptyAsync();
        _turns.Release();

        await Login.AbortAsync(router, PeerTransport.RawSocket, SerializerKind.Json, Hello("joe"), "wamp.error.authentication_denied");
    }

    /// <summary>Where a slow procedure is asked who the user is: who gives up meanwhile must not be kept out when it is fast again.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_has_shown_no_proof_yet_has_not_failed(bool waits)
    {
        var riddles = new Riddles { Held = new TaskCompletionSource() };
        await using var router = await TestRouter.StartAsync(options =>
        {
            options.Authenticators[TestRouter.Realm] = [riddles];
            options.AttemptLimits = new AttemptLimits { PerAddressAndAuthId = 1 };
        });
        var hello = Login.Hello("riddles", "joe");
        await using (var peer = await TestPeer.ConnectAsync(router, PeerTransport.WebSocket))
        {
            await peer.SendAsync(hello);
            await riddles.Asked.Task;
            if (waits)
            {
                router.Clock.Advance(router.Router.Options.AuthenticationTimeout);
                await peer.ExpectAbortAsync("wamp.error.authentication_failed");
            }
        }

        await router.WaitUntilEmptyAsync();
        riddles.Held.SetResult();

        await Login.JoinAsync(router, PeerTransport.WebSocket, SerializerKind.Json, hello, _ => Login.Authenticate("answer 1"));
    }

    [Fact]
    public async Task An_attempt_that_only_waited_has_not_failed()
    {
        await using var router = await StartAsync(new AttemptLimits { PerAddressAndAuthId = 1 });
        await using var other = await ShowAsync(router, "ann", "guess");
        await _begun.WaitAsync(TestContext.Current.CancellationToken);
        await using var peer = await ShowAsync(router, "joe", "sesame");
        await ExpectWaitingAsync(router, 1);

        router.Clock.Advance(router.Router.Options.AuthenticationTimeout);
        await peer.ExpectAbortAsync("wamp.error.unavailable");

        _turns.Release(2);
        await using var again = await ShowAsync(router, "joe", "sesame");
        await again.ExpectAsync("[2,*]");
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    public async Task Who_leaves_gives_its_place_in_line_back_and_has_not_failed(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await StartAsync(new AttemptLimits { PerAddressAndAuthId = 1 });
        await using var other = await ShowAsync(router, "ann", "guess");
        await _begun.WaitAsync(TestContext.Current.CancellationToken);
        await using (var gone = await TestPeer.ConnectAsync(router, transport, serializer))
        {
            await gone.ChallengeAsync(Hello("joe"));
            await gone.SendAsync(Login.Authenticate("guess"));
            await ExpectWaitingAsync(router, 1);
            gone.Reset();
        }

        await ExpectWaitingAsync(router, 0);
        await TestRouter.WaitUntilAsync(() => router.Context.Admission.Count == 1, () => $"{router.Context.Admission.Count} places are taken");

        _turns.Release(2);
        await using var joe = await ShowAsync(router, "joe", "sesame");
        await joe.ExpectAsync("[2,*]");
    }

    [Fact]
    public async Task Guessers_at_one_address_do_not_keep_others_waiting()
    {
        await using var router = await StartAsync(AttemptLimits.None);
        var guessers = new List<TestPeer>();
        for (var i = 0; i <= KeyDerivation.MostOfOneAddress; i++)
        {
            guessers.Add(await ShowAsync(router, $"nobody {i}", "guess"));
            await ExpectBehindOneAsync(router, i);
        }

        await using var joe = await ShowAsync(router, "joe", "sesame", IPAddress.Parse("127.0.0.2"));
        await ExpectWaitingAsync(router, KeyDerivation.MostOfOneAddress + 1);
        _turns.Release(3); // the one under way, the next one of the guessers, and then it is joe's turn

        await joe.ExpectAsync("[2,*]");
        _turns.Release(guessers.Count);
        foreach (var guesser in guessers)
        {
            Assert.Contains(Wrong, await guesser.ExpectAbortAsync("wamp.error.authentication_denied"), StringComparison.Ordinal);
            await guesser.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("joe", "sesame")]
    [InlineData("joe", "guess")]
    [InlineData("nobody", "guess")]
    [Trait("wamp", "AUT-09")]
    public async Task Where_too_many_wait_the_next_is_told_so_whoever_it_is(string authId, string ticket)
    {
        var limited = new ConcurrentQueue<long>();
        await using var router = await StartAsync(AttemptLimits.None);
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
            if (all["realm"] == Realm && all["outcome"] == "limited") // other tests have routers, too
            {
                limited.Enqueue(count);
            }
        });
        listener.Start();
        var guessers = new List<TestPeer>();
        for (var i = 0; i <= KeyDerivation.MostOfOneAddress; i++)
        {
            guessers.Add(await ShowAsync(router, $"nobody {i}", "guess"));
            await ExpectBehindOneAsync(router, i);
        }

        await using var next = await ShowAsync(router, authId, ticket);

        Assert.Contains("wait to be judged", await next.ExpectAbortAsync("wamp.error.unavailable"), StringComparison.Ordinal);
        Assert.Equal([1], limited);
        _turns.Release(guessers.Count);
        foreach (var guesser in guessers)
        {
            await guesser.ExpectAbortAsync("wamp.error.authentication_denied");
            await guesser.DisposeAsync();
        }
    }

    private async Task<TestRouter> StartAsync(AttemptLimits limits, TimeSpan? helloTimeout = null)
    {
        var router = await TestRouter.StartAsync(options =>
        {
            options.Realms[Realm] = new();
            options.Authenticators[Realm] = [new TicketAuthenticator(_users)];
            options.AttemptLimits = limits;
            options.HelloTimeout = helloTimeout ?? options.HelloTimeout;
        });
        router.Context.KeyDerivation = new KeyDerivation(1);
        return router;
    }

    /// <summary>A client that has shown its ticket.</summary>
    private static async Task<TestPeer> ShowAsync(TestRouter router, string authId, string ticket, IPAddress? from = null)
    {
        var peer = await TestPeer.DialAsync(router, PeerTransport.RawSocket, from: from);
        await peer.SendBytesAsync(peer.Handshake());
        await peer.ExpectHandshakeAsync();
        await peer.ChallengeAsync(Hello(authId));
        await peer.SendAsync(Login.Authenticate(ticket));
        return peer;
    }

    private static string Hello(string authId) => Login.Hello("ticket", authId).Replace(TestRouter.Realm, Realm, StringComparison.Ordinal);

    private static Task ExpectWaitingAsync(TestRouter router, int count) => TestRouter.WaitUntilAsync(
        () => router.Context.KeyDerivation.Waiting == count, () => $"{router.Context.KeyDerivation.Waiting} wait");

    /// <summary>Waits until one key is derived, and so many wait behind it.</summary>
    private Task ExpectBehindOneAsync(TestRouter router, int count) => TestRouter.WaitUntilAsync(
        () => router.Context.KeyDerivation.Waiting == count && _begun.CurrentCount > 0, () => $"{router.Context.KeyDerivation.Waiting} wait");
}
