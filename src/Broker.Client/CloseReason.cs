namespace Broker.Client;

/// <summary>Who ended a session.</summary>
public enum CloseOrigin
{
    /// <summary>This client: it left, or the router broke the protocol.</summary>
    Client,

    /// <summary>The router, by GOODBYE or ABORT.</summary>
    Router,

    /// <summary>Nobody said anything: the connection was lost.</summary>
    Transport,
}

/// <summary>Why a session ended.</summary>
/// <param name="Uri">The reason of GOODBYE or ABORT; <see cref="TransportLost"/> if there was neither.</param>
/// <param name="Message">One sentence for a person, or null.</param>
/// <param name="Origin">Who ended it.</param>
public sealed record CloseReason(string Uri, string? Message, CloseOrigin Origin)
{
    /// <summary>The reason of a connection that was lost without GOODBYE and ABORT: not of the specification, but of common use.</summary>
    public const string TransportLost = "wamp.close.transport_lost";

    /// <summary>Whether the router ended it by ABORT.</summary>
    internal bool IsAbort { get; init; }

    /// <summary>URI and message.</summary>
    public override string ToString() => Message is null ? Uri : $"{Uri}: {Message}";
}
