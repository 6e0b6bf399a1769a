using System.Globalization;
using Broker.PubSub;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Meta;

/// <summary>What a subscription is: <c>{id, created, uri, match}</c>.</summary>
internal readonly struct SubscriptionDetails(Subscription subscription) : IEncodable
{
    public void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        writer.WriteDictStart(4);
        WriteCommon(ref writer, subscription.Id, subscription.Created, subscription.Uri, subscription.Match);
        writer.WriteDictEnd();
    }

    /// <summary>The four keys that registrations have, too. <c>created</c> is ISO 8601, in UTC; <c>match</c> is spelt out (RME-04).</summary>
    public static void WriteCommon<TWriter>(ref TWriter writer, long id, DateTimeOffset created, ReadOnlySpan<byte> uri, MatchPolicy match)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        Span<byte> text = stackalloc byte[32];
        created.UtcDateTime.TryFormat(text, out var length, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        writer.WriteKey("id"u8);
        writer.WriteInteger(id);
        writer.WriteKey("created"u8);
        writer.WriteString(text[..length]);
        writer.WriteKey("uri"u8);
        writer.WriteString(uri);
        writer.WriteKey("match"u8);
        writer.WriteString(match switch
        {
            MatchPolicy.Prefix => "prefix"u8,
            MatchPolicy.Wildcard => "wildcard"u8,
            _ => "exact"u8,
        });
    }
}
