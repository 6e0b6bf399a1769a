using System.Security.Cryptography;
using Broker.Authentication;
using Broker.Authentication.Remote;
using Broker.Authentication.Tokens;
using Broker.Configuration.Sections;
using Microsoft.AspNetCore.DataProtection;
using Secret = Broker.Configuration.Keys.Secret;

namespace Broker.Configuration;

/// <summary>Translates how a realm authenticates into authenticators.</summary>
/// <param name="auth">The section.</param>
/// <param name="roles">The roles of the realm.</param>
/// <param name="report">Takes the key below the section and why it cannot work; what it is of is left out then.</param>
internal sealed class AuthMap(AuthSection auth, IReadOnlyList<string> roles, Action<string, string> report)
{
    // For cookies without a folder for keys: they are good until the process ends, also behind a reload.
    private static readonly EphemeralDataProtectionProvider ProcessKeys = new();

    /// <summary>Whether what is built is thrown away, to see whether it can be: then nothing is made outside of the process.</summary>
    public bool IsTrial { get; init; }

    /// <summary>The authenticators, one for each method configured.</summary>
    public IReadOnlyList<IWampAuthenticator> Build()
    {
        var built = new List<IWampAuthenticator>();
        if (auth.Anonymous is { } anonymous)
        {
            built.Add(new AnonymousAuthenticator(anonymous.Role, fromAnywhere: true));
        }

        var cookies = auth.Cookie is { } cookie ? Try("cookie", () => Cookies(cookie)) : null;
        var proofs = BuildProofs().ToList();
        built.AddRange(proofs.Select(one => cookies is null ? one : new RememberingAuthenticator(one, cookies)));
        if (cookies is not null)
        {
            built.Add(new CookieAuthenticator(cookies) { Origins = proofs });
        }

        if (auth.Tls is { } tls && Try("tls", () => new ClientCertificateAuthenticator([.. Rules(tls)]) { Reserved = UserNames() }) is { } certificates)
        {
            built.Add(certificates);
        }

        return built;
    }

    /// <summary>The methods by which clients prove something.</summary>
    private IEnumerable<IWampAuthenticator> BuildProofs()
    {
        ITicketVerifier?[] tickets =
        [
            auth.Ticket is { } ticket
                ? Try("ticket", () => new UserTickets(new StaticUsers(ticket.Users.Select(user => User(user.Key, user.Value)))))
                : null,
            auth.Jwt is { } jwt ? Try("jwt", () => new JwtTickets(Options(jwt))) : null,
            Asks(AuthProcedureMethod.Ticket) ? new ProcedureTickets(Options(auth.Procedure!)) : null,
            auth.Webhook is { } webhook ? Try("webhook", () => new WebhookTickets(Options(webhook))) : null,
        ];
        if (tickets.OfType<ITicketVerifier>().ToList() is { Count: > 0 } verifiers)
        {
            yield return new TicketAuthenticator(verifiers) { AllowUnencrypted = auth.Ticket?.AllowUnencrypted ?? false };
        }

        if (Users("wampcra", AuthProcedureMethod.Wampcra, auth.Wampcra?.Users.Select(user => User(user.Key, user.Value))) is { } signers)
        {
            yield return new CraAuthenticator(signers);
        }

        if (Users("scram", AuthProcedureMethod.Scram, auth.Scram?.Users.Select(user => User(user.Key, user.Value))) is { } provers)
        {
            yield return new ScramAuthenticator(provers);
        }

        if (Users(
            "cryptosign", AuthProcedureMethod.Cryptosign, auth.Cryptosign?.Users.Select(user => User(user.Key, user.Value))) is { } owners
            && Try("cryptosign", () => new CryptosignAuthenticator(owners, auth.Cryptosign?.RouterKey?.Reveal())) is { } keys)
        {
            yield return keys;
        }
    }

    /// <summary>The authids of the users that the file lists for other methods than certificates.</summary>
    private HashSet<string> UserNames() =>
    [
        .. auth.Ticket?.Users.Keys ?? [], .. auth.Wampcra?.Users.Keys ?? [], .. auth.Scram?.Users.Keys ?? [], .. auth.Cryptosign?.Users.Keys ?? [],
    ];

    private bool Asks(AuthProcedureMethod method) => auth.Procedure?.Methods.Contains(method) == true;

    /// <summary>Those of the file, and behind them those whom the procedure knows.</summary>
    private IUserStore? Users(string key, AuthProcedureMethod method, IEnumerable<User>? users)
    {
        var own = users is null ? null : Try(key, () => new StaticUsers(users));
        return Asks(method)
            ? own is null
                ? new ProcedureUsers(Options(auth.Procedure!))
                : new CombinedUsers(own, new ProcedureUsers(Options(auth.Procedure!)))
            : own;
    }

