using Broker.Serialization;

namespace Broker.Options;

/// <summary>
/// The roles that a peer announced, each with its features: <c>{"publisher": {"features": {...}}, ...}</c> of HELLO and WELCOME. Null: the peer
/// has not got the role.
/// </summary>
public sealed record RoleSet
{
    /// <summary>The publisher's features.</summary>
    public Features? Publisher { get; init; }

    /// <summary>The subscriber's features.</summary>
    public Features? Subscriber { get; init; }

    /// <summary>The caller's features.</summary>
    public Features? Caller { get; init; }

    /// <summary>The callee's features.</summary>
    public Features? Callee { get; init; }

    /// <summary>The broker's features.</summary>
    public Features? Broker { get; init; }

    /// <summary>The dealer's features.</summary>
    public Features? Dealer { get; init; }

    /// <summary>Whether at least one of a client's four roles is there.</summary>
    public bool HasClientRole => Publisher is not null || Subscriber is not null || Caller is not null || Callee is not null;

    /// <summary>Whether at least one of a router's two roles is there.</summary>
    public bool HasRouterRole => Broker is not null || Dealer is not null;

    internal void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        var mark = writer.OpenDict();
        var count = WriteRole(ref writer, "publisher"u8, Publisher)
            + WriteRole(ref writer, "subscriber"u8, Subscriber)
            + WriteRole(ref writer, "caller"u8, Caller)
            + WriteRole(ref writer, "callee"u8, Callee)
            + WriteRole(ref writer, "broker"u8, Broker)
            + WriteRole(ref writer, "dealer"u8, Dealer);
        writer.CloseDict(mark, count);
    }

    internal static RoleSet Read<TReader>(ref TReader reader)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        var roles = new RoleSet();
        RequireDict(ref reader, "roles");
        while (reader.ReadKey(out var key))
        {
            reader.Read();
            roles = ReadRole(ref reader, key, roles);
        }

        return roles;
    }

    private static RoleSet ReadRole<TReader>(ref TReader reader, ReadOnlySpan<byte> key, RoleSet roles)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        if (key.SequenceEqual("publisher"u8))
        {
            return roles with { Publisher = ReadFeatures(ref reader) };
        }

        if (key.SequenceEqual("subscriber"u8))
        {
            return roles with { Subscriber = ReadFeatures(ref reader) };
        }

        if (key.SequenceEqual("caller"u8))
        {
            return roles with { Caller = ReadFeatures(ref reader) };
        }

        if (key.SequenceEqual("callee"u8))
        {
            return roles with { Callee = ReadFeatures(ref reader) };
        }

        if (key.SequenceEqual("broker"u8))
        {
            return roles with { Broker = ReadFeatures(ref reader) };
        }

        if (key.SequenceEqual("dealer"u8))
        {
            return roles with { Dealer = ReadFeatures(ref reader) };
        }

        reader.Skip();
        return roles;
    }

    private static Features ReadFeatures<TReader>(ref TReader reader)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        var features = Features.None;
        RequireDict(ref reader, "roles");
        while (reader.ReadKey(out var key))
        {
            var isFeatures = key.SequenceEqual("features"u8);
            reader.Read();
            if (!isFeatures || reader.Type != TokenType.Dict)
            {
                reader.Skip();
                continue;
            }

            reader.Enter();
            while (reader.ReadKey(out var name))
            {
                var feature = FeatureNames.Find(name);
                reader.Read();
                features |= reader.Type == TokenType.True ? feature : Features.None;
                reader.Skip();
            }
        }

        return features;
    }

    private static void RequireDict<TReader>(ref TReader reader, string key)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        if (reader.Type != TokenType.Dict)
        {
            OptionValue.Throw(key, "a dict of roles, each a dict");
        }

        reader.Enter();
    }

    private static int WriteRole<TWriter>(ref TWriter writer, ReadOnlySpan<byte> name, Features? features)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        if (features is not { } announced)
        {
            return 0;
        }

        writer.WriteKey(name);
        if (announced == Features.None)
        {
            writer.WriteDictStart(0);
            writer.WriteDictEnd();
            return 1;
        }

        writer.WriteDictStart(1);
        writer.WriteKey("features"u8);
        var mark = writer.OpenDict();
        var count = 0;
        foreach (var (key, feature) in FeatureNames.All)
        {
            if (announced.HasFlag(feature))
            {
                count += DictEntry.Boolean(ref writer, key, true);
            }
        }

        writer.CloseDict(mark, count);
        writer.WriteDictEnd();
        return 1;
    }
}
