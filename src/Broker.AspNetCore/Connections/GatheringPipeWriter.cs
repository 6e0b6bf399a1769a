using System.IO.Pipelines;

namespace Broker.Connections;

/// <summary>
/// Writes into a pipe and tells it how much only when its memory is full, or at the flush: a pipe takes a lock each time it is told. Not thread-safe.
/// </summary>
/// <param name="output">The pipe; nobody else writes to it.</param>
internal sealed class GatheringPipeWriter(PipeWriter output) : PipeWriter
{
    private Memory<byte> _memory;
    private int _written;

    /// <inheritdoc/>
    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        MakeRoom(sizeHint);
        return _memory[_written..];
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan(int sizeHint = 0)
    {
        MakeRoom(sizeHint);
        return _memory.Span[_written..];
    }

    /// <inheritdoc/>
    public override void Advance(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)bytes, (uint)(_memory.Length - _written));
        _written += bytes;
    }

    /// <inheritdoc/>
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        Tell();
        return output.FlushAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override void CancelPendingFlush() => output.CancelPendingFlush();

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null)
    {
        Tell();
        output.Complete(exception);
    }

    private void MakeRoom(int bytes)
    {
        if (_memory.Length - _written < Math.Max(bytes, 1))
        {
            Tell();
            _memory = output.GetMemory(bytes);
        }
    }

    private void Tell()
    {
        if (_written > 0)
        {
            output.Advance(_written);
        }

        (_memory, _written) = (default, 0);
    }
}
