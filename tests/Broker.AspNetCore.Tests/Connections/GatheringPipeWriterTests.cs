using System.Buffers;
using System.IO.Pipelines;

namespace Broker.Connections;

/// <summary>What is written leaves the pipe in the same order, however it was cut.</summary>
public sealed class GatheringPipeWriterTests
{
    [Fact]
    public async Task Pieces_of_all_lengths_come_out_as_they_went_in()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        var writer = new GatheringPipeWriter(pipe.Writer);
        var expected = new List<byte>();
        var random = new Random(1);
        for (var i = 0; i < 500; i++)
        {
            var piece = new byte[random.Next(3) == 0 ? random.Next(10_000) : random.Next(200)];
            random.NextBytes(piece);
            var destination = i % 2 == 0 ? writer.GetSpan(piece.Length + 14) : writer.GetMemory(piece.Length + 14).Span;
            Assert.True(destination.Length >= piece.Length + 14);
            piece.CopyTo(destination);
            writer.Advance(piece.Length);
            expected.AddRange(piece);
            if (random.Next(10) == 0)
            {
                await writer.FlushAsync(TestContext.Current.CancellationToken);
            }
        }

        await writer.CompleteAsync();

        var result = await pipe.Reader.ReadAtLeastAsync(expected.Count, TestContext.Current.CancellationToken);
        Assert.Equal(expected, result.Buffer.ToArray());
    }

    [Fact]
    public void More_than_there_is_room_for_is_refused()
    {
        var writer = new GatheringPipeWriter(new Pipe().Writer);
        var room = writer.GetSpan(10).Length;

        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Advance(room + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Advance(-1));
    }
}
