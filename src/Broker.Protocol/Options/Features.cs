namespace Broker.Options;

/// <summary>The advanced-profile features that peers announce per role (WAMP specification, "Feature Announcement"), one bit each.</summary>
[Flags]
public enum Features : uint
{
    /// <summary>The basic profile.</summary>
    None = 0,

    /// <summary><c>progressive_call_results</c></summary>
    ProgressiveCallResults = 1 << 0,

    /// <summary><c>progressive_call_invocations</c></summary>
    ProgressiveCallInvocations = 1 << 1,

    /// <summary><c>call_timeout</c></summary>
    CallTimeout = 1 << 2,

    /// <summary><c>call_canceling</c>; <c>call_cancelling</c> is understood, too.</summary>
    CallCanceling = 1 << 3,

    /// <summary><c>caller_identification</c></summary>
    CallerIdentification = 1 << 4,

    /// <summary><c>call_trustlevels</c></summary>
    CallTrustLevels = 1 << 5,

    /// <summary><c>registration_meta_api</c></summary>
    RegistrationMetaApi = 1 << 6,

    /// <summary><c>pattern_based_registration</c></summary>
    PatternBasedRegistration = 1 << 7,

    /// <summary><c>shared_registration</c></summary>
    SharedRegistration = 1 << 8,

    /// <summary><c>registration_revocation</c></summary>
    RegistrationRevocation = 1 << 9,

    /// <summary><c>call_reroute</c></summary>
    CallReroute = 1 << 10,

    /// <summary><c>session_meta_api</c></summary>
    SessionMetaApi = 1 << 11,

    /// <summary><c>testament_meta_api</c></summary>
    TestamentMetaApi = 1 << 12,

    /// <summary><c>subscriber_blackwhite_listing</c></summary>
    SubscriberBlackWhiteListing = 1 << 13,

    /// <summary><c>publisher_exclusion</c></summary>
    PublisherExclusion = 1 << 14,

    /// <summary><c>publisher_identification</c></summary>
    PublisherIdentification = 1 << 15,

    /// <summary><c>publication_trustlevels</c></summary>
    PublicationTrustLevels = 1 << 16,

    /// <summary><c>subscription_meta_api</c></summary>
    SubscriptionMetaApi = 1 << 17,

    /// <summary><c>pattern_based_subscription</c></summary>
    PatternBasedSubscription = 1 << 18,

    /// <summary><c>event_history</c></summary>
    EventHistory = 1 << 19,

    /// <summary><c>event_retention</c></summary>
    EventRetention = 1 << 20,

    /// <summary><c>subscription_revocation</c></summary>
    SubscriptionRevocation = 1 << 21,

    /// <summary><c>payload_passthru_mode</c></summary>
    PayloadPassthruMode = 1 << 22,
}
