namespace Broker.Attacks;

/// <summary>What the hostile peer does on its connection.</summary>
internal enum HostileAct
{
    /// <summary>Sends a message.</summary>
    Message,

    /// <summary>Calls, and in the same go cancels or hangs up: the answer will come too late.</summary>
    CallInVain,

    /// <summary>Sends it <see cref="HostileStep.Number"/> times, in one go.</summary>
    Flood,

    /// <summary>Sends it with some of its bytes changed, in a sound frame.</summary>
    MangledMessage,

    /// <summary>Sends it in a frame of which some bytes are changed.</summary>
    MangledFrame,

    /// <summary>Sends no more than the beginning of its frame, and resets the connection.</summary>
    Half,

    /// <summary>Ends its half of the connection, or all of it, and comes back.</summary>
    HangUp,
}

/// <summary>One act of the hostile peer.</summary>
/// <param name="Act">What it does.</param>
/// <param name="Template">With which message; see <c>HostileMessages</c>.</param>
/// <param name="Number">How often, or what decides how exactly.</param>
internal sealed record HostileStep(HostileAct Act, string Template, int Number);
