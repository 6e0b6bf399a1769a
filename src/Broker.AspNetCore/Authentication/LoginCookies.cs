using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;

namespace Broker.Authentication;

/// <summary>
/// Cookies by which browsers are known again (<see cref="CookieAuthenticator"/>): who the user is in a realm, and until when, sealed by
/// ASP.NET Core's data protection. Routers that share its keys know each other's cookies. Thread-safe.
/// </summary>
public sealed class LoginCookies
{
    private readonly IDataProtector _protector;
    private readonly TimeProvider _time;

    /// <param name="protection">
    /// The application's data protection: <c>services.AddDataProtection()</c>, with keys that outlive restarts.
    /// </param>
    /// <param name="time">The clock; null for the system's.</param>
    public LoginCookies(IDataProtectionProvider protection, TimeProvider? time = null)
    {
        _protector = protection.CreateProtector("Broker.Authentication.LoginCookies");
        _time = time ?? TimeProvider.System;
    }

    /// <summary>
    /// The cookie's name. With the prefix <c>__Host-</c> browsers let no other host set it; they demand TLS then. <c>broker</c>.
    /// </summary>
    public string Name { get; init; } = "broker";

    /// <summary>For how long a browser is known again, ten years at the most. One day.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not above zero, or longer than that.</exception>
    public TimeSpan MaxAge
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromDays(3650));
            field = value;
        }
    } = TimeSpan.FromDays(1);

    /// <summary>The value of a cookie.</summary>
    /// <param name="realm">The realm that it opens.</param>
    /// <param name="authId">Whom it makes the browser.</param>
    /// <param name="roles">The user's roles, one or more.</param>
    /// <param name="expires">When it is no longer good, if that is before <see cref="MaxAge"/>.</param>
    public string Seal(string realm, string authId, IReadOnlyList<string> roles, DateTimeOffset? expires = null) =>
        Seal(realm, authId, roles, expires, origin: null);

    /// <summary>The value of a cookie that a browser gets for a login; <paramref name="origin"/> is null for one of the application.</summary>
    internal string Seal(string realm, string authId, IReadOnlyList<string> roles, DateTimeOffset? expires, CookieOrigin? origin)
    {
        ArgumentOutOfRangeException.ThrowIfZero(roles.Count, nameof(roles));
        var latest = _time.GetUtcNow() + MaxAge;
        var end = expires is { } earlier && earlier < latest ? earlier : latest;
        var login = new JsonObject
        {
            ["realm"] = realm,
            ["authid"] = authId,
            ["roles"] = new JsonArray([.. roles.Select(role => JsonValue.Create(role))]),
            ["expires"] = end.ToUnixTimeMilliseconds(),
            ["origin"] = origin?.ToText(),
        };
        return _protector.Protect(login.ToJsonString());
    }

    /// <summary>
    /// Gives a browser the cookie with an HTTP response, out of reach of scripts and of other sites. The application has made sure who the
    /// user is.
    /// </summary>
    /// <param name="response">The response.</param>
    /// <param name="realm">The realm that it opens.</param>
    /// <param name="authId">Whom it makes the browser.</param>
    /// <param name="roles">The user's roles, one or more.</param>
    public void Append(HttpResponse response, string realm, string authId, IReadOnlyList<string> roles)
    {
        response.Cookies.Append(Name, Seal(realm, authId, roles), new CookieOptions
        {
            HttpOnly = true,
            Secure = response.HttpContext.Request.IsHttps || Name.StartsWith("__Host-", StringComparison.Ordinal),
            SameSite = SameSiteMode.Strict,
            Path = "/",
            MaxAge = MaxAge,
        });
    }

    /// <summary>
    /// Who a browser is, by the Cookie field of its request; null if no cookie of this name is there, several are, or it is not good (any
    /// more).
    /// </summary>
    internal Login? Read(string? cookies, string realm)
    {
        var own = (cookies ?? "").Split(';', StringSplitOptions.TrimEntries)
            .Where(pair => pair.StartsWith(Name, StringComparison.Ordinal) && pair.AsSpan(Name.Length).StartsWith("="))
            .ToList();
        if (own is not [var pair] || !CanonicalBase64Url.Is(pair[(Name.Length + 1)..]))
        {
            return null;
        }

        JsonNode login;
        try
        {
            login = JsonNode.Parse(_protector.Unprotect(pair[(Name.Length + 1)..]))!;
        }
        catch (CryptographicException)
        {
            return null;
        }

        var expires = DateTimeOffset.FromUnixTimeMilliseconds(login["expires"]!.GetValue<long>());
        return login["realm"]!.GetValue<string>() == realm && expires > _time.GetUtcNow()
            ? new Login(
                login["authid"]!.GetValue<string>(),
                [.. login["roles"]!.AsArray().Select(role => role!.GetValue<string>())],
                expires,
                login["origin"] is { } origin ? CookieOrigin.Read(origin.GetValue<string>()) : null)
            : null;
    }

    /// <param name="AuthId">Who.</param>
    /// <param name="Roles">What the user may be.</param>
    /// <param name="Expires">Until when.</param>
    /// <param name="Origin">The login before; null for a cookie of the application.</param>
    internal sealed record Login(string AuthId, IReadOnlyList<string> Roles, DateTimeOffset Expires, CookieOrigin? Origin);
}
