using System.Text.Json.Nodes;

namespace Broker.Models;

/// <summary>A call, from its CALL on for ever.</summary>
internal sealed class ModelCall(
    ModelSession caller, long request, string procedure, JsonObject options, JsonArray payload, ModelRegistration registration)
{
    public ModelSession Caller { get; } = caller;

    public long Request { get; } = request;

    public string Procedure { get; } = procedure;

    /// <summary>Those of the first chunk (PCI-13).</summary>
    public JsonObject Options { get; } = options;

    public JsonArray Payload { get; } = payload;

    public ModelRegistration Registration { get; } = registration;

    /// <summary>Who is asked; null while the call waits for somebody.</summary>
    public ModelCallee? Callee { get; set; }

    /// <summary>By which INVOCATION.</summary>
    public RouterChosenId? Invocation { get; set; }

    /// <summary>Whom it was sent to, and by which INVOCATION.</summary>
    public List<(ModelSession Session, RouterChosenId Invocation)> Asked { get; } = [];

    public List<ModelCallee> Tried { get; } = [];

    /// <summary>Whether the rule that allowed it discloses who calls.</summary>
    public bool IsDisclosedByRule { get; init; }

    /// <summary>How long it may take, in milliseconds; 0: as long as it likes.</summary>
    public long Timeout { get; init; }

    /// <summary>Since when it has been taking its time: its CALL, or its last progressive result (PCR-15).</summary>
    public long Since { get; set; }

    /// <summary>Whether the dealer sees to the timeout: then how many such calls there were before it.</summary>
    public int? Timer { get; set; }

    /// <summary>When it times out, if the dealer sees to that.</summary>
    public long? Deadline => HasEnded || Timer is null ? null : Since + Timeout;

    /// <summary>Whether chunks may follow.</summary>
    public bool IsInputOpen { get; set; } = options.Says("progress");

    public int Chunks { get; set; } = 1;

    public bool ReceivesProgress { get; set; }

    public bool HasProgressed { get; set; }

    /// <summary>Whether it was canceled by <c>kill</c> and its callee interrupted.</summary>
    public bool IsInterrupted { get; set; }

    public bool HasEnded { get; set; }
}
