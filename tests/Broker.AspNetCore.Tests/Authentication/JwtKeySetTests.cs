using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Broker.Authentication.Tokens;
using Broker.Peers;

namespace Broker.Authentication;

/// <summary>Keys of tokens that lie in a JSON Web Key Set (RFC 7517), in a file or on the web.</summary>
public sealed class JwtKeySetTests : IDisposable
{
    private static readonly Uri Url = new("https://example.com/keys");
    private static readonly JwtOptions Options = JwtMaker.Options with { HmacKey = null, PublicKeys = [], KeySetUrl = Url };

    private readonly ManualTimeProvider _clock = new();
    private readonly Web _web = new() { Answer = JwtMaker.KeySet(JwtMaker.RsaKey("one", JwtMaker.Rsa)) };

    public void Dispose() => _web.Dispose();

    [Fact]
    public async Task A_key_set_is_read_once_and_again_when_its_time_is_over()
    {
        var tickets = Tickets();
        Assert.True(await IsAcceptedAsync(tickets, "RS256", "one"));
        Assert.True(await IsAcceptedAsync(tickets, "PS384", "one"));
        Assert.True(await IsAcceptedAsync(tickets, "RS256", keyId: null));
        Assert.Equal([Url], _web.Asked);
        await _web.IdleAsync();

        _web.Answer = JwtMaker.KeySet(JwtMaker.CurveKey("two", JwtMaker.Curve256, "P-256"));
        _clock.Advance(Options.RefreshKeySet);
        await IsAcceptedAsync(tickets, "RS256", "one"); // this one still by the old set, while the new one is read
        await _web.IdleAsync();
        Assert.Equal(2, _web.Asked.Count);
        await UntilAsync(async () => !await IsAcceptedAsync(tickets, "RS256", "one"));
        Assert.True(await IsAcceptedAsync(tickets, "ES256", "two"));
    }

    [Fact]
    public async Task A_key_that_is_not_in_it_makes_it_be_read_again_but_not_at_the_will_of_others()
    {
        var tickets = Tickets();
        Assert.True(await IsAcceptedAsync(tickets, "RS256", "one"));
        _web.Answer = JwtMaker.KeySet(JwtMaker.RsaKey("one", JwtMaker.Rsa), JwtMaker.CurveKey("two", JwtMaker.Curve521, "P-521"));
        Assert.False(await IsAcceptedAsync(tickets, "ES512", "two")); // read just now
        _clock.Advance(TimeSpan.FromSeconds(5));

        Assert.True(await IsAcceptedAsync(tickets, "ES512", "two"));
        for (var i = 0; i < 20; i++)
        {
            Assert.False(await IsAcceptedAsync(tickets, "RS256", "three"));
        }

        Assert.Equal(2, _web.Asked.Count);
    }

    [Fact]
    public async Task Many_who_come_at_once_make_it_be_read_once()
    {
        var tickets = Tickets();
        _web.Held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var all = Enumerable.Range(0, 20).Select(_ => IsAcceptedAsync(tickets, "RS256", "one")).ToList();
        _web.Held.SetResult();

        Assert.All(await Task.WhenAll(all), Assert.True);
        Assert.Single(_web.Asked);
    }

    [Fact]
    public async Task A_key_set_that_cannot_be_read_refuses_and_one_that_could_counts_for_a_while()
    {
        var tickets = Tickets();
        _web.Answer = null;
        await Assert.ThrowsAsync<InvalidOperationException>(() => IsAcceptedAsync(tickets, "RS256", "one"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => IsAcceptedAsync(tickets, "RS256", "one"));
        Assert.Single(_web.Asked);

        _web.Answer = JwtMaker.KeySet(JwtMaker.RsaKey("one", JwtMaker.Rsa));
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.True(await IsAcceptedAsync(tickets, "RS256", "one"));
        await _web.IdleAsync();

        _web.Answer = "no key set";
        _clock.Advance(Options.RefreshKeySet);
        Assert.True(await IsAcceptedAsync(tickets, "RS256", "one"));
        await _web.IdleAsync();
        _clock.Advance(Options.KeepKeySet);
        await Assert.ThrowsAsync<InvalidOperationException>(() => IsAcceptedAsync(tickets, "RS256", "one"));
    }

    [Fact]
    public async Task Shared_and_weak_keys_and_those_of_other_uses_do_not_count()
    {
        using var weak = RSA.Create(1024);
        var encrypting = JwtMaker.CurveKey("one", JwtMaker.Curve256, "P-256");
        encrypting["use"] = "enc";
        var otherAlgorithm = JwtMaker.RsaKey("one", JwtMaker.Rsa);
        otherAlgorithm["alg"] = "RS512";
        _web.Answer = JwtMaker.KeySet(
            new JsonObject { ["kty"] = "oct", ["kid"] = "one",
                ["k"] = JwtMaker.Encode(System.Text.Encoding.UTF8.GetBytes(JwtMaker.HmacKey)) },
            JwtMaker.RsaKey("one", weak),
            encrypting,
            otherAlgorithm);
        var tickets = Tickets();

        foreach (var algorithm in (string[])["HS256", "RS256", "ES256"])
        {
            Assert.False(await IsAcceptedAsync(tickets, algorithm, "one"));
        }
    }

    [Fact]
    public async Task A_key_set_may_be_a_file()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, _web.Answer, TestContext.Current.CancellationToken);
            var tickets = new JwtTickets(Options with { KeySetUrl = null, KeySetFile = file }, _clock);
            Assert.True(await IsAcceptedAsync(tickets, "RS256", "one"));

