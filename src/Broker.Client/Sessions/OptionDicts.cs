using Broker.Options;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Client.Sessions;

/// <summary>Options of SUBSCRIBE: <c>{"match": "prefix"}</c>.</summary>
internal readonly struct MatchDict(MatchPolicy match) : IEncodable
{
    public static ReadOnlySpan<byte> NameOf(MatchPolicy match) => match switch
    {
        MatchPolicy.Prefix => "prefix"u8,
        MatchPolicy.Wildcard => "wildcard"u8,
        _ => "exact"u8,
    };

    public void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        writer.WriteDictStart(1);
        writer.WriteKey("match"u8);
        writer.WriteString(NameOf(match));
        writer.WriteDictEnd();
    }
}

/// <summary>Options of REGISTER: <c>{"match": "prefix", "invoke": "roundrobin"}</c>, without what is the default.</summary>
internal readonly struct RegisterDict(RegisterOptions options) : IEncodable
{
    public void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        var mark = writer.OpenDict();
        var count = 0;
        if (options.Match != MatchPolicy.Exact)
        {
            writer.WriteKey("match"u8);
            writer.WriteString(MatchDict.NameOf(options.Match));
            count++;
        }

        if (options.Invoke != InvocationPolicy.Single)
        {
            writer.WriteKey("invoke"u8);
            writer.WriteString(options.Invoke switch
            {
                InvocationPolicy.First => "first"u8,
                InvocationPolicy.Last => "last"u8,
                InvocationPolicy.RoundRobin => "roundrobin"u8,
                _ => "random"u8,
            });
            count++;
        }

        writer.CloseDict(mark, count);
    }
}

/// <summary>Options of PUBLISH: <c>{"acknowledge": true, "exclude_me": false}</c>, without what is the default.</summary>
internal readonly struct PublishDict(bool acknowledge, bool excludeMe) : IEncodable
{
    public bool IsEmpty => !acknowledge && excludeMe;

    public void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        var mark = writer.OpenDict();
        var count = 0;
        if (acknowledge)
        {
            writer.WriteKey("acknowledge"u8);
            writer.WriteBoolean(value: true);
            count++;
        }

        if (!excludeMe)
        {
            writer.WriteKey("exclude_me"u8);
            writer.WriteBoolean(value: false);
            count++;
        }

        writer.CloseDict(mark, count);
    }
}

/// <summary>Options of CALL: <c>{"timeout": 5000}</c>.</summary>
internal readonly struct CallDict(long timeoutMilliseconds) : IEncodable
{
    public void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        writer.WriteDictStart(1);
        writer.WriteKey("timeout"u8);
        writer.WriteInteger(timeoutMilliseconds);
        writer.WriteDictEnd();
    }
}
