using System.Text.Json.Nodes;
using Broker.Options;

namespace Broker.Models;

/// <summary>A session's part in a registration.</summary>
internal sealed class ModelCallee(ModelSession session, JsonObject options)
{
    public ModelSession Session { get; } = session;

    public bool DisclosesCaller { get; } = options.Says("disclose_caller");

    /// <summary>How many calls of the registration it takes at once; 0 for any number.</summary>
    public long Concurrency { get; } = options["_concurrency"]?.GetValue<long>() ?? 0;

    public bool CanBeInterrupted => Has(Features.CallCanceling);

    /// <summary>PCR-03.</summary>
    public bool CanProgress => Has(Features.ProgressiveCallResults) && CanBeInterrupted;

    /// <summary>PCI-04.</summary>
    public bool TakesChunks => Has(Features.ProgressiveCallInvocations) && CanBeInterrupted;

    /// <summary>CTO-05.</summary>
    public bool TakesTimeout { get; } = options.Says("forward_timeout") && session.Callee.HasFlag(Features.CallTimeout);

    /// <summary>RER-07.</summary>
    public bool MayRefuse => Has(Features.CallReroute);

    private bool Has(Features feature) => Session.Callee.HasFlag(feature);
}
