namespace Broker.Authorization;

/// <summary>What an authorizer is asked, without what its answer must not depend on: the key under which answers are remembered.</summary>
/// <param name="Authorizer">Who is asked: what one has answered says nothing about another.</param>
/// <param name="Realm">The realm.</param>
/// <param name="AuthRole">The session's role.</param>
/// <param name="AuthId">The session's authid.</param>
/// <param name="Action">What it wants to do.</param>
/// <param name="Uri">With which topic, procedure or pattern.</param>
/// <param name="Match">How a pattern matches: <c>exact</c>, <c>prefix</c> or <c>wildcard</c>.</param>
internal sealed record AuthorizerQuestion(
    string Authorizer, string Realm, string AuthRole, string AuthId, RealmAction Action, string Uri, string Match);

/// <summary>What an authorizer has answered.</summary>
/// <param name="IsAllowed">Whether it allows it.</param>
/// <param name="Discloses">Whether it wants the sender to be disclosed.</param>
/// <param name="IsLasting">Whether the answer may be remembered.</param>
internal sealed record AuthorizerAnswer(bool IsAllowed, bool Discloses, bool IsLasting);