    private T? Try<T>(string key, Func<T> build)
        where T : class
    {
        try
        {
            return build();
        }
        catch (Exception exception) when (
            exception is ArgumentException or PlatformNotSupportedException or IOException or UnauthorizedAccessException
                or CryptographicException)
        {
            report(key, exception.Message);
            return null;
        }
    }

    private static User User(string authId, TicketUserSection user) => new()
    {
        AuthId = authId,
        Roles = [user.Role],
        Ticket = user.Hash is { } hash ? TicketCredential.Hashed(Scram(hash)) : TicketCredential.Plain(user.Secret!.Reveal()),
    };

    private static User User(string authId, CraUserSection user) => new()
    {
        AuthId = authId,
        Roles = [user.Role],
        Cra = user.Hash is { } hash
            ? CraCredential.TryParse(hash.Reveal(), out var credential, out var problem) ? credential : throw new ArgumentException(problem)
            : CraCredential.Unsalted(user.Secret!.Reveal()),
    };

    private static User User(string authId, ScramUserSection user) =>
        new() { AuthId = authId, Roles = [user.Role], Scram = Scram(user.Hash) };

    private static User User(string authId, CryptosignUserSection user) =>
        new() { AuthId = authId, Roles = [user.Role], AuthorizedKeys = user.AuthorizedKeys };

    private static ScramCredential Scram(Secret hash) =>
        ScramCredential.TryParse(hash.Reveal(), out var credential, out var problem) ? credential : throw new ArgumentException(problem);

    private JwtOptions Options(JwtSection jwt) => new()
    {
        Issuers = jwt.Issuer is { } issuer ? [issuer] : [],
        Audiences = jwt.Audience is { } audience ? [audience] : [],
        HmacKey = jwt.HmacKey?.Reveal(),
        PublicKeys = [.. jwt.PublicKeys.Select(file => file.Content)],
        KeySetFile = jwt.JwksFile is { } file ? File.Exists(file) ? file : throw new FileNotFoundException(
            $"There is no key set '{file}'.") : null,
        KeySetUrl = jwt.JwksUrl is { } url ? new Uri(url) : null,
        ClockSkew = jwt.ClockSkew,
        AuthIdClaim = jwt.Claims.Authid,
        RoleClaim = jwt.Claims.Role,
        DefaultRole = jwt.Claims.DefaultRole,
        RealmClaim = jwt.Claims.Realm,
        Roles = roles,
    };

    private ProcedureOptions Options(AuthProcedureSection procedure) =>
        new() { Procedure = procedure.Uri, Realm = procedure.Realm, Timeout = procedure.Timeout, Roles = roles };

    private WebhookOptions Options(WebhookSection webhook) => new()
    {
        Url = new Uri(webhook.Url),
        Timeout = webhook.Timeout,
        Headers = webhook.Headers.ToDictionary(header => header.Key, header => header.Value.Reveal()),
        Roles = roles,
    };

    private static IEnumerable<CertificateRule> Rules(CertificateSection tls)
    {
        foreach (var (authId, user) in tls.Users)
        {
            foreach (var fingerprint in user.Fingerprints)
            {
                yield return new CertificateRule
                {
                    Name = CertificateName.Fingerprint,
                    Value = fingerprint,
                    Roles = [user.Role],
                    AuthId = authId,
                };
            }
        }

        if (tls.Role is { } role)
        {
            yield return new CertificateRule { Name = CertificateName.CommonName, Value = "*", Roles = [role] };
        }
    }

    private LoginCookies Cookies(CookieSection cookie)
    {
        IDataProtectionProvider protection = ProcessKeys;
        if (cookie.Keys is { } planned && IsTrial)
        {
            RequireRoom(planned);
        }
        else if (cookie.Keys is { } folder)
        {
            if (!OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            protection = DataProtectionProvider.Create(new DirectoryInfo(folder));
        }

        return new LoginCookies(protection) { Name = cookie.Name, MaxAge = cookie.MaxAge };
    }

    /// <summary>Sees that a folder is there, or could be made.</summary>
    private static void RequireRoom(string folder)
    {
        var at = Path.GetFullPath(folder);
        while (!Directory.Exists(at) && Path.GetDirectoryName(at) is { } parent)
        {
            at = File.Exists(at) ? throw new IOException($"The folder '{folder}' cannot be made: '{at}' is a file.") : parent;
        }
    }
}
