using Broker.Messages;
using Broker.Options;
using Broker.Serialization;
using Broker.Sessions;

namespace Broker.PubSub;

/// <summary>One publication while it is routed: what all its EVENTs have in common. The bytes belong to whoever publishes and are valid only meanwhile.</summary>
internal readonly ref struct Publication
{
    private static readonly EventDetails _none;
    private readonly ref readonly EventDetails _details;

    /// <summary>One of whose publisher and payload there is nothing to tell.</summary>
    public Publication() => _details = ref _none;

    /// <summary>One that tells all receivers the same <paramref name="details"/>, which must stay where they are meanwhile.</summary>
    public Publication(ref readonly EventDetails details) => _details = ref details;

    /// <summary>The publication id.</summary>
    public long Id { get; init; }

    /// <summary>Who publishes; null when the router itself does.</summary>
    public Session? Publisher { get; init; }

    /// <summary>The serializer of <see cref="Payload"/>.</summary>
    public SerializerKind Serializer { get; init; }

    /// <summary>The topic.</summary>
    public ReadOnlySpan<byte> Topic { get; init; }

    /// <summary>Arguments and ArgumentsKw.</summary>
    public Payload Payload { get; init; }

    /// <summary>Whether the publisher gets its own event.</summary>
    public bool IncludesPublisher { get; init; }

    /// <summary>Whether the event is kept for later subscribers.</summary>
    public bool IsRetained { get; init; }

    /// <summary>Who may get it; null: everybody.</summary>
    public BlackWhiteLists? Lists { get; init; }

    /// <summary>Whether <see cref="Details"/> holds anything.</summary>
    public bool HasDetails { get; init; }

    /// <summary>What EVENT.Details tells every receiver of the publisher and of the payload (PID-06, PPT-15).</summary>
    public ref readonly EventDetails Details => ref _details;
}
