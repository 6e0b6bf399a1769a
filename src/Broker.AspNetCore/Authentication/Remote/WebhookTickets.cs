using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Broker.Hosting;

namespace Broker.Authentication.Remote;

/// <summary>
/// Has a web server judge tickets. It gets a POST of JSON, <c>{realm, authid, ticket, authmethod, authrole, authextra, session,
/// transport}</c>, and answers 200 with JSON, a role or a dict with <c>role</c> or <c>roles</c> and maybe <c>authid</c>, <c>extra</c> and
/// <c>expires</c> (Unix seconds); if it tells the user's <c>secret</c> or <c>hash</c>, too, the router sees whether the ticket is that one. <c>null</c>,
/// <c>false</c>, and the status codes 204, 401, 403 and 404 deny; everything else, and taking too long, lets nobody in.
/// </summary>
public sealed class WebhookTickets : ITicketVerifier
{
    private const string Provider = "webhook";

    private static readonly JsonDocumentOptions UniqueKeys = new() { AllowDuplicateProperties = false };

    // Each request has its own timeout.
    private static readonly Dictionary<string, HttpClient> SharedHttp = new[] { Uri.UriSchemeHttp, Uri.UriSchemeHttps }
        .ToDictionary(scheme => scheme, scheme => SafeAddress.Client(scheme, mostBytes: 64 * 1024, Timeout.InfiniteTimeSpan));

    private readonly WebhookOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;
    private readonly string _source;

    /// <param name="options">The server.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <param name="http">What posts; null for an own one, which follows no redirects and keeps no cookies.</param>
    /// <exception cref="ArgumentException">The address is not one to send tickets to, a field cannot be sent, or the timeout is more than a day.</exception>
    public WebhookTickets(WebhookOptions options, TimeProvider? time = null, HttpClient? http = null)
    {
        TimeBounds.RequireWait(options.Timeout);
        _options = options;
        _time = time ?? TimeProvider.System;
        SafeAddress.RequireNoUser(options.Url);
        _source = SafeAddress.Name(options.Url);
        if (!SafeAddress.Is(options.Url))
        {
            throw new ArgumentException($"Tickets would be readable on their way to {_source}: use https.");
        }

        _http = http ?? SharedHttp[options.Url.Scheme];

        using var request = new HttpRequestMessage();
        foreach (var (name, value) in options.Headers)
        {
            if (value.Any(char.IsControl) || !request.Headers.TryAddWithoutValidation(name, value))
            {
                throw new ArgumentException($"The field {name} cannot be sent with a request.");
            }
        }
    }

    /// <inheritdoc/>
    public bool NeedsAuthId => false;

    /// <inheritdoc/>
    public async ValueTask<AuthenticationResult?> VerifyAsync(
        AuthenticationRequest request, string ticket, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var body = RemotePrincipal.Details(request, AuthMethods.Ticket);
        (body["realm"], body["authid"], body["ticket"]) = (request.Realm, request.AuthId, ticket);
        using var limit = new CancellationTokenSource(_options.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        JsonNode? principal;
        try
        {
            principal = await PostAsync(body, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"No answer of {_source} came within {_options.Timeout.TotalSeconds} s.", exception);
        }

        return RemotePrincipal.Read(principal, request, _options.Roles, _source, Provider) is { } user
            && await RemotePrincipal.IsTicketAsync(user, request, ticket, cancellationToken).ConfigureAwait(false)
            ? Verdict.Accept(request, user, AuthMethods.Ticket)
            : null;
    }

    /// <inheritdoc/>
    public bool StillAccepts(AcceptedClient client) => client?.Identity.AuthProvider == Provider;

    private async Task<JsonNode?> PostAsync(JsonObject body, CancellationToken cancellationToken)
    {
        using var post = new HttpRequestMessage(HttpMethod.Post, _options.Url);
        post.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        foreach (var (name, value) in _options.Headers)
        {
            post.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await _http.SendAsync(post, cancellationToken).ConfigureAwait(false);
        switch (response.StatusCode)
        {
            case HttpStatusCode.NoContent or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound:
                return null;
            case not HttpStatusCode.OK:
                throw new InvalidOperationException($"The answer of {_source} is the status code {(int)response.StatusCode}.");
        }

        try
        {
            var json = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
            return JsonNode.Parse(json, nodeOptions: null, UniqueKeys);
        }
        catch (JsonException exception)
        {
            throw new InvalidOperationException($"The answer of {_source} is no JSON, or has a key twice.", exception);
        }
    }
}
