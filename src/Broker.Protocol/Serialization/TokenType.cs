namespace Broker.Serialization;

/// <summary>What a serialized value is: the types of WAMP (WAMP specification, "Serializers"), plus null and float, which only payloads may hold.</summary>
public enum TokenType : byte
{
    /// <summary>Before the first value, or after the last.</summary>
    None,

    /// <summary>JSON <c>null</c>, MessagePack nil, CBOR null or undefined.</summary>
    Null,

    /// <summary>false.</summary>
    False,

    /// <summary>true.</summary>
    True,

    /// <summary>An integer. JSON: digits without a fraction and without an exponent.</summary>
    Integer,

    /// <summary>A floating point number.</summary>
    Float,

    /// <summary>Unicode text.</summary>
    String,

    /// <summary>Octets. JSON: a string that starts with U+0000, the rest being base64 (WAMP specification, "Binary conversion of JSON strings").</summary>
    Binary,

    /// <summary>A list: its elements follow.</summary>
    List,

    /// <summary>A dict: its keys, all strings, and values follow.</summary>
    Dict,
}
