using Broker.Messages;
using Broker.Serialization;

namespace Broker.Sessions;

/// <summary>
/// One encoded message on its way to one or many receivers. Belongs to the thread that routes and is reused for the next message, so that nothing is
/// allocated: a receiver copies <see cref="Bytes"/> at once or, if it has to keep them, takes a reference by <see cref="Share"/>.
/// </summary>
public sealed class OutboundMessage : IDisposable
{
    private readonly ByteBuffer _buffer = new();
    private SharedBytes? _shared;

    /// <summary>The message without framing; valid until the next <see cref="Encode"/> or <see cref="Clear"/>.</summary>
    public ReadOnlySpan<byte> Bytes => _buffer.Written;

    /// <summary>What it is.</summary>
    public MessageType Type { get; private set; }

    /// <summary>Whether it carries a question of the router's own, such as that of an authenticator, whose payload is for no log.</summary>
    public bool IsConfidential { get; internal set; }

    /// <summary>Replaces the content by <paramref name="message"/>, encoded for <paramref name="serializer"/>.</summary>
    public void Encode(SerializerKind serializer, scoped in WampMessage message)
    {
        Clear();
        Type = message.Type;
        IsConfidential = false;
        MessageEncoder.Encode(serializer, _buffer, message);
    }

    /// <summary>Whether a receiver has taken a reference: then one more costs no memory.</summary>
    public bool IsShared => _shared is not null;

    /// <summary>The message on memory of its own, shared by all receivers that ask. The caller owns one reference and releases it.</summary>
    /// <param name="held">Counts that memory; the same for all receivers of a message.</param>
    public SharedBytes Share(ByteCount held)
    {
        _shared ??= new SharedBytes(Bytes, held);
        return _shared.AddReference();
    }

    /// <summary>Lets go of the content.</summary>
    public void Clear()
    {
        _buffer.Clear();
        _shared?.Release();
        _shared = null;
    }

    /// <summary>Gives all memory back; the object is unusable afterwards.</summary>
    public void Dispose()
    {
        Clear();
        _buffer.Dispose();
    }
}
