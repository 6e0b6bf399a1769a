using Broker.Hosting;
using Broker.Ids;
using Broker.Messages;
using Broker.Options;
using Broker.Serialization;
using Microsoft.Extensions.Logging.Abstractions;

namespace Broker.Connections;

/// <summary>What a message may allocate on its way from the sender's pipe to the receivers': nothing. Bytes are counted, not time.</summary>
public class AllocationBudgetTests
{
    private const int Batch = 8;
    private const int Rounds = 500;

    public static TheoryData<SerializerKind> Serializers => [SerializerKind.Json, SerializerKind.MessagePack, SerializerKind.Cbor];

    [Theory]
    [MemberData(nameof(Serializers))]
    public void Publish_and_its_events_allocate_nothing(SerializerKind serializer)
    {
        var context = Context();
        var publisher = Join(context, serializer);
        var subscribers = Enumerable.Range(0, 3).Select(_ => Join(context, serializer)).ToArray();
        foreach (var subscriber in subscribers)
        {
            subscriber.Write(new WampMessage { Type = MessageType.Subscribe, RequestId = 1, Uri = "com.example.topic"u8 });
            subscriber.Flush();
            Assert.Equal(1, subscriber.Drain());
        }

        var arguments = Arguments(serializer);
        var ids = new IdSequence(0);
        void Round()
        {
            for (var i = 0; i < Batch; i++)
            {
                publisher.Write(new WampMessage
                {
                    Type = MessageType.Publish, RequestId = ids.Take(), Uri = "com.example.topic"u8, Payload = new Payload(arguments, 1),
                });
            }

            publisher.Flush();
            foreach (var subscriber in subscribers)
            {
                Expect(Batch, subscriber.Drain());
            }
        }

        AssertAllocatesNothing(Round);
    }

    [Theory]
    [MemberData(nameof(Serializers))]
    public void Call_invocation_yield_and_result_allocate_nothing(SerializerKind serializer)
    {
        var context = Context();
        var caller = Join(context, serializer);
        var callee = Join(context, serializer);
        callee.Write(new WampMessage { Type = MessageType.Register, RequestId = 1, Uri = "com.example.procedure"u8 });
        callee.Flush();
        Assert.Equal(1, callee.Drain());

        var arguments = Arguments(serializer);
        var calls = new IdSequence(0);
        var invocations = new IdSequence(0);
        void Round()
        {
            for (var i = 0; i < Batch; i++)
            {
                caller.Write(new WampMessage
                {
                    Type = MessageType.Call, RequestId = calls.Take(), Uri = "com.example.procedure"u8, Payload = new Payload(arguments, 1),
                });
            }

            caller.Flush();
            Expect(Batch, callee.Drain());
            for (var i = 0; i < Batch; i++)
            {
                callee.Write(new WampMessage { Type = MessageType.Yield, RequestId = invocations.Take(), Payload = new Payload(arguments, 1) });
            }

            callee.Flush();
            Expect(Batch, caller.Drain());
        }

        AssertAllocatesNothing(Round);
    }

    private static void AssertAllocatesNothing(Action round)
    {
        for (var i = 0; i < Rounds; i++)
        {
            round();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Rounds; i++)
        {
            round();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>Assert.Equal would allocate.</summary>
    private static void Expect(int expected, int actual)
    {
        if (expected != actual)
        {
            Assert.Fail($"{actual} frames came instead of {expected}.");
        }
    }

    private static RouterContext Context() =>
        new(Microsoft.Extensions.Options.Options.Create(new WampRouterOptions()), NullLoggerFactory.Instance, TimeProvider.System);

    private static MemoryPeer Join(RouterContext context, SerializerKind serializer)
    {
        var peer = new MemoryPeer(context, serializer);
        var all = new RoleSet { Publisher = Features.None, Subscriber = Features.None, Caller = Features.None, Callee = Features.None };
        peer.Write(new WampMessage
        {
            Type = MessageType.Hello, Uri = "realm1"u8, Dict = ValueEncoder.Encode(serializer, new HelloDetails { Roles = all }),
        });
        peer.Flush();
        Assert.Equal(1, peer.Drain());
        return peer;
    }

    private static byte[] Arguments(SerializerKind serializer)
    {
        using var buffer = new ByteBuffer();
        Transcoder.TryTranscodeValue(SerializerKind.Json, """["a text of some length, as a reading of a device has it", 17.5, {"key": [1, 2]}]"""u8, serializer, buffer);
        return buffer.Written.ToArray();
    }
}
