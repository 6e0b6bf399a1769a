using Broker.Ids;
using Broker.Realms;
using Broker.Serialization;
using Broker.Transports;
using Broker.Uris;
using Microsoft.Extensions.Options;

namespace Broker.Hosting;

/// <summary>Refuses options that cannot work, each with one sentence that names the option.</summary>
internal sealed class OptionsCheck : IValidateOptions<WampRouterOptions>
{
    public ValidateOptionsResult Validate(string? name, WampRouterOptions options)
    {
        var faults = new List<string>();
        foreach (var realm in options.Realms.Keys)
        {
            var uri = System.Text.Encoding.UTF8.GetBytes(realm);
            if (!UriRules.Default.IsValid(uri) || UriRules.IsReserved(uri))
            {
                faults.Add($"The realm '{realm}' is not a valid URI, or starts with the reserved component 'wamp'.");
            }
        }

        foreach (var (realm, authenticators) in options.Authenticators)
        {
            Require(
                faults,
                options.RealmsOrDefault.Any(one => one.Key == realm),
                $"Authenticators names the realm '{realm}', which is not among Realms.");
            Require(
                faults,
                authenticators.DistinctBy(one => one.Method).Count() == authenticators.Count,
                $"Two authenticators of the realm '{realm}' have the same method: only the first would ever be asked. "
                + "Tickets of several kinds go into one TicketAuthenticator.");
        }

        var origins = options.AllowedOrigins.Concat(options.Listeners.Values.SelectMany(listener => listener.AllowedOrigins ?? []));
        foreach (var origin in origins.Where(origin => !OriginRules.IsPattern(origin)))
        {
            faults.Add(
                $"AllowedOrigins holds '{origin}', which no browser sends: write scheme, host and port, such as https://app.example.com or "
                + "https://*.example.com, or *.");
        }

        foreach (var host in options.Listeners.Values.SelectMany(listener => listener.AllowedHosts).Where(host => !HostRules.IsPattern(host)))
        {
            faults.Add($"AllowedHosts holds '{host}': write a name or an address without a port, such as router.example.com, or *.example.com.");
        }

        Require(
            faults,
            options.Realms.Values.All(realm => realm.UriRules.MaxLength is > 0 and <= UriRules.Ceiling),
            "UriRules.MaxLength of a realm is not within 1 to 1024 bytes.");
        Require(
            faults,
            options.ConnectionLimits is { Total: >= 0, PerAddress: >= 0, PerSecond: >= 0, PerAuthId: >= 0 },
            "A number of ConnectionLimits is below zero; 0 means no limit.");
        Require(
            faults,
            options.AttemptLimits is { PerAddress: >= 0, PerAuthId: >= 0, PerAddressAndAuthId: >= 0 }
                && options.AttemptLimits.Window > TimeSpan.Zero && TimeBounds.IsMemory(options.AttemptLimits.Window),
            "A number of AttemptLimits is below zero (0 means no limit), or its Window is not above zero and at most 365 days.");
        Require(
            faults,
            options.Realms.Values.All(realm => realm.SessionLimits is { Subscriptions: >= 0, Registrations: >= 0, PendingCalls: >= 0 }),
            "A number of a realm's SessionLimits is below zero; 0 means no limit.");
        Require(
            faults,
            options.MaxMessageSize is >= RawSocketHandshake.SmallestLimit and <= RawSocketHandshake.LargestLimit,
            "MaxMessageSize is not within 512 bytes to 16 MiB.");
        Require(
            faults,
            options.DecodeLimits.MaxDepth is >= 4 and <= DecodeLimits.DepthCeiling,
            $"DecodeLimits.MaxDepth is not within 4 to {DecodeLimits.DepthCeiling}.");
        Require(faults, options.MaxOutboundBytes >= 64 * 1024, "MaxOutboundBytes is less than 64 KiB.");
        Require(
            faults,
            options.MaxOutboundBytesTotal == 0 || options.MaxOutboundBytesTotal >= options.MaxOutboundBytes,
            "MaxOutboundBytesTotal is less than MaxOutboundBytes, of which it is the sum; 0 means no limit.");
        RequireWait(faults, nameof(options.HandshakeTimeout), options.HandshakeTimeout);
        RequireWait(faults, nameof(options.HelloTimeout), options.HelloTimeout);
        Require(
            faults,
            options.Authorizer is { MaxRemembered: > 0 } && TimeBounds.IsMemory(options.Authorizer.AllowedFor) && TimeBounds.IsMemory(options.Authorizer.DeniedFor),
            "MaxRemembered of Authorizer is not above zero, or its AllowedFor or DeniedFor is below zero or more than 365 days.");
        RequireWait(faults, "Authorizer.Timeout", options.Authorizer.Timeout);
        RequireWait(faults, nameof(options.AuthenticationTimeout), options.AuthenticationTimeout);
        Require(
            faults,
            options.KeepAliveInterval == TimeSpan.Zero || TimeBounds.IsWait(options.KeepAliveInterval),
            "KeepAliveInterval is below zero, or more than a day; 0 means never.");
        Require(
            faults,
            options.DecodeLimits.MaxUriLength is > 0 and <= UriRules.Ceiling,
            $"DecodeLimits.MaxUriLength is not within 1 to {UriRules.Ceiling} bytes.");
        RequireWait(faults, nameof(options.KeepAliveTimeout), options.KeepAliveTimeout);
        RequireWait(faults, nameof(options.CloseTimeout), options.CloseTimeout);
        if (faults.Count == 0)
        {
            CheckRealms(faults, options);
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    /// <summary>What realms themselves say about their options: a router is made of them, and thrown away.</summary>
    private static void CheckRealms(List<string> faults, WampRouterOptions options)
    {
        try
        {
            _ = new Router(options.RealmsOrDefault, RandomIds.Shared);
        }
        catch (ArgumentException exception)
        {
            faults.Add(exception.Message);
        }
    }

    private static void RequireWait(List<string> faults, string name, TimeSpan time) =>
        Require(faults, TimeBounds.IsWait(time), $"{name} is not above zero and at most a day.");

    private static void Require(List<string> faults, bool holds, string fault)
    {
        if (!holds)
        {
            faults.Add(fault);
        }
    }
}
