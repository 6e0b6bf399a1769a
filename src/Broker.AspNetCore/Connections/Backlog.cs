using System.Buffers;
using System.IO.Pipelines;
using Broker.Sessions;
using Broker.Transports;

namespace Broker.Connections;

/// <summary>Frames that wait for a transport to take more, in order, each a reference to shared bytes. Not thread-safe.</summary>
internal sealed class Backlog
{
    /// <summary>What a frame costs besides its payload; without it, a flood of empty pings to answer would cost nothing.</summary>
    private const int FrameCost = 64;

    private readonly Queue<(OutboundFrame Frame, SharedBytes Bytes)> _frames = new();
    private int _sent = -1; // of the first frame's payload; -1: not even its header

    /// <summary>Whether nothing waits.</summary>
    public bool IsEmpty => _frames.Count == 0;

    /// <summary>The bytes that wait, and what the frames around them cost.</summary>
    public int Bytes { get; private set; }

    /// <summary>Adds a frame; the backlog takes over the caller's reference.</summary>
    public void Add(OutboundFrame frame, SharedBytes bytes)
    {
        _frames.Enqueue((frame, bytes));
        Bytes += bytes.Count + FrameCost;
    }

    /// <summary>Writes up to about <paramref name="space"/> bytes into <paramref name="output"/> and returns how many.</summary>
    public int MoveTo(PipeWriter output, FrameWriter frames, int space)
    {
        var moved = 0;
        while (moved < space && _frames.TryPeek(out var first))
        {
            if (_sent < 0 && first.Bytes.Count <= OutboundQueue.MaxCopied)
            {
                moved += frames.Write(output, first.Frame, first.Bytes.Bytes);
                Bytes -= first.Bytes.Count + FrameCost;
                RemoveFirst();
                continue;
            }

            if (_sent < 0)
            {
                frames.EndBatch(output);
                var header = frames.WriteHeader(output.GetSpan(FrameWriter.MaxHeaderLength), first.Frame, first.Bytes.Count);
                output.Advance(header);
                moved += header;
                Bytes -= FrameCost;
                _sent = 0;
            }

            var rest = first.Bytes.Bytes[_sent..];
            var chunk = rest[..Math.Min(rest.Length, Math.Max(space - moved, 0))];
            output.Write(chunk);
            moved += chunk.Length;
            _sent += chunk.Length;
            Bytes -= chunk.Length;
            if (chunk.Length == rest.Length)
            {
                var trailer = frames.WriteTrailer(output.GetSpan(1), first.Frame);
                output.Advance(trailer);
                moved += trailer;
                _sent = -1;
                RemoveFirst();
            }
        }

        return moved;
    }

    /// <summary>Gives all references back.</summary>
    public void Clear()
    {
        while (_frames.TryDequeue(out var frame))
        {
            frame.Bytes.Release();
        }

        Bytes = 0;
        _sent = -1;
    }

    private void RemoveFirst() => _frames.Dequeue().Bytes.Release();
}
