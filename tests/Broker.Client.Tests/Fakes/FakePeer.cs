using System.Text;
using Broker.Serialization;

namespace Broker.Client;

/// <summary>The router's end of a connection. Messages are JSON text to the test, whatever the serializer on the wire.</summary>
internal abstract class FakePeer(SerializerKind serializer) : IAsyncDisposable
{
    /// <summary>The next message; null at the end of the connection.</summary>
    public async Task<string?> ReceiveAsync() => await ReceiveBytesAsync().Soon() is { } bytes ? Decode(bytes) : null;

    public string Decode(byte[] bytes)
    {
        using var json = new ByteBuffer();
        Assert.True(Transcoder.TryTranscodeValue(serializer, bytes, SerializerKind.Json, json));
        return Encoding.UTF8.GetString(json.Written);
    }

    public async Task ExpectAsync(string message) => Assert.Equal(message, await ReceiveAsync());

    public Task SendAsync(string message) => SendBytesAsync(Encode(message));

    public byte[] Encode(string message)
    {
        using var bytes = new ByteBuffer();
        Assert.True(Transcoder.TryTranscodeValue(SerializerKind.Json, Encoding.UTF8.GetBytes(message), serializer, bytes));
        return bytes.Written.ToArray();
    }

    public abstract Task SendBytesAsync(byte[] message);

    public abstract ValueTask DisposeAsync();

    protected abstract Task<byte[]?> ReceiveBytesAsync();
}
