using System.Text;
using Broker.Options;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Client.Sessions;

/// <summary>Options of SUBSCRIBE: <c>{"match": "prefix", "get_retained": true}</c>, without what is the default.</summary>
internal readonly struct SubscribeDict(SubscribeOptions options) : IEncodable
{
    public bool IsEmpty => options.Match == MatchPolicy.Exact && !options.GetRetained && options.SlowConsumer is null;

    public void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        var mark = writer.OpenDict();
        var count = Entry.Match(ref writer, options.Match) + Entry.Flag(ref writer, "get_retained"u8, options.GetRetained);
        if (options.SlowConsumer is { } policy)
        {
            writer.WriteKey("_slow_consumer"u8);
            writer.WriteString(policy switch
            {
                SlowConsumerPolicy.DropNewest => "drop_newest"u8,
                SlowConsumerPolicy.DropOldest => "drop_oldest"u8,
                SlowConsumerPolicy.Latest => "latest"u8,
                _ => "disconnect"u8,
            });
            count++;
        }

        writer.CloseDict(mark, count);
    }
}

/// <summary>Options of REGISTER: <c>{"match": "prefix", "invoke": "roundrobin"}</c>, without what is the default.</summary>
internal readonly struct RegisterDict(RegisterOptions options) : IEncodable
{
    public void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        var mark = writer.OpenDict();
        var count = Entry.Match(ref writer, options.Match);
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

        count += Entry.Flag(ref writer, "disclose_caller"u8, options.DiscloseCaller);
        count += Entry.Flag(ref writer, "forward_timeout"u8, options.ForwardTimeout);
        count += Entry.Integer(ref writer, "_concurrency"u8, options.Concurrency);
        writer.CloseDict(mark, count);
    }
}

/// <summary>Options of PUBLISH: <c>{"acknowledge": true, "exclude_me": false}</c>, without what is the default.</summary>
/// <param name="acknowledge">Whether PUBLISHED is wanted.</param>
/// <param name="options">What the application asks for.</param>
/// <param name="passthru">How the payload is packed; null: not at all.</param>
internal readonly struct PublishDict(bool acknowledge, PublishOptions options, PassthruOptions? passthru) : IEncodable
{
    public bool IsEmpty => !acknowledge && (ReferenceEquals(options, PublishOptions.Default) || options == PublishOptions.Default);

    public void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        var mark = writer.OpenDict();
        writer.CloseDict(mark, Entry.Flag(ref writer, "acknowledge"u8, acknowledge) + WriteEntries(ref writer));
    }

    private int WriteEntries<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        var count = 0;
        if (!options.ExcludeMe)
        {
            writer.WriteKey("exclude_me"u8);
            writer.WriteBoolean(value: false);
            count++;
        }

        count += Entry.Ids(ref writer, "exclude"u8, options.Exclude);
        count += Entry.Texts(ref writer, "exclude_authid"u8, options.ExcludeAuthId);
        count += Entry.Texts(ref writer, "exclude_authrole"u8, options.ExcludeAuthRole);
        count += Entry.Ids(ref writer, "eligible"u8, options.Eligible);
        count += Entry.Texts(ref writer, "eligible_authid"u8, options.EligibleAuthId);
        count += Entry.Texts(ref writer, "eligible_authrole"u8, options.EligibleAuthRole);
        count += Entry.Flag(ref writer, "disclose_me"u8, options.DiscloseMe);
        return count + Entry.Flag(ref writer, "retain"u8, options.Retain) + (passthru?.WriteEntries(ref writer) ?? 0);
    }
}

/// <summary>Options of CALL: <c>{"timeout": 5000, "receive_progress": true}</c>, and of YIELD, without what is the default.</summary>
internal readonly record struct CallDict(long Timeout, bool DiscloseMe, bool ReceiveProgress, bool Progress, PassthruOptions? Passthru) : IEncodable
{
    public bool IsEmpty => this == default;

    public void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        var mark = writer.OpenDict();
        var count = Entry.Integer(ref writer, "timeout"u8, Timeout)
            + Entry.Flag(ref writer, "disclose_me"u8, DiscloseMe)
            + Entry.Flag(ref writer, "receive_progress"u8, ReceiveProgress)
            + Entry.Flag(ref writer, "progress"u8, Progress)
            + (Passthru?.WriteEntries(ref writer) ?? 0);
        writer.CloseDict(mark, count);
    }
}

/// <summary>Options of CANCEL: <c>{"mode": "killnowait"}</c>.</summary>
internal readonly struct CancelDict(CancelMode mode) : IEncodable
{
    public void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        writer.WriteDictStart(1);
        writer.WriteKey("mode"u8);
        writer.WriteString(mode switch
        {
            CancelMode.Kill => "kill"u8,
            CancelMode.Skip => "skip"u8,
            _ => "killnowait"u8,
        });
        writer.WriteDictEnd();
    }
}

/// <summary>Writes single entries of a dict. Each returns how many it wrote: none for the default.</summary>
file static class Entry
{
    public static int Match<TWriter>(ref TWriter writer, MatchPolicy match)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        if (match == MatchPolicy.Exact)
        {
            return 0;
        }

        writer.WriteKey("match"u8);
        writer.WriteString(match == MatchPolicy.Prefix ? "prefix"u8 : "wildcard"u8);
        return 1;
    }

    public static int Flag<TWriter>(ref TWriter writer, ReadOnlySpan<byte> key, bool value)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        if (!value)
        {
            return 0;
        }

        writer.WriteKey(key);
        writer.WriteBoolean(value: true);
        return 1;
    }

    public static int Integer<TWriter>(ref TWriter writer, ReadOnlySpan<byte> key, long value)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        if (value == 0)
        {
            return 0;
        }

        writer.WriteKey(key);
        writer.WriteInteger(value);
        return 1;
    }

    public static int Ids<TWriter>(ref TWriter writer, ReadOnlySpan<byte> key, IReadOnlyCollection<long>? ids)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        if (ids is null)
        {
            return 0;
        }

        writer.WriteKey(key);
        writer.WriteListStart(ids.Count);
        foreach (var id in ids)
        {
            writer.WriteInteger(id);
        }

        writer.WriteListEnd();
        return 1;
    }

    public static int Texts<TWriter>(ref TWriter writer, ReadOnlySpan<byte> key, IReadOnlyCollection<string>? texts)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        if (texts is null)
        {
            return 0;
        }

        writer.WriteKey(key);
        writer.WriteListStart(texts.Count);
        foreach (var text in texts)
        {
            writer.WriteString(Encoding.UTF8.GetBytes(text));
        }

        writer.WriteListEnd();
        return 1;
    }
}
