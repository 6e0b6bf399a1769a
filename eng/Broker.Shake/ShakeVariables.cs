namespace Broker.Shake;

/// <summary>The environment variables that say how much is shaken.</summary>
internal static class ShakeVariables
{
    /// <summary>One call in so many pauses, 1000 if it is not set.</summary>
    public const string Rarity = "SHAKE_ONE_IN";

    /// <summary>The longest pause in milliseconds, 20 if it is not set.</summary>
    public const string Longest = "SHAKE_MILLISECONDS";
}
