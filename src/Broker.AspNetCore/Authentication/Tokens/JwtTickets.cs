using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Text.Json;
using Broker.Hosting;
using Broker.Sessions;
using Broker.Uris;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Broker.Authentication.Tokens;

/// <summary>
/// Takes JSON Web Tokens (RFC 7519) as tickets, of the client's AUTHENTICATE or of <c>Authorization: Bearer</c>. A session ends when its
/// token does. Tokens without a signature, without an end (<c>exp</c>), or with demands that are not understood (<c>crit</c>) are refused,
/// and each key is for its own algorithms only.
/// </summary>
/// <remarks>A key set is read once for all who name it, and stays when others take their place, unless they are given a clock or a client.</remarks>
public sealed class JwtTickets : ITicketVerifier
{
    private const string Provider = "jwt";

    /// <summary>The longest token in characters.</summary>
    private const int MaxLength = 16 * 1024;

    private static readonly JsonWebTokenHandler Handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = MaxLength };

    private static readonly Dictionary<string, HttpClient> SharedHttp = new[] { Uri.UriSchemeHttp, Uri.UriSchemeHttps }
        .ToDictionary(scheme => scheme, scheme => SafeAddress.Client(scheme, mostBytes: 1024 * 1024, TimeSpan.FromSeconds(100)));

    // By where they are and how long they count. They stay for whoever comes next: what was read has not become wrong because options change,
    // and may not be to be had just then. As many as there are addresses that options ever named.
    private static readonly ConcurrentDictionary<(string Source, TimeSpan Refresh, TimeSpan Keep), KeySet> SharedSets = new();

    private readonly JwtOptions _options;
    private readonly TimeProvider _time;
    private readonly TokenKey[] _ownKeys;
    private readonly KeySet[] _keySets;

    /// <param name="options">Which tokens are taken.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <param name="http">What reads <see cref="JwtOptions.KeySetUrl"/>; null for an own one, which follows no redirects.</param>
    /// <exception cref="ArgumentException">
    /// There is no key, or one cannot be used; the message says which and why. Or clocks may differ by more than a day.
    /// </exception>
    public JwtTickets(JwtOptions options, TimeProvider? time = null, HttpClient? http = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ClockSkew, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.ClockSkew, TimeBounds.LongestWait);
        _options = options;
        _time = time ?? TimeProvider.System;
        var shared = options.HmacKey is { } key ? new[] { TokenKey.Hmac(key) } : [];
        _ownKeys = [.. shared, .. options.PublicKeys.Select(TokenKey.Pem)];
        var sets = new List<KeySet>();
        if (options.KeySetFile is { } file)
        {
            sets.Add(Set(Path.GetFullPath(file), cancellation => File.ReadAllTextAsync(file, cancellation)));
        }

        if (options.KeySetUrl is { } url)
        {
            SafeAddress.RequireNoUser(url);
            if (!SafeAddress.Is(url))
            {
                throw new ArgumentException($"The key set of tokens is at {SafeAddress.Name(url)}, where others could change it on the way: use https.");
            }

            sets.Add(Set(url.AbsoluteUri, cancellation => (http ?? SharedHttp[url.Scheme]).GetStringAsync(url, cancellation)));
        }

        _keySets = [.. sets];
        if (_ownKeys.Length + _keySets.Length == 0)
        {
            throw new ArgumentException("There is no key to check tokens with: set HmacKey, PublicKeys, KeySetFile or KeySetUrl.");
        }

        KeySet Set(string source, Func<CancellationToken, Task<string>> read) => time is null && http is null
            ? SharedSets.GetOrAdd((source, options.RefreshKeySet, options.KeepKeySet), _ => NewSet(read))
            : NewSet(read);

        KeySet NewSet(Func<CancellationToken, Task<string>> read) => new(read, options.RefreshKeySet, options.KeepKeySet, _time);
    }

    /// <inheritdoc/>
    public bool NeedsAuthId => false;

    /// <inheritdoc/>
    public async ValueTask<AuthenticationResult?> VerifyAsync(
        AuthenticationRequest request, string ticket, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (Read(ticket) is not { } token)
        {
            return null;
        }

        if (token.TryGetHeaderValue<JsonElement>("crit", out _))
        {
            return Denied("The token demands what this router does not understand (crit).");
        }

        foreach (var set in _keySets)
        {
            await set.RenewAsync(cancellationToken).ConfigureAwait(false);
        }

        var result = await ValidateAsync(token).ConfigureAwait(false);
        if (!IsSigned(result) && _keySets.Length > 0)
        {
            // None of the keys at hand: the right one may have come to a key set since that was read.
            var failure = await SeekAsync(token, cancellationToken).ConfigureAwait(false);
            result = await ValidateAsync(token).ConfigureAwait(false);
            if (failure is not null && !IsSigned(result))
            {
                throw failure;
            }
        }

        return result?.IsValid == true ? Accept(request, token) : Denied(Describe(result?.Exception));
    }

    /// <inheritdoc/>
    /// <remarks>A token that was good when the client joined is good until it ends.</remarks>
    public bool StillAccepts(AcceptedClient client) => client?.Identity.AuthProvider == Provider;

    /// <summary>
    /// Has the key sets of this process read again before the next token is judged: call it when a key has been taken out, and options have not changed.
    /// Where one cannot be read, what was read before counts on. Thread-safe.
    /// </summary>
    public static void ExpireKeySets()
    {
        foreach (var set in SharedSets.Values)
        {
            set.Expire();
        }
    }

    private static JsonWebToken? Read(string ticket)
    {
        // One text for each token: the library would take some that differ in padding or in bits that mean nothing.
        if (ticket.Length > MaxLength || ticket.Split('.') is not [_, _, _] parts || !Array.TrueForAll(parts, CanonicalBase64Url.Is))
        {
            return null;
        }

        try
        {
            return Handler.ReadJsonWebToken(ticket);
        }
        catch (ArgumentException)
        {
            return null; // of another kind
        }
    }

    private static AuthenticationResult.Refused Denied(string text) => new(ErrorUris.AuthenticationDenied, text);

    private static bool IsSigned(TokenValidationResult? result) => result is { Exception: not SecurityTokenInvalidSignatureException };

    private static string Describe(Exception? exception) => exception switch
    {
        SecurityTokenInvalidLifetimeException or SecurityTokenNoExpirationException =>
            "The token has expired, is not valid yet, or has no end.",
        SecurityTokenInvalidAudienceException => "The token is for another audience.",
        SecurityTokenInvalidIssuerException => "The token is of another issuer.",
        _ => "The token is not signed by a key that is known here.",
    };

    /// <summary>Checks a token by all keys at hand that fit: one without a name fits whatever key the token names. Null: none fits.</summary>
    private async Task<TokenValidationResult?> ValidateAsync(JsonWebToken token)
    {
        List<SecurityKey> keys =
        [
            .. _ownKeys.Concat(_keySets.SelectMany(set => set.Look())).Where(key => key.Fits(token.Alg, token.Kid)).Select(key => key.Key),
        ];
        return keys.Count == 0 ? null : await Handler.ValidateTokenAsync(token, Parameters(keys)).ConfigureAwait(false);
    }

    /// <summary>Has those key sets read again in which the key that a token names is not; for a token that names none, all of them.</summary>
    /// <returns>What has failed; null: nothing.</returns>
    private async Task<InvalidOperationException?> SeekAsync(JsonWebToken token, CancellationToken cancellationToken)
    {
        InvalidOperationException? failure = null;
        foreach (var set in _keySets)
        {
            failure = await set.SeekAsync(token.Alg, token.Kid, cancellationToken).ConfigureAwait(false) ?? failure;
        }

        return failure;
    }

    private TokenValidationParameters Parameters(IReadOnlyList<SecurityKey> keys) => new()
    {
        RequireSignedTokens = true,
        IssuerSigningKeyResolver = (_, _, _, _) => keys, // all of them fit
        ValidateIssuer = _options.Issuers.Count > 0,
        ValidIssuers = _options.Issuers,
        ValidateAudience = _options.Audiences.Count > 0,
        ValidAudiences = _options.Audiences,
        RequireExpirationTime = true,
        LifetimeValidator = (notBefore, expires, _, _) => IsAlive(notBefore, expires),
    };

    private bool IsAlive(DateTime? notBefore, DateTime? expires)
    {
        var now = _time.GetUtcNow().UtcDateTime;
        return expires is { } end && now - _options.ClockSkew < end && (notBefore is not { } start || now + _options.ClockSkew >= start);
    }

    private AuthenticationResult Accept(AuthenticationRequest request, JsonWebToken token)
    {
        using var payload = JsonDocument.Parse(Base64Url.DecodeFromChars(token.EncodedPayload));
        var claims = payload.RootElement;
        if (_options.RealmClaim is { } realmClaim && !Texts(claims, realmClaim).Contains(request.Realm))
        {
            return Denied("The token is not for this realm.");
        }

        if (Texts(claims, _options.AuthIdClaim) is not [{ Length: > 0 } authId]
            || (request.AuthId is { Length: > 0 } asked && asked != authId))
        {
            return Denied("The token is not of the authid that HELLO names, or of none.");
        }

        List<string> roles = [.. Texts(claims, _options.RoleClaim).Where(role => _options.Roles?.Contains(role) ?? role.Length > 0)];
        if (_options.DefaultRole is { } role && Find(claims, _options.RoleClaim) is null)
        {
            roles.Add(role);
        }

        if (roles.Count == 0)
        {
            return Denied("The token grants no role that there is here.");
        }

        var end = token.ValidTo < DateTime.MaxValue - _options.ClockSkew ? token.ValidTo + _options.ClockSkew : DateTime.MaxValue;
        return Verdict.Accept(
            request, new SessionIdentity(authId, "", AuthMethods.Ticket, Provider), roles, expires: new DateTimeOffset(end, TimeSpan.Zero));
    }

    /// <summary>The text of a claim, or the texts of one that is a list; none where it is missing or something else.</summary>
    private static List<string> Texts(JsonElement claims, string name) => Find(claims, name) switch
    {
        { ValueKind: JsonValueKind.String } text => [text.GetString()!],
        { ValueKind: JsonValueKind.Array } list =>
            [.. list.EnumerateArray().Where(one => one.ValueKind == JsonValueKind.String).Select(one => one.GetString()!)],
        _ => [],
    };

    /// <summary>A claim; null where it is missing. A dot leads into a claim that is an object.</summary>
    private static JsonElement? Find(JsonElement claims, string name)
    {
        if (claims.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (claims.TryGetProperty(name, out var value))
        {
            return value;
        }

        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && claims.TryGetProperty(name[..dot], out var inner) ? Find(inner, name[(dot + 1)..]) : null;
    }
}
