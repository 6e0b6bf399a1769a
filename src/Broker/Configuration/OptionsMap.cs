using Broker.Authentication;
using Broker.Authorization;
using Broker.Configuration.Sections;
using Broker.Hosting;
using Broker.Limits;
using Broker.Realms;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Configuration;

/// <summary>Translates the configuration into the router's options.</summary>
internal static class OptionsMap
{
    /// <summary>The router's name for a listener.</summary>
    public static string ListenerName(int index) => $"listeners.{index}";

    /// <summary>Sets all options that the configuration speaks of.</summary>
    public static void Apply(BrokerConfiguration configuration, WampRouterOptions options)
    {
        var limits = configuration.Limits;
        ApplyRealms(configuration, options);
        foreach (var realm in configuration.Realms.Where(realm => realm.Auth is not null))
        {
            options.Authenticators[realm.Name] = new AuthMap(realm.Auth!, RoleNames(realm), Fail).Build();
        }

        foreach (var (index, listener) in configuration.Listeners.Index())
        {
            options.Listeners[ListenerName(index)] = new WampListenerOptions
            {
                AllowedOrigins = [.. listener.Origins],
                AllowedHosts = listener.Hosts,
                TrustedProxies = listener.TrustedProxies,
            };
        }

        options.AllowAnonymousFromAnywhere = configuration.AllowAnonymous;
        options.ConnectionLimits = new ConnectionLimits
        {
            Total = limits.Connections,
            PerAddress = limits.ConnectionsPerAddress,
            PerAuthId = limits.ConnectionsPerAuthid,
            PerSecond = limits.ConnectionRate,
        };
        options.AttemptLimits = new AttemptLimits
        {
            PerAddress = limits.FailedLoginsPerAddress,
            PerAddressAndAuthId = limits.FailedLoginsPerAddressAndAuthid,
            PerAuthId = limits.FailedLoginsPerAuthid,
            Window = limits.FailedLoginsWindow,
        };
        options.MaxMessageSize = (int)limits.MessageSize.Bytes;
        options.DecodeLimits = new DecodeLimits(limits.Nesting, limits.UriLength);
        options.MaxOutboundBytes = (int)limits.Outbound.Bytes;
        options.MaxOutboundBytesTotal = limits.OutboundTotal?.Bytes ?? options.MaxOutboundBytesTotal;
        options.HandshakeTimeout = limits.HandshakeTimeout;
        options.HelloTimeout = limits.HelloTimeout;
        options.AuthenticationTimeout = limits.AuthenticationTimeout;
        options.Authorizer = new AuthorizerOptions
        {
            Timeout = configuration.Authorizer.Timeout,
            AllowedFor = configuration.Authorizer.AllowedFor,
            DeniedFor = configuration.Authorizer.DeniedFor,
            MaxRemembered = configuration.Authorizer.MaxRemembered,
        };
        options.KeepAliveInterval = configuration.KeepAlive.Interval;
        options.KeepAliveTimeout = configuration.KeepAlive.Timeout;
        options.PingRawSockets = configuration.KeepAlive.RawSockets;
        options.CloseTimeout = configuration.CloseTimeout;
    }

    /// <summary>Sets the realms alone, without who authenticates.</summary>
    public static void ApplyRealms(BrokerConfiguration configuration, WampRouterOptions options)
    {
        options.Realms.Clear();
        foreach (var realm in configuration.Realms)
        {
            options.Realms[realm.Name] = Realm(realm, configuration.Limits) with
            {
                DecidingProcedures =
                [
                    .. from other in configuration.Realms
                       let procedure = other.Auth?.Procedure
                       where procedure is not null && (procedure.Realm ?? other.Name) == realm.Name
                       select procedure.Uri,
                ],
            };
        }
    }

    private static RealmOptions Realm(RealmSection realm, LimitsSection limits) => new()
    {
        SessionLimits = new SessionLimits
        {
            Subscriptions = limits.Subscriptions,
            Registrations = limits.Registrations,
            PendingCalls = limits.PendingCalls,
        },
        Roles = realm.Roles is null ? null : [.. realm.Roles.Select(Role)],
        UriRules = new UriRules(realm.UriRules == UriStrictness.Strict, limits.UriLength),
        DiscloseCaller = realm.Disclose.Caller,
        DisclosePublisher = realm.Disclose.Publisher,
        CallTrustLevels = TrustLevels(realm.TrustLevels.Calls),
        PublicationTrustLevels = TrustLevels(realm.TrustLevels.Publications),
        DefaultCallTimeout = realm.CallTimeout.Default,
        MaxCallTimeout = realm.CallTimeout.Max,
        TimeoutsInSeconds = realm.CallTimeout.InSeconds,
        MaxQueuedCalls = realm.QueuedCalls,
        SlowConsumer = realm.SlowConsumer.Policy,
        MetaApi = realm.MetaApi,
        AllowMetaKill = realm.AllowMetaKill,
        MaxTestaments = realm.Testaments.MaxCount,
        MaxTestamentBytes = (int)realm.Testaments.MaxBytes.Bytes,
        Retention = new RetentionOptions
        {
            MaxEvents = realm.Retention.MaxEvents,
            MaxBytes = realm.Retention.MaxBytes.Bytes,
            MaxEventBytes = (int)realm.Retention.MaxEvent.Bytes,
            MaxAge = realm.Retention.MaxAge,
        },
        History =
        [
            .. realm.History.Select(rule => new HistoryRule
            {
                Uri = rule.Uri,
                Match = rule.Match,
                MaxEvents = rule.MaxEvents,
                MaxBytes = rule.MaxBytes.Bytes,
                MaxAge = rule.MaxAge,
            }),
        ],
    };

    private static RoleOptions Role(RoleSection role) => new()
    {
        Name = role.Name,
        Authorizer = role.Authorizer,
        Rate = new RateLimit { Messages = role.Rate.Messages, Bytes = role.Rate.Bytes.Bytes, Burst = role.Rate.Burst },
        Permissions =
        [
            .. role.Permissions.Select(rule => new PermissionRule
            {
                Uri = rule.Uri,
                Match = rule.Match,
                AllowCall = rule.Allow.Call,
                AllowRegister = rule.Allow.Register,
                AllowPublish = rule.Allow.Publish,
                AllowSubscribe = rule.Allow.Subscribe,
                DiscloseCaller = rule.Disclose.Caller,
                DisclosePublisher = rule.Disclose.Publisher,
                Cache = rule.Cache,
            }),
        ],
    };

    /// <summary>The names of a realm's roles.</summary>
    public static IReadOnlyList<string> RoleNames(RealmSection realm) => [.. (realm.Roles ?? []).Select(role => role.Name)];

    // What cannot work has been reported when the configuration was read: only files can have changed since.
    private static void Fail(string key, string problem) => throw new InvalidDataException($"auth.{key}: {problem}");

    private static TrustLevelRule[] TrustLevels(IEnumerable<TrustLevelSection> rules) =>
        [.. rules.Select(rule => new TrustLevelRule { Uri = rule.Uri, Match = rule.Match, AuthRole = rule.Role, Level = rule.Level })];
}
