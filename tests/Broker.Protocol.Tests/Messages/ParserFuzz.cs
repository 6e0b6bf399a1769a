using Broker.Options;
using Broker.Serialization;
using Broker.Vectors;

namespace Broker.Messages;

/// <summary>Random and damaged bytes, from fixed seeds: whatever comes, a parser returns or throws <see cref="WampProtocolException"/>.</summary>
public sealed class ParserFuzz
{
    private static readonly MessageDialect[] Dialects = [MessageDialect.Specification, MessageDialect.Autobahn];

    private delegate void OptionsParser(SerializerKind serializer, ReadOnlySpan<byte> dict);

    private static readonly OptionsParser[] OptionsParsers =
    [
        static (serializer, dict) => CallOptions.Parse(serializer, dict, MessageDialect.Autobahn),
        static (serializer, dict) => CloseDetails.Parse(serializer, dict),
        static (serializer, dict) => EventDetails.Parse(serializer, dict, MessageDialect.Autobahn),
        static (serializer, dict) => HelloDetails.Parse(serializer, dict),
        static (serializer, dict) => PublishOptions.Parse(serializer, dict, MessageDialect.Autobahn),
        static (serializer, dict) => RegisterOptions.Parse(serializer, dict),
        static (serializer, dict) => SubscribeOptions.Parse(serializer, dict, MessageDialect.Autobahn),
        static (serializer, dict) => WelcomeDetails.Parse(serializer, dict),
        static (serializer, dict) => YieldOptions.Parse(serializer, dict),
    ];

    [Theory, MemberData(nameof(Serializers.All), MemberType = typeof(Serializers)), Trait("wamp", "PV-12")]
    public void Random_bytes_are_parsed_or_refused(SerializerKind serializer)
    {
        var random = new Random(4711 + (int)serializer);
        var refused = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = new byte[random.Next(64)];
            random.NextBytes(bytes);
            if (bytes.Length > 0 && random.Next(2) == 0)
            {
                bytes[0] = serializer switch { SerializerKind.Json => (byte)'[', SerializerKind.MessagePack => 0x94, _ => 0x84 };
            }

            refused += ParseMessage(serializer, bytes, Dialects[i & 1]) ? 0 : 1;
            foreach (var parser in OptionsParsers)
            {
                ParseOptions(parser, serializer, bytes);
            }
        }

        Assert.InRange(refused, 19_000, 20_000);
    }

    [Theory, MemberData(nameof(Serializers.All), MemberType = typeof(Serializers)), Trait("wamp", "PV-12")]
    public void Damaged_messages_are_parsed_or_refused(SerializerKind serializer)
    {
        var random = new Random(815 + (int)serializer);
        var messages = OwnMessages.Texts.Select(text => ValueTree.Encode(serializer, ValueTree.Parse(text))).ToArray();
        var (refused, taken) = (0, 0);
        for (var i = 0; i < 40_000; i++)
        {
            var bytes = Damage(random, messages[random.Next(messages.Length)], messages[random.Next(messages.Length)]);
            if (ParseMessage(serializer, bytes, Dialects[i & 1]))
            {
                taken++;
            }
            else
            {
                refused++;
            }
        }

        Assert.True(refused > 1000 && taken > 1000, $"The damage is one-sided: {refused} refused, {taken} taken.");
    }

    [Theory, MemberData(nameof(Serializers.All), MemberType = typeof(Serializers)), Trait("wamp", "SER-16")]
    public void Damaged_Options_and_Details_are_parsed_or_refused(SerializerKind serializer)
    {
        var random = new Random(1848 + (int)serializer);
        var dicts = OwnMessages.Texts
            .SelectMany(text => (List<object?>)ValueTree.Parse(text)!)
            .OfType<List<KeyValuePair<string, object?>>>()
            .Select(dict => ValueTree.Encode(serializer, dict))
            .ToArray();
        var (refused, taken) = (0, 0);
        for (var i = 0; i < 10_000; i++)
        {
            var bytes = Damage(random, dicts[random.Next(dicts.Length)], dicts[random.Next(dicts.Length)]);
            foreach (var parser in OptionsParsers)
            {
                if (ParseOptions(parser, serializer, bytes))
                {
                    taken++;
                }
                else
                {
                    refused++;
                }
            }
        }

        Assert.True(refused > 1000 && taken > 1000, $"The damage is one-sided: {refused} refused, {taken} taken.");
    }

    /// <summary>What the parser takes as a message can be carried to every other serializer, or is told to have no translation: never an exception.</summary>
    private static bool ParseMessage(SerializerKind serializer, byte[] bytes, MessageDialect dialect)
    {
        try
        {
            var message = VectorMessage.Parse(serializer, bytes, dialect);
            using var target = new ByteBuffer();
            for (var to = SerializerKind.Json; to <= SerializerKind.Cbor; to++)
            {
                target.Clear();
                Transcoder.TryTranscode(serializer, message.Payload.Elements, message.Payload.Count, to, target);
            }

            return true;
        }
        catch (WampProtocolException)
        {
            return false;
        }
    }

    private static bool ParseOptions(OptionsParser parser, SerializerKind serializer, byte[] dict)
    {
        try
        {
            parser(serializer, dict);
            return true;
        }
        catch (WampProtocolException)
        {
            return false;
        }
    }

    private static byte[] Damage(Random random, byte[] message, byte[] other)
    {
        var bytes = message.ToList();
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            var at = random.Next(bytes.Count + 1);
            switch (random.Next(6))
            {
                case 0 when at < bytes.Count:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1 when at < bytes.Count:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2 when at < bytes.Count:
                    bytes.RemoveAt(at);
                    break;
                case 3:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
                case 4:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                default:
                    var from = random.Next(other.Length);
                    bytes.InsertRange(at, other.AsSpan(from, random.Next(1, other.Length - from + 1)).ToArray());
                    break;
            }
        }

        return [.. bytes];
    }
}
