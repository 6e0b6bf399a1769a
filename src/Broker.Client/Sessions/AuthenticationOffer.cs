using System.Text.Json.Nodes;
using Broker.Authentication;
using Broker.Client.Authentication;

namespace Broker.Client.Sessions;

/// <summary>What HELLO offers for authentication, and who answers CHALLENGEs and checks WELCOME.</summary>
internal sealed class AuthenticationOffer
{
    private readonly AuthenticationExchange[] _exchanges;
    private readonly HashSet<AuthenticationExchange> _answered = [];

    private AuthenticationOffer(string[] methods, string[] methodsAgain, AuthenticationExchange[] exchanges, string? authId)
    {
        MethodsAgain = methodsAgain;
        Methods = methods;
        _exchanges = exchanges;
        AuthId = authId;
    }

    /// <summary><c>authmethods</c>.</summary>
    public string[] Methods { get; }

    /// <summary>Those of the methods that can be asked for again in the open session.</summary>
    public string[] MethodsAgain { get; }

    /// <summary><c>authid</c>.</summary>
    public string? AuthId { get; }

    /// <summary><c>authextra</c>, which all methods share.</summary>
    public JsonObject Extra
    {
        get
        {
            var all = new JsonObject();
            foreach (var (key, value) in _exchanges.SelectMany(exchange => exchange.HelloExtra ?? []))
            {
                all.TryAdd(key, value?.DeepClone());
            }

            return all;
        }
    }

    /// <summary>The methods, for a person.</summary>
    public string Described => string.Join(", ", Methods);

    /// <exception cref="ArgumentException">The authenticators do not go together, or one not with the other options.</exception>
    public static AuthenticationOffer Begin(WampClientOptions options)
    {
        var authenticators = options.Authenticators.Count > 0 ? options.Authenticators : [new AnonymousAuthenticator()];
        var methods = authenticators.Select(authenticator => authenticator.Method).ToArray();
        if (methods.Distinct().Count() < methods.Length)
        {
            throw new ArgumentException(
                $"Each method stands once among the {nameof(options.Authenticators)}: {string.Join(", ", methods)}.", nameof(options));
        }

        var authIds = authenticators.Select(authenticator => authenticator.AuthId).OfType<string>().Distinct().ToArray();
        return authIds.Length <= 1
            ? new AuthenticationOffer(
                methods,
                [.. authenticators.Where(authenticator => authenticator.CanReauthenticate).Select(authenticator => authenticator.Method)],
                [.. authenticators.Select(authenticator => authenticator.Begin(options))],
                authIds.FirstOrDefault())
            : throw new ArgumentException(
                $"HELLO has one authid and the {nameof(options.Authenticators)} have {string.Join(", ", authIds)}: give all of them the same, or "
                + "connect once for each.",
                nameof(options));
    }

    /// <summary>Who answers a CHALLENGE of a method; null: the method was not offered.</summary>
    public AuthenticationExchange? Find(string method)
    {
        var index = Array.IndexOf(Methods, method);
        return index < 0 || method == AuthMethods.Anonymous ? null : _exchanges[index];
    }

    /// <summary>Notes that an exchange has answered: it will be asked whether WELCOME is what it should be.</summary>
    public void Answered(AuthenticationExchange exchange) => _answered.Add(exchange);

    /// <summary>
    /// Has WELCOME checked: nobody is let in by a router that leaves out the method by which it would have had to prove itself.
    /// </summary>
    /// <exception cref="WampAuthenticationException">The router has not proven itself.</exception>
    public void CheckWelcome(WampSession session)
    {
        foreach (var exchange in _answered)
        {
            exchange.CheckWelcome(session);
        }

        if (_answered.Count == 0)
        {
            _exchanges[Math.Max(0, Array.IndexOf(Methods, session.AuthMethod))].CheckWelcome(session);
        }
    }
}
