using System.Diagnostics.Metrics;
using Broker.Ids;
using Broker.Messages;
using Broker.Peers;
using Broker.Serialization;
using Broker.Transports;

namespace Broker.Connections;

/// <summary>What a message may allocate on its way from the sender's pipe to the receivers': nothing. Bytes are counted, not time.</summary>
public class AllocationBudgetTests
{
    private const int Batch = 8;
    private const int Rounds = 500;

    public static MatrixTheoryData<SerializerKind, bool> Subprotocols { get; } = new(Enum.GetValues<SerializerKind>(), [false, true]);

    [Theory]
    [MemberData(nameof(Subprotocols))]
    public void Publish_and_its_events_allocate_nothing(SerializerKind serializer, bool isBatched)
    {
        var subprotocol = new WampSubprotocol(serializer, isBatched);
        var context = MemoryPeer.NewContext(time: new ManualTimeProvider());
        var publisher = MemoryPeer.Join(context, subprotocol);
        var subscribers = Enumerable.Range(0, 3).Select(_ => MemoryPeer.Join(context, subprotocol)).ToArray();
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
    [MemberData(nameof(Subprotocols))]
    public void Call_invocation_yield_and_result_allocate_nothing(SerializerKind serializer, bool isBatched)
    {
        var subprotocol = new WampSubprotocol(serializer, isBatched);
        var context = MemoryPeer.NewContext(time: new ManualTimeProvider());
        var caller = MemoryPeer.Join(context, subprotocol);
        var callee = MemoryPeer.Join(context, subprotocol);
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

        using var collector = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter == context.Metrics.Meter && instrument.Name == "broker.calls.duration") // other tests have routers, too
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        var collected = 0L;
        collector.SetMeasurementEventCallback<double>((_, _, _, _) => Interlocked.Increment(ref collected)); // other tests have calls, too
        collector.Start();
        AssertAllocatesNothing(Round);
        Assert.True(collected >= Batch * Rounds, $"{collected} calls were told to who collects metrics.");
    }

    /// <summary>
    /// What is pooled is allocated once, and again when a garbage collection, which other tests may bring about at any moment, has emptied the pools. A path that allocates by
    /// itself does so in every try.
    /// </summary>
    private static void AssertAllocatesNothing(Action round)
    {
        const int Tries = 4;
        var allocated = long.MaxValue;
        for (var attempt = 0; attempt <= Tries && allocated > 0; attempt++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < Rounds; i++)
            {
                round();
            }

            // The first try fills the pools.
            allocated = attempt == 0 ? long.MaxValue : GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
    }

    /// <summary>Assert.Equal would allocate.</summary>
    private static void Expect(int expected, int actual)
    {
        if (expected != actual)
        {
            Assert.Fail($"{actual} messages came instead of {expected}.");
        }
    }

    private static byte[] Arguments(SerializerKind serializer)
    {
        using var buffer = new ByteBuffer();
        Transcoder.TryTranscodeValue(SerializerKind.Json, """["a text of some length, as a reading of a device has it", 17.5, {"key": [1, 2]}]"""u8, serializer, buffer);
        return buffer.Written.ToArray();
    }
}
