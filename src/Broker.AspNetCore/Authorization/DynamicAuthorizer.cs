using System.Text.Json;
using System.Text.Json.Nodes;
using Broker.Hosting;
using Broker.Sessions;

namespace Broker.Authorization;

/// <summary>
/// Asks the authorizer of a session's role (AZN-08; Crossbar.io's contract of dynamic authorizers): the procedure <c>(session, uri, action, options)</c>, where
/// <c>session</c> tells <c>session</c>, <c>realm</c>, <c>authid</c>, <c>authrole</c>, <c>authmethod</c> and <c>authprovider</c>, <c>action</c> is <c>call</c>,
/// <c>register</c>, <c>publish</c> or <c>subscribe</c>, and <c>options.match</c> tells patterns from URIs. It returns a boolean, or a dict with <c>allow</c> and maybe
/// <c>disclose</c> and <c>cache</c>. Whatever is not a clear answer in time allows nothing. Thread-safe.
/// </summary>
internal sealed class DynamicAuthorizer(RouterContext context) : IDisposable
{
    private readonly DecisionCache _cache = new(context.Time);

    /// <summary>Settles a decision that no rule has made.</summary>
    /// <param name="session">Who asks.</param>
    /// <param name="decision">The decision so far.</param>
    /// <param name="uri">The topic, procedure or pattern.</param>
    /// <param name="match">How the pattern matches.</param>
    public async ValueTask<Decision> SettleAsync(Session session, Decision decision, string uri, string match)
    {
        var identity = session.Identity;
        var question = new AuthorizerQuestion(
            decision.Authorizer!, session.Realm.Name, identity.AuthRole, identity.AuthId, decision.Action, uri, match);
        var answer = _cache.Find(question);
        context.Metrics.AuthorizerAsked(isRemembered: answer is not null);
        try
        {
            answer ??= await _cache.AskAsync(question, context.Options.Authorizer, () => AskAsync(session, question)).ConfigureAwait(false);
            return decision.Answer(answer.IsAllowed, answer.Discloses);
        }
        catch (Exception exception) when (exception is TimeoutException or InvalidOperationException or WampProtocolException or JsonException or OperationCanceledException)
        {
            Log.AuthorizerFailed(context.Logger, exception, decision.Authorizer!, session.Realm.Name);
            return decision.Fail();
        }
    }

    /// <summary>Forgets what was answered.</summary>
    public void Forget() => _cache.Forget();

    /// <summary>Forgets what was answered to some questions.</summary>
    /// <returns>How many answers that were.</returns>
    public int Forget(Predicate<AuthorizerQuestion> questions) => _cache.Forget(questions);

    /// <inheritdoc/>
    public void Dispose() => _cache.Dispose();

    private async Task<AuthorizerAnswer> AskAsync(Session session, AuthorizerQuestion question)
    {
        var authorizer = question.Authorizer;
        var identity = session.Identity;
        var details = new JsonObject
        {
            ["session"] = session.Id,
            ["realm"] = question.Realm,
            ["authid"] = identity.AuthId,
            ["authrole"] = identity.AuthRole,
            ["authmethod"] = identity.AuthMethod,
            ["authprovider"] = identity.AuthProvider,
        };
        var options = new JsonObject { ["match"] = question.Match };
        var timeout = context.Options.Authorizer.Timeout;
        using var limit = new CancellationTokenSource(timeout, context.Time);
        ProcedureAnswer answer;
        try
        {
            answer = await context.RouterSessions.In(session.Realm)
                .CallAsync(authorizer, [details, question.Uri, NameOf(question.Action), options], limit.Token)
                .ConfigureAwait(false);
        }
        catch (OperationCanceledException exception)
        {
            throw new TimeoutException($"No answer of the authorizer {authorizer} came within {timeout.TotalSeconds} s.", exception);
        }

        return answer.Error is null
            ? Read(answer.Arguments.FirstOrDefault() ?? answer.ArgumentsKw, authorizer)
            : throw new InvalidOperationException($"The answer of the authorizer {authorizer} is {Log.Printable($"{answer.Error}: {answer.Arguments.FirstOrDefault()}")}");
    }

    private static AuthorizerAnswer Read(JsonNode answer, string authorizer) => answer switch
    {
        JsonValue value when value.TryGetValue(out bool isAllowed) => new AuthorizerAnswer(isAllowed, Discloses: false, IsLasting: true),
        JsonObject dict when dict["allow"] is JsonValue allow && allow.TryGetValue(out bool isAllowed) =>
            new AuthorizerAnswer(isAllowed, Flag(dict, "disclose", otherwise: false), Flag(dict, "cache", otherwise: true)),
        _ => throw new InvalidOperationException($"The answer of the authorizer {authorizer} is neither a boolean nor a dict with allow."),
    };

    private static bool Flag(JsonObject dict, string key, bool otherwise) => dict[key] is JsonValue value && value.TryGetValue(out bool flag) ? flag : otherwise;

    private static string NameOf(RealmAction action) => action switch
    {
        RealmAction.Call => "call",
        RealmAction.Register => "register",
        RealmAction.Publish => "publish",
        _ => "subscribe",
    };
}
