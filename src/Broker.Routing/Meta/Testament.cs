using Broker.Options;

namespace Broker.Meta;

/// <summary>An event that the router publishes for a session once that has ended (WAMP specification, "Session Testament").</summary>
/// <param name="Topic">The topic in UTF-8.</param>
/// <param name="Elements">Arguments and ArgumentsKw in the session's serializer.</param>
/// <param name="Count">How many elements there are.</param>
/// <param name="Options">How it is published; <c>acknowledge</c> has no meaning here.</param>
internal sealed record Testament(byte[] Topic, byte[] Elements, int Count, PublishOptions Options)
{
    /// <summary>About how many bytes it holds.</summary>
    public int Size => Topic.Length + Elements.Length + Options.Size;
}
