using Broker.Messages;

namespace Broker.Peers;

/// <summary>Calls to the router's own procedures, which are answered before <see cref="RecordingPeer.Call"/> returns.</summary>
internal static class MetaCalls
{
    /// <summary>Calls, takes RESULT, and gives its payload as JSON text.</summary>
    public static string Ask(this RecordingPeer peer, string procedure, string payload = "")
    {
        var request = peer.Call(procedure, payload);
        var reply = peer.Next();
        Assert.Equal((MessageType.Result, request, "{}"), (reply.Type, reply.RequestId, reply.Details));
        return reply.Payload;
    }

    /// <summary>Calls, takes ERROR, and gives its URI.</summary>
    public static string AskInVain(this RecordingPeer peer, string procedure, string payload = "")
    {
        var request = peer.Call(procedure, payload);
        var reply = peer.NextError();
        Assert.Equal((MessageType.Call, request), (reply.RequestType, reply.RequestId));
        return reply.Uri;
    }

    /// <summary>Subscribes the meta events named, and gives what tells them apart: their topics by subscription id.</summary>
    public static Dictionary<long, string> Watch(this RecordingPeer peer, params string[] topics) => topics.ToDictionary(topic => peer.Subscription(topic));

    /// <summary>The events not taken yet as <c>topic payload</c>, the topic being what follows <c>wamp.</c></summary>
    public static List<string> Seen(this RecordingPeer peer, Dictionary<long, string> watched) =>
    [
        .. peer.Rest().Select(received =>
        {
            Assert.Equal(MessageType.Event, received.Type);
            return $"{watched[received.SubscriptionId].Replace("wamp.", "", StringComparison.Ordinal)} {received.Payload}";
        }),
    ];
}
