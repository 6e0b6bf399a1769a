namespace Broker.Hosting;

/// <summary>How one listener differs from the router's own options.</summary>
public sealed class WampListenerOptions
{
    /// <summary>
    /// Origins of web pages that may connect here, as <see cref="WampRouterOptions.AllowedOrigins"/>, which counts when this is null.
    /// </summary>
    public IList<string>? AllowedOrigins { get; set; }
}
