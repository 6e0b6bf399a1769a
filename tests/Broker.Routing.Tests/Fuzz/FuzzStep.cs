using Broker.Options;
using Broker.Serialization;

namespace Broker.Fuzz;

/// <summary>One thing that the hostile peer a does, or one of the peers b and c, who behave.</summary>
internal abstract record FuzzStep;

/// <summary>How b and c speak. Comes first, if at all.</summary>
internal sealed record Cast(SerializerKind B, SerializerKind C) : FuzzStep;

/// <summary>a ends its session, if it has one, and gets another.</summary>
internal sealed record Rejoin(SerializerKind Serializer, Features Features) : FuzzStep;

/// <summary>a sends a message, some times.</summary>
internal sealed record Send(string Template, int Times = 1) : FuzzStep
{
    public override string ToString() => $"a -> {Template}{(Times == 1 ? "" : $" {Times} times")}";
}

/// <summary>a sends a message with some of its bytes changed.</summary>
internal sealed record SendMangled(string Template, int Seed) : FuzzStep;

/// <summary>a reads slowly from now on, or takes short messages only.</summary>
internal sealed record Dull(bool IsSlow, int MaxLength) : FuzzStep;

/// <summary>b or c does what it may do.</summary>
internal sealed record Deed(char Who, DeedKind Kind) : FuzzStep
{
    public override string ToString() => $"{Who}: {Kind}";
}

/// <summary>Time goes by.</summary>
internal sealed record Pause(int Milliseconds) : FuzzStep;

/// <summary>What b and c do.</summary>
internal enum DeedKind
{
    /// <summary>Publishes what the other has subscribed.</summary>
    Publish,

    /// <summary>Calls the other's procedure.</summary>
    Call,

    /// <summary>Calls it, asking for progressive results.</summary>
    CallForProgress,

    /// <summary>Calls it in several chunks.</summary>
    CallInChunks,

    /// <summary>Calls a procedure that a may have registered.</summary>
    CallHostile,

    /// <summary>Does, and cancels at once.</summary>
    CallHostileAndCancel,

    /// <summary>Calls a procedure that all may have registered.</summary>
    CallShared,

    /// <summary>Asks the router how many sessions there are.</summary>
    CallRouter,

    /// <summary>Subscribes a topic and unsubscribes it.</summary>
    ComeAndGo,

    /// <summary>Lets invocations wait for their answers from now on, or no longer.</summary>
    Dawdle,
}
