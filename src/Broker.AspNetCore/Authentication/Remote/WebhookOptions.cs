namespace Broker.Authentication.Remote;

/// <summary>A web server that judges tickets, see <see cref="WebhookTickets"/>. Immutable.</summary>
public sealed record WebhookOptions
{
    /// <summary>Where tickets are posted to: <c>https</c>, or <c>http</c> on this machine. Without a user: see <see cref="Headers"/>.</summary>
    public required Uri Url { get; init; }

    /// <summary>How long it may take; then the session is refused. A day at the most. 1 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Fields to send along, such as <c>Authorization</c>: by them the server knows the router.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>The roles that it can grant; null: all.</summary>
    public IReadOnlyList<string>? Roles { get; init; }

    /// <summary>Tells nothing of the fields.</summary>
    public override string ToString() => $"{nameof(WebhookOptions)} {Url}";
}
