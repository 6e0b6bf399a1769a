using Broker.Authorization;
using Broker.Uris;

namespace Broker.Realms;

/// <summary>Why a realm refuses requests of its sessions.</summary>
public enum RefusalReason
{
    /// <summary>The session has as many subscriptions as it may.</summary>
    SubscriptionLimit,

    /// <summary>The session has as many registrations as it may.</summary>
    RegistrationLimit,

    /// <summary>As many calls of the session wait as may.</summary>
    PendingCallLimit,

    /// <summary>The session's role may not call the procedure.</summary>
    CallDenied,

    /// <summary>The session's role may not register the procedure or pattern.</summary>
    RegisterDenied,

    /// <summary>The session's role may not publish to the topic.</summary>
    PublishDenied,

    /// <summary>The session's role may not subscribe the topic or pattern, or read its history.</summary>
    SubscribeDenied,

    /// <summary>As many calls wait for the callees of a registration as may.</summary>
    QueuedCallLimit,

    /// <summary>A topic, procedure or pattern is no valid URI in this realm, is too long, or is reserved.</summary>
    InvalidUri,

    /// <summary>A retained event is longer than <see cref="RetentionOptions.MaxEventBytes"/>, or than all that may be kept: it was delivered, but not kept.</summary>
    RetainedTooLong,

    /// <summary>The session has left as many testaments, or as large ones, as it may.</summary>
    TestamentLimit,

    /// <summary>A text of the options of a PUBLISH or CALL, such as <c>rkey</c> or <c>ppt_keyid</c>, is longer than a URI may be in this realm.</summary>
    OptionTooLong,

    /// <summary>The authorizer of the session's role did not say whether the request is allowed.</summary>
    AuthorizationFailed,
}

/// <summary>Counts what a realm has refused since it was made. Thread-safe.</summary>
internal sealed class Refusals
{
    private readonly long[] _counts = new long[Enum.GetValues<RefusalReason>().Length];

    public void Add(RefusalReason reason) => Interlocked.Increment(ref _counts[(int)reason]);

    /// <summary>Counts what is not allowed, and gives what the session is told: a URI and a sentence (AZN-03).</summary>
    public (string Error, string Text) Add(in Decision decision)
    {
        var isDenied = decision.Outcome == DecisionOutcome.Denied;
        Add(!isDenied ? RefusalReason.AuthorizationFailed : decision.Action switch
        {
            RealmAction.Call => RefusalReason.CallDenied,
            RealmAction.Register => RefusalReason.RegisterDenied,
            RealmAction.Publish => RefusalReason.PublishDenied,
            _ => RefusalReason.SubscribeDenied,
        });
        return decision.Refusal;
    }

    /// <summary>Counts an option that is too long, and gives what the session is told.</summary>
    public (string Error, string Text) AddTooLong(string key, int most)
    {
        Add(RefusalReason.OptionTooLong);
        return (ErrorUris.InvalidArgument, $"The option {key} is longer than {most} bytes, which are as many as a URI may have here: shorten it.");
    }

    /// <summary>Counts a topic, procedure or pattern that is no URI here, and gives what the session is told.</summary>
    /// <param name="what">What it is: topic or procedure.</param>
    /// <param name="uri">It.</param>
    /// <param name="rules">What URIs look like here.</param>
    /// <param name="fault">What is wrong with it, if not its length.</param>
    public (string Error, string Text) AddInvalidUri(string what, ReadOnlySpan<byte> uri, UriRules rules, string fault)
    {
        Add(RefusalReason.InvalidUri);
        return (ErrorUris.InvalidUri, uri.Length > rules.MaxLength
            ? $"The {what} has {uri.Length} bytes, and a URI may have {rules.MaxLength} here: shorten it."
            : $"The {what} is {fault}.");
    }

    public long Of(RefusalReason reason) => Volatile.Read(ref _counts[(int)reason]);
}
