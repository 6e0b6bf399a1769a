using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Broker.Transports;

/// <summary>What the first bytes of a connection are.</summary>
internal enum UpgradeOutcome : byte
{
    /// <summary>So far the start of an upgrade; read on (under the handshake timeout).</summary>
    Incomplete,

    /// <summary>A WebSocket upgrade to the WAMP path, complete.</summary>
    Upgrade,

    /// <summary>Something else, or something odd: not a byte of it was consumed, and the HTTP pipeline answers it.</summary>
    Foreign,
}

/// <summary>
/// A client's opening handshake, RFC 6455 section 4.2.1, recognised in the raw bytes of a connection. Only the plain case is taken;
/// everything unusual is left to the HTTP server, which knows how to refuse it. Immutable; holds a copy, not the bytes.
/// </summary>
internal sealed class WebSocketUpgrade
{
    /// <summary>The longest request head that is looked at, in bytes.</summary>
    public const int MaxHeadLength = 8 * 1024;

    private static readonly SearchValues<char> HostCharacters =
        SearchValues.Create("-._~:[]0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    // Two of them would make it a matter of taste which one counts.
    private static readonly string[] SingleFields =
        ["Host", "Origin", "Sec-WebSocket-Key", "Sec-WebSocket-Version", "Authorization", "Cookie"];

    // With any of these more than an upgrade is asked for, or a body follows.
    private static readonly string[] ForeignFields = ["Content-Length", "Transfer-Encoding", "Expect", "Trailer"];

    private readonly HttpHead _head;

    private WebSocketUpgrade(HttpHead head, int headLength)
    {
        _head = head;
        HeadLength = headLength;
        Key = head.Find("Sec-WebSocket-Key") ?? "";
        Subprotocols = head.List("Sec-WebSocket-Protocol");
        Origin = head.Find("Origin");
        Host = head.Find("Host") ?? "";
    }

    /// <summary>The length of the request head in bytes: frames start behind it.</summary>
    public int HeadLength { get; }

    /// <summary>The request target as sent, query included.</summary>
    public string Target => _head.Target;

    /// <summary>The value of Sec-WebSocket-Key: 16 bytes in base64.</summary>
    public string Key { get; }

    /// <summary>The offered subprotocols in the client's order, over all Sec-WebSocket-Protocol fields.</summary>
    public IReadOnlyList<string> Subprotocols { get; }

    /// <summary>The value of Origin, which browsers send; null without one.</summary>
    public string? Origin { get; }

    /// <summary>The value of Host.</summary>
    public string Host { get; }

    /// <summary>The value of any field by its name, whatever its case; several are joined with ", ". Null without one.</summary>
    public string? Header(string name) => _head.Find(name);

    /// <summary>Judges the first bytes of a connection. Consumes nothing.</summary>
    /// <param name="buffer">All that the connection has delivered so far.</param>
    /// <param name="path">The WAMP path, such as <c>/ws</c>: ASCII, compared exactly and undecoded.</param>
    /// <param name="upgrade">The request, when the outcome is <see cref="UpgradeOutcome.Upgrade"/>.</param>
    public static UpgradeOutcome Parse(in ReadOnlySequence<byte> buffer, string path, out WebSocketUpgrade? upgrade)
    {
        upgrade = null;
        var visible = buffer.Slice(0, Math.Min(buffer.Length, MaxHeadLength));
        if (visible.IsSingleSegment)
        {
            return Parse(visible.FirstSpan, path, out upgrade);
        }

        var copy = ArrayPool<byte>.Shared.Rent((int)visible.Length);
        try
        {
            visible.CopyTo(copy);
            return Parse(copy.AsSpan(0, (int)visible.Length), path, out upgrade);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(copy, clearArray: true);
        }
    }

    private static UpgradeOutcome Parse(ReadOnlySpan<byte> bytes, string path, out WebSocketUpgrade? upgrade)
    {
        upgrade = null;
        if (!StartsLikeUpgrade(bytes, path))
        {
            return UpgradeOutcome.Foreign;
        }

        var end = bytes.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return bytes.Length < MaxHeadLength && !HasBareLineFeed(bytes) ? UpgradeOutcome.Incomplete : UpgradeOutcome.Foreign;
        }

        var length = end + 4;
        if (HttpHead.TryParse(bytes[..length]) is not { } head || !IsPlainUpgrade(head))
        {
            return UpgradeOutcome.Foreign;
        }

        upgrade = new WebSocketUpgrade(head, length);
        return UpgradeOutcome.Upgrade;
    }

    /// <summary>Whether what is there of <c>GET path</c> and the space or <c>?</c> behind it matches, so that other requests never
    /// wait.</summary>
    private static bool StartsLikeUpgrade(ReadOnlySpan<byte> bytes, string path)
    {
        var method = "GET "u8;
        if (bytes.Length <= method.Length)
        {
            return method.StartsWith(bytes);
        }

        var target = bytes[method.Length..];
        if (!bytes.StartsWith(method) || target.Length <= path.Length)
        {
            return bytes.StartsWith(method) && Ascii.Equals(target, path.AsSpan(0, target.Length));
        }

        return Ascii.Equals(target[..path.Length], path) && target[path.Length] is (byte)' ' or (byte)'?';
    }

    private static bool HasBareLineFeed(ReadOnlySpan<byte> bytes)
    {
        for (var at = bytes.IndexOf((byte)'\n'); at >= 0; at = bytes.IndexOf((byte)'\n'))
        {
            if (at == 0 || bytes[at - 1] != '\r')
            {
                return true;
            }

            bytes = bytes[(at + 1)..];
        }

        return false;
    }

    private static bool IsPlainUpgrade(HttpHead head) =>
        head.Find("Host") is { Length: > 0 } host && !host.AsSpan().ContainsAnyExcept(HostCharacters)
        && head.List("Upgrade").Contains("websocket", StringComparer.OrdinalIgnoreCase)
        && head.List("Connection").Contains("upgrade", StringComparer.OrdinalIgnoreCase)
        && head.Find("Sec-WebSocket-Version") == "13"
        && IsKey(head.Find("Sec-WebSocket-Key"))
        && Array.TrueForAll(head.List("Sec-WebSocket-Protocol"), name => HttpHead.IsToken(name))
        && Array.TrueForAll(SingleFields, name => head.CountOf(name) <= 1)
        && Array.TrueForAll(ForeignFields, name => head.CountOf(name) == 0);

    // 24 characters that decode to 16 bytes leave no room for the white space that the validator would skip.
    private static bool IsKey(string? key) => key is { Length: 24 } && Base64.IsValid(key, out var length) && length == 16;
}
