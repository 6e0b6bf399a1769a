namespace Broker.Authorization;

/// <summary>What a rule says, in bits.</summary>
[Flags]
internal enum Grants : byte
{
    /// <summary>No rule speaks of the URI.</summary>
    None = 0,

    /// <summary>To call; the bits of the actions are in the order of <see cref="RealmAction"/>.</summary>
    Call = 1 << RealmAction.Call,

    /// <summary>To register.</summary>
    Register = 1 << RealmAction.Register,

    /// <summary>To publish.</summary>
    Publish = 1 << RealmAction.Publish,

    /// <summary>To subscribe.</summary>
    Subscribe = 1 << RealmAction.Subscribe,

    /// <summary>Callers are disclosed.</summary>
    DiscloseCaller = 1 << 4,

    /// <summary>Publishers are disclosed.</summary>
    DisclosePublisher = 1 << 5,

    /// <summary>A rule speaks of the URI, whatever it says.</summary>
    Ruled = 1 << 6,
}
