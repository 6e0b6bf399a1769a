using Broker.Options;
using Broker.Uris;

namespace Broker.Client;

/// <summary>PUBLISH.Options.</summary>
public sealed record PublishOptions
{
    /// <summary>
    /// Whether the publisher itself gets no event though it is subscribed (<c>exclude_me</c>; WAMP specification, "Publisher Exclusion"). True by
    /// default.
    /// </summary>
    public bool ExcludeMe { get; init; } = true;
}

/// <summary>SUBSCRIBE.Options.</summary>
public sealed record SubscribeOptions
{
    /// <summary>How the topic matches (<c>match</c>; WAMP specification, "Pattern-based Subscription"). Exact by default.</summary>
    public MatchPolicy Match { get; init; }

    /// <summary>Every topic that starts with the given text.</summary>
    public static SubscribeOptions Prefix { get; } = new() { Match = MatchPolicy.Prefix };

    /// <summary>Every topic of as many components, where an empty one stands for any.</summary>
    public static SubscribeOptions Wildcard { get; } = new() { Match = MatchPolicy.Wildcard };
}

/// <summary>CALL.Options.</summary>
public sealed record CallOptions
{
    /// <summary>
    /// How long the result may take; in the place of <see cref="WampClientOptions.RequestTimeout"/>. Told to the router, in whole milliseconds, if it
    /// announces <c>call_timeout</c>. Null: not said.
    /// </summary>
    public TimeSpan? Timeout { get; init; }
}

/// <summary>REGISTER.Options.</summary>
public sealed record RegisterOptions
{
    /// <summary>How the procedure matches (<c>match</c>; WAMP specification, "Pattern-based Registration"). Exact by default.</summary>
    public MatchPolicy Match { get; init; }

    /// <summary>Which of several callees gets a call (<c>invoke</c>; WAMP specification, "Shared Registration"). Single by default.</summary>
    public InvocationPolicy Invoke { get; init; }
}
