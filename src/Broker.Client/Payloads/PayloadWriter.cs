using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;
using Broker.Serialization;

namespace Broker.Client.Payloads;

/// <summary>
/// Writes arguments as the elements of a message list: as JSON tokens, which are transcoded for the other serializers. Not thread-safe; each
/// thread has its own.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "One for each thread, as long as it lives.")]
internal sealed class PayloadWriter
{
    [ThreadStatic]
    private static PayloadWriter? _current;

    private readonly ByteBuffer _json = new(1024);
    private readonly ByteBuffer _encoded = new(1024);
    private readonly Utf8JsonWriter _writer;

    private PayloadWriter() => _writer = new Utf8JsonWriter(_json, new JsonWriterOptions
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // the text goes to a WAMP peer, never into a page
        SkipValidation = true,
    });

    /// <summary>Writes arguments.</summary>
    /// <param name="arguments">What is sent; null for nothing.</param>
    /// <param name="serializer">The session's.</param>
    /// <param name="contracts">The client's.</param>
    /// <param name="count">0: there are none; 1: Arguments; 2: Arguments and ArgumentsKw.</param>
    /// <returns>The elements, in an array of their own: a converter of the caller's may send, too.</returns>
    /// <exception cref="WampArgumentException">A value cannot be sent.</exception>
    public static byte[] Write(WampArguments? arguments, SerializerKind serializer, JsonContracts contracts, out int count)
    {
        count = arguments is null ? 0 : arguments.HasKeywords ? 2 : arguments.Count > 0 ? 1 : 0;
        if (count == 0)
        {
            return [];
        }

        // Taken off the thread while in use: a converter that sends in turn gets a writer of its own.
        var writer = _current ?? new PayloadWriter();
        _current = null;
        try
        {
            return writer.WriteElements(arguments!, serializer, contracts, count);
        }
        catch (Exception e) when (e is JsonException or WampProtocolException or ArgumentException or InvalidOperationException)
        {
            throw new WampArgumentException("An argument cannot be sent: " + e.Message, e);
        }
        finally
        {
            writer.Clear();
            _current = writer;
        }
    }

    private byte[] WriteElements(WampArguments arguments, SerializerKind serializer, JsonContracts contracts, int count)
    {
        arguments.WriteList(_writer, contracts);
        _writer.Flush();
        if (count == 2)
        {
            _writer.Reset();
            _json.Append((byte)',');
            arguments.WriteDict(_writer, contracts);
            _writer.Flush();
        }

        if (serializer == SerializerKind.Json)
        {
            return _json.Written.ToArray();
        }

        if (!Transcoder.TryTranscode(SerializerKind.Json, _json.Written, count, serializer, _encoded))
        {
            throw new WampArgumentException("An argument cannot be sent: it holds a number beyond the range of a double.");
        }

        return _encoded.Written.ToArray();
    }

    private void Clear()
    {
        _json.Clear();
        _encoded.Clear();
        _writer.Reset();
    }
}
