using Broker.Serialization;

namespace Broker.Options;

/// <summary>What becomes of a call that is canceled (WAMP specification, "Call Canceling").</summary>
public enum CancelMode : byte
{
    /// <summary><c>killnowait</c>, the default: the call ends at once, and the callee is interrupted.</summary>
    KillNoWait,

    /// <summary><c>kill</c>: the callee is interrupted, and its answer awaited.</summary>
    Kill,

    /// <summary><c>skip</c>: the call ends at once, and the callee hears nothing.</summary>
    Skip,
}

/// <summary>The <c>mode</c> option of CANCEL and INTERRUPT.</summary>
internal static class CancelModeOption
{
    public static CancelMode Read<TReader>(ref TReader reader)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        switch (OptionValue.Text(ref reader, "mode"))
        {
            case "killnowait":
                return CancelMode.KillNoWait;
            case "kill":
                return CancelMode.Kill;
            case "skip":
                return CancelMode.Skip;
            default:
                OptionValue.Throw("mode", "skip, kill or killnowait");
                return default;
        }
    }

    public static int Write<TWriter>(ref TWriter writer, CancelMode mode)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        writer.WriteKey("mode"u8);
        writer.WriteString(mode switch
        {
            CancelMode.Kill => "kill"u8,
            CancelMode.Skip => "skip"u8,
            _ => "killnowait"u8,
        });
        return 1;
    }
}
