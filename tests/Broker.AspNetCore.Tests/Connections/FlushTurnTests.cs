using System.IO.Pipelines;
using System.Text;
using Broker.Hosting;
using Broker.Messages;
using Broker.Peers;
using Broker.Serialization;
using Broker.Sessions;
using Broker.Transports;

namespace Broker.Connections;

/// <summary>One peer that gets much takes turns with the others: a transport that takes everything at once does not keep the thread that serves it.</summary>
public sealed class FlushTurnTests
{
    private const int Count = 800;
    private const int PipeCapacity = 64 * 1024;
    private const int MostInATurn = 17 * PipeCapacity; // what lay there, and 16 times more

    private static readonly byte[] Text = Encoding.UTF8.GetBytes(new string('x', 10_000));

    /// <summary>The transport waits for something to send, as one does whose peer has taken everything.</summary>
    [Fact]
    public async Task What_is_flushed_at_once_gives_way()
    {
        using var transport = new Transport();
        var sending = transport.SendAsync();

        var onThisThread = Here(() => transport.Fill(Count), transport);

        Assert.InRange(onThisThread, 1, MostInATurn);
        await ExpectAllAsync(transport, sending);
    }

    /// <summary>The transport begins when much waits, as one does whose peer has not read for a while, and resumes the flush that waits for it.</summary>
    [Fact]
    public async Task What_a_transport_resumes_again_and_again_gives_way()
    {
        using var transport = new Transport();
        transport.Fill(Count);
        Task? sending = null;

        var onThisThread = Here(() => sending = transport.SendAsync(), transport);

        Assert.InRange(onThisThread, 1, MostInATurn);
        await ExpectAllAsync(transport, sending!);
    }

    /// <summary>How many bytes are sent while something is done, by the thread that does it. Others wait until it is done.</summary>
    private static long Here(Action action, Transport transport)
    {
        lock (transport.Gate)
        {
            transport.Watch(Environment.CurrentManagedThreadId);
            action();
            return transport.Watch(0);
        }
    }

    private static async Task ExpectAllAsync(Transport transport, Task sending)
    {
        await TestRouter.WaitUntilAsync(() => transport.Sent >= Count * Text.Length, () => $"{transport.Sent} bytes are sent");
        transport.Dispose();
        await sending.WaitAsync(TestPeer.Limit, TestContext.Current.CancellationToken);
    }

    /// <summary>A queue, and a transport that takes on one stack whatever comes, as Kestrel's sockets do.</summary>
    private sealed class Transport : IDisposable
    {
        private readonly Pipe _pipe = new(new PipeOptions(
            readerScheduler: PipeScheduler.Inline,
            writerScheduler: PipeScheduler.Inline,
            pauseWriterThreshold: PipeCapacity,
            resumeWriterThreshold: PipeCapacity / 2,
            useSynchronizationContext: false));

        private readonly OutboundQueue _queue;
        private int _watched;
        private long _bySame;
        private long _sent;

        public Transport()
        {
            var context = MemoryPeer.NewContext(new WampRouterOptions { MaxOutboundBytes = 16 * 1024 * 1024 });
            _queue = new OutboundQueue(context, _pipe.Writer, WebSocketFrameWriter.Text, SerializerKind.Json, int.MaxValue, ownId: 1, end: _ => { });
        }

        /// <summary>The queue's.</summary>
        public Lock Gate => _queue.Gate;

        /// <summary>How many bytes have been sent.</summary>
        public long Sent => Volatile.Read(ref _sent);

        /// <summary>Counts what a thread sends from now on; returns what the one before has sent.</summary>
        public long Watch(int thread)
        {
            _watched = thread;
            return Interlocked.Exchange(ref _bySame, 0);
        }

        /// <summary>Queues messages, and has them flushed.</summary>
        public void Fill(int messages)
        {
            FlushBatch.Open(sender: 2);
            using var message = new OutboundMessage();
            lock (_queue.Gate)
            {
                for (var i = 0; i < messages; i++)
                {
                    message.Encode(SerializerKind.Json, new WampMessage { Type = MessageType.Abort, Dict = "{}"u8, Uri = Text });
                    Assert.Equal(SendResult.Queued, _queue.Send(message, isDroppable: false));
                }
            }

            FlushBatch.Flush();
        }

        /// <summary>Sends until it is disposed.</summary>
        public async Task SendAsync()
        {
            while (true)
            {
                var result = await _pipe.Reader.ReadAsync(CancellationToken.None).ConfigureAwait(false);
                if (result.IsCanceled)
                {
                    return;
                }

                Interlocked.Add(ref _sent, result.Buffer.Length);
                if (_watched == Environment.CurrentManagedThreadId)
                {
                    _bySame += result.Buffer.Length;
                }

                _pipe.Reader.AdvanceTo(result.Buffer.End);
            }
        }

        public void Dispose()
        {
            _queue.Close();
            _pipe.Reader.CancelPendingRead();
        }
    }
}
