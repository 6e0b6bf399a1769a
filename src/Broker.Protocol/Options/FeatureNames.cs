using System.Text;

namespace Broker.Options;

/// <summary>The keys under which <see cref="Features"/> are announced.</summary>
internal static class FeatureNames
{
    private static readonly (byte[] Key, Features Feature)[] Table =
    [
        Row("progressive_call_results", Features.ProgressiveCallResults),
        Row("progressive_call_invocations", Features.ProgressiveCallInvocations),
        Row("call_timeout", Features.CallTimeout),
        Row("call_canceling", Features.CallCanceling),
        Row("caller_identification", Features.CallerIdentification),
        Row("call_trustlevels", Features.CallTrustLevels),
        Row("registration_meta_api", Features.RegistrationMetaApi),
        Row("pattern_based_registration", Features.PatternBasedRegistration),
        Row("shared_registration", Features.SharedRegistration),
        Row("registration_revocation", Features.RegistrationRevocation),
        Row("call_reroute", Features.CallReroute),
        Row("session_meta_api", Features.SessionMetaApi),
        Row("testament_meta_api", Features.TestamentMetaApi),
        Row("subscriber_blackwhite_listing", Features.SubscriberBlackWhiteListing),
        Row("publisher_exclusion", Features.PublisherExclusion),
        Row("publisher_identification", Features.PublisherIdentification),
        Row("publication_trustlevels", Features.PublicationTrustLevels),
        Row("subscription_meta_api", Features.SubscriptionMetaApi),
        Row("pattern_based_subscription", Features.PatternBasedSubscription),
        Row("event_history", Features.EventHistory),
        Row("event_retention", Features.EventRetention),
        Row("subscription_revocation", Features.SubscriptionRevocation),
        Row("payload_passthru_mode", Features.PayloadPassthruMode),
    ];

    /// <summary>All features with their keys in UTF-8, in the order of their bits.</summary>
    public static ReadOnlySpan<(byte[] Key, Features Feature)> All => Table;

    /// <summary>The feature of a key, or <see cref="Features.None"/> for one unknown here.</summary>
    public static Features Find(ReadOnlySpan<byte> key)
    {
        foreach (var (name, feature) in Table)
        {
            if (key.SequenceEqual(name))
            {
                return feature;
            }
        }

        return key.SequenceEqual("call_cancelling"u8) ? Features.CallCanceling : Features.None;
    }

    private static (byte[] Key, Features Feature) Row(string key, Features feature) => (Encoding.ASCII.GetBytes(key), feature);
}
