/// <summary>
/// Has a program load this assembly before anything else (DOTNET_STARTUP_HOOKS), where the calls that were written into it find it: the name and the place of this class are the runtime's.
/// </summary>
internal static class StartupHook
{
    /// <summary>Nothing is left to do.</summary>
    public static void Initialize()
    {
        // Being loaded is all that is asked of this assembly.
    }
}
