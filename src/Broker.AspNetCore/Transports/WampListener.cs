namespace Broker.Transports;

/// <summary>The named listener that a connection came to; a feature of the connection when it goes on to the HTTP pipeline.</summary>
/// <param name="Name">The name, by which <see cref="Hosting.WampRouterOptions.Listeners"/> knows it.</param>
/// <param name="Path">The only path at which WAMP is served there.</param>
internal sealed record WampListener(string Name, string Path);
