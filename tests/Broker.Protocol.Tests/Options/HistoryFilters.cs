using System.Text;
using Broker.Serialization;

namespace Broker.Options;

/// <summary>The ArgumentsKw of wamp.subscription.get_events.</summary>
public sealed class HistoryFilters
{
    public static TheoryData<SerializerKind> Serializers => [SerializerKind.Json, SerializerKind.MessagePack, SerializerKind.Cbor];

    [Theory, MemberData(nameof(Serializers)), Trait("wamp", "HIS-02")]
    public void All_parameters_are_read_and_written(SerializerKind serializer)
    {
        var time = new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);
        var filter = new HistoryFilter
        {
            Reverse = true,
            Limit = 5,
            FromTime = time,
            AfterTime = time.AddTicks(1),
            BeforeTime = time.AddSeconds(2),
            UntilTime = time.AddSeconds(3),
            Topic = "com.topic",
            FromPublication = 1,
            AfterPublication = 2,
            BeforePublication = 3,
            UntilPublication = 1L << 53,
        };
        Assert.True(HistoryFilter.TryParse(serializer, ValueEncoder.Encode(serializer, filter), out var read, out _));
        Assert.Equal(filter, read);
        Assert.True(HistoryFilter.TryParse(serializer, ValueEncoder.Encode(serializer, default(HistoryFilter)), out read, out _));
        Assert.Equal(default, read);
        Assert.True(HistoryFilter.TryParse(serializer, default, out read, out _));
        Assert.Equal(default, read);
    }

    [Theory, MemberData(nameof(Serializers)), Trait("wamp", "HIS-02")]
    public void Null_is_absent_and_unknown_parameters_are_passed_over(SerializerKind serializer)
    {
        Assert.True(TryParse(serializer, "{\"limit\":null,\"x\":{\"limit\":0},\"x_time\":[1],\"x_publication\":[],\"reverse\":false}", out var filter, out _));
        Assert.Equal(default, filter);
    }

    [Theory, MemberData(nameof(Serializers)), Trait("wamp", "HIS-09")]
    public void A_parameter_of_another_type_is_named(SerializerKind serializer)
    {
        string[] wrong =
        [
            "\"reverse\":1", "\"limit\":0", "\"limit\":-1", "\"limit\":1.5", "\"limit\":\"5\"", "\"from_time\":5", "\"after_time\":\"yesterday\"", "\"before_time\":[]",
            "\"until_time\":\"2026-03-04\"", "\"topic\":1", "\"from_publication\":0", "\"after_publication\":\"1\"", "\"before_publication\":{}", "\"until_publication\":9007199254740993",
        ];
        foreach (var parameter in wrong)
        {
            Assert.False(TryParse(serializer, $"{{{parameter}}}", out _, out var problem));
            Assert.StartsWith(parameter.Split('"')[1], problem, StringComparison.Ordinal);
        }
    }

    private static bool TryParse(SerializerKind serializer, string json, out HistoryFilter filter, out string problem)
    {
        using var dict = new ByteBuffer();
        Assert.True(Transcoder.TryTranscodeValue(SerializerKind.Json, Encoding.UTF8.GetBytes(json), serializer, dict));
        return HistoryFilter.TryParse(serializer, dict.Written, out filter, out problem);
    }
}
