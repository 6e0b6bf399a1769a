namespace Broker.Peers;

/// <summary>Tests that fill buffers or measure memory run one after the other, behind all others.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
