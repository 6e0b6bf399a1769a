using System.Text.Json;
using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.Serialization;

namespace Broker.Vectors;

/// <summary>The specification's multi-session test vectors (docs/test-vectors.md), routed between peers without transports.</summary>
public sealed class MultisessionVectors
{
    private readonly Dictionary<string, RecordingPeer> _peers = [];
    private readonly Dictionary<(string Kind, long InFile), long> _ids = [];
    private readonly List<string> _eventReceivers = [];

    [Fact]
    public void The_vectors_are_those_that_this_runner_was_written_for()
    {
        VectorFolder.Require();
        Assert.Equal(["publisher_exclusion_disabled.json"], Files().Select(Path.GetFileName));
    }

    [Theory, EachSerializer, Trait("wamp", "PEX-05"), Trait("wamp", "PEX-02")]
    public void T10_Each_session_gets_what_the_vector_says(SerializerKind serializer)
    {
        VectorFolder.Require();
        foreach (var file in Files())
        {
            using var vector = JsonDocument.Parse(File.ReadAllBytes(file));
            Run(vector.RootElement, serializer);
        }
    }

    private static string[] Files() => Directory.GetFiles(Path.Combine(VectorFolder.Location!, "multisession"), "*.json", SearchOption.AllDirectories);

    private void Run(JsonElement vector, SerializerKind serializer)
    {
        _peers.Clear();
        _ids.Clear();
        _eventReceivers.Clear();
        var realms = vector.GetProperty("sessions").EnumerateArray().Select(session => Text(session, "realm")).Distinct().ToDictionary(name => name, _ => new TestRealm());
        foreach (var session in vector.GetProperty("sessions").EnumerateArray())
        {
            _peers.Add(Text(session, "session_id"), realms[Text(session, "realm")].Join(serializer, Roles(session)));
        }

        foreach (var step in vector.GetProperty("sequence").EnumerateArray())
        {
            if (Text(step, "to") == "router")
            {
                Send(Text(step, "from"), step.GetProperty("message"));
            }
            else
            {
                Expect(Text(step, "to"), step.GetProperty("message"));
            }
        }

        AssertOutcome(vector.GetProperty("expected_outcome"));
        Assert.All(realms.Values, realm => realm.LeaveAll());
    }

    private static RoleSet Roles(JsonElement session)
    {
        var roles = session.GetProperty("roles").EnumerateArray().Select(role => role.GetString()).ToHashSet();
        return new RoleSet
        {
            Publisher = roles.Contains("publisher") ? Features.PublisherExclusion : null,
            Subscriber = roles.Contains("subscriber") ? Features.None : null,
            Caller = roles.Contains("caller") ? Features.None : null,
            Callee = roles.Contains("callee") ? Features.None : null,
        };
    }

    private void Send(string session, JsonElement message)
    {
        var peer = _peers[session];
        var (options, topic) = (message.GetProperty("options").GetRawText(), Text(message, "topic"));
        var request = Text(message, "type") switch
        {
            "SUBSCRIBE" => peer.Subscribe(topic, options),
            "PUBLISH" => peer.Publish(topic, Payload(message), options),
            var type => throw new NotSupportedException($"This runner does not send {type}."),
        };

        // The requests of a file count as they like, those of a session 1, 2, 3.
        _ids.Add((session, message.GetProperty("request_id").GetInt64()), request);
    }

    private void Expect(string session, JsonElement message)
    {
        var received = _peers[session].Next();
        Assert.Equal(Text(message, "type"), received.Type.ToString().ToUpperInvariant());
        Count(session, received);
        if (message.TryGetProperty("request_id", out var request))
        {
            Assert.Equal(_ids[(session, request.GetInt64())], received.RequestId);
        }

        AssertBound("subscription_id", message, received.SubscriptionId);
        AssertBound("publication_id", message, received.PublicationId);
        if (message.TryGetProperty("details", out var details))
        {
            using var actual = JsonDocument.Parse(received.Details);
            Assert.All(details.EnumerateObject(), key => Assert.Equal(key.Value.GetRawText(), actual.RootElement.GetProperty(key.Name).GetRawText()));
        }

        if (message.TryGetProperty("args", out _))
        {
            Assert.Equal(Payload(message), received.Payload);
        }
    }

    /// <summary>An id that the router chose stands for the one in the file from its first appearance on.</summary>
    private void AssertBound(string kind, JsonElement message, long actual)
    {
        if (!message.TryGetProperty(kind, out var id))
        {
            return;
        }

        if (_ids.TryAdd((kind, id.GetInt64()), actual))
        {
            Assert.InRange(actual, 1, 1L << 53);
            return;
        }

        Assert.Equal(_ids[(kind, id.GetInt64())], actual);
    }

    private void AssertOutcome(JsonElement outcome)
    {
        foreach (var (session, peer) in _peers)
        {
            peer.Rest().ForEach(received => Count(session, received));
        }

        Assert.Equal(outcome.GetProperty("event_count").GetInt32(), _eventReceivers.Count);
        Assert.Equal(outcome.GetProperty("event_recipients").EnumerateArray().Select(id => id.GetString()!).Order(), _eventReceivers.Distinct().Order());
        foreach (var session in _peers.Keys)
        {
            if (outcome.TryGetProperty(session + "_receives_event", out var receives))
            {
                Assert.Equal(receives.GetBoolean(), _eventReceivers.Contains(session));
            }
        }
    }

    private void Count(string session, Received received)
    {
        if (received.Type == MessageType.Event)
        {
            _eventReceivers.Add(session);
        }
    }

    private static string Payload(JsonElement message)
    {
        if (!message.TryGetProperty("args", out var arguments))
        {
            return "";
        }

        var compact = JsonSerializer.Serialize(arguments);
        return message.TryGetProperty("kwargs", out var argumentsKw) ? $"{compact},{JsonSerializer.Serialize(argumentsKw)}" : compact;
    }

    private static string Text(JsonElement element, string key) => element.GetProperty(key).GetString()!;
}