            await File.WriteAllTextAsync(
                file, JwtMaker.KeySet(JwtMaker.RsaKey("two", JwtMaker.Rsa)), TestContext.Current.CancellationToken);
            _clock.Advance(TimeSpan.FromSeconds(5));
            Assert.True(await IsAcceptedAsync(tickets, "RS256", "two"));
            Assert.False(await IsAcceptedAsync(tickets, "RS256", "one"));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("one")]
    [InlineData(null)]
    public async Task Keys_without_a_name_do_not_hide_those_of_a_key_set(string? keyId)
    {
        using var other = RSA.Create(2048);
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, JwtMaker.KeySet(JwtMaker.RsaKey(null, other)), TestContext.Current.CancellationToken);
            var options = Options with { PublicKeys = [other.ExportSubjectPublicKeyInfoPem()], KeySetFile = file };
            var tickets = new JwtTickets(options, _clock, new HttpClient(_web));

            Assert.True(await IsAcceptedAsync(tickets, "RS256", keyId));
            Assert.True(await IsAcceptedAsync(tickets, "RS256", keyId));
            Assert.Single(_web.Asked);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_key_of_the_same_name_in_another_key_set_does_not_hide_one()
    {
        using var other = RSA.Create(2048);
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, JwtMaker.KeySet(JwtMaker.RsaKey("one", other)), TestContext.Current.CancellationToken);

            Assert.True(await IsAcceptedAsync(new JwtTickets(Options with { KeySetFile = file }, _clock, new HttpClient(_web)), "RS256", "one"));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("one")]
    [InlineData("of the key without a name")]
    [InlineData(null)]
    public async Task Tokens_of_a_key_at_hand_do_not_need_the_key_set(string? keyId)
    {
        _web.Answer = null;
        var tickets = new JwtTickets(
            Options with { PublicKeys = [JwtMaker.Rsa.ExportSubjectPublicKeyInfoPem()] }, _clock, new HttpClient(_web));

        Assert.True(await IsAcceptedAsync(tickets, "RS256", keyId));
        Assert.Empty(_web.Asked);
        await Assert.ThrowsAsync<InvalidOperationException>(() => IsAcceptedAsync(tickets, "ES256", keyId)); // this could be of the key set
    }

    [Fact]
    public async Task Who_waits_is_not_kept_longer_than_it_wants_to_wait()
    {
        var tickets = Tickets();
        _web.Held = new TaskCompletionSource();
        using var cancellation = new CancellationTokenSource();
        var judged = tickets.VerifyAsync(Request, Token("RS256", "one"), cancellation.Token).AsTask();
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => judged);
        _web.Held.SetResult();
    }

    private static AuthenticationRequest Request =>
        new() { Realm = "realm1", SessionId = 1, Transport = new TransportInfo { IsLocal = true } };

    private JwtTickets Tickets() => new(Options, _clock, new HttpClient(_web));

    private string Token(string algorithm, string? keyId)
    {
        var claims = JwtMaker.Claims();
        claims["exp"] = (_clock.GetUtcNow() + TimeSpan.FromMinutes(1)).ToUnixTimeSeconds();
        return JwtMaker.Sign(algorithm, claims, keyId is null ? null : new JsonObject { ["kid"] = keyId });
    }

    private async Task<bool> IsAcceptedAsync(JwtTickets tickets, string algorithm, string? keyId)
    {
        var result = await tickets.VerifyAsync(Request, Token(algorithm, keyId), TestContext.Current.CancellationToken);
        Assert.True(result is AuthenticationResult.Accepted or AuthenticationResult.Refused);
        return result is AuthenticationResult.Accepted;
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        while (!await holds())
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>The web: one page.</summary>
    private sealed class Web : HttpMessageHandler
    {
        private TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ConcurrentQueue<Uri?> Asked { get; } = new();

        /// <summary>What is there; null: nothing.</summary>
        public string? Answer { get; set; }

        /// <summary>Lets answers go when the test completes it.</summary>
        public TaskCompletionSource? Held { get; set; }

        /// <summary>Waits until an answer has been given since the last wait.</summary>
        public async Task IdleAsync()
        {
            await _idle.Task;
            _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked.Enqueue(request.RequestUri);
            if (Held is { } held)
            {
                await held.Task.WaitAsync(cancellationToken);
            }

            _idle.TrySetResult();
            return Answer is { } answer ? new(HttpStatusCode.OK) { Content = new StringContent(answer) } : new(HttpStatusCode.NotFound);
        }
    }
}
