using Broker.Client.Payloads;
using Broker.Serialization;

namespace Broker.Client.Authentication;

/// <summary>A CHALLENGE of the router.</summary>
public sealed class AuthenticationChallenge
{
    private readonly byte[] _extra;

    internal AuthenticationChallenge(string method, SerializerKind serializer, ReadOnlySpan<byte> extra, JsonContracts contracts)
    {
        Method = method;
        Serializer = serializer;
        _extra = extra.ToArray();
        Extra = ReceivedDict.Of(serializer, extra, contracts);
    }

    /// <summary>The method.</summary>
    public string Method { get; }

    /// <summary>CHALLENGE.Extra.</summary>
    public ReceivedDict Extra { get; }

    internal SerializerKind Serializer { get; }

    /// <summary>CHALLENGE.Extra as it came.</summary>
    internal ReadOnlySpan<byte> EncodedExtra => _extra;
}
