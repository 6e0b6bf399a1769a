namespace Broker.Configuration.Keys;

/// <summary>A file that is read together with the configuration: another content is another value.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Content">Its text.</param>
internal sealed record TextFile(string Path, string Content)
{
    /// <inheritdoc/>
    public override string ToString() => Path;
}
