using System.CommandLine;
using System.Security.Cryptography;
using Broker.Authentication;

namespace Broker.Commands;

/// <summary><c>new-key FILE</c>: an Ed25519 key for cryptosign.</summary>
internal static class NewKeyCommand
{
    private const int Refusal = 1;

    public static Command Build()
    {
        var file = new Argument<string>("file") { Description = "Where the private key goes, readable by its owner only." }.WithoutOptions();
        var command = new Command("new-key", "Makes a key for cryptosign: writes the private key into a file, and prints the public key.")
        {
            file,
        };
        command.SetAction((parsed, cancellation) => WriteAsync(parsed.GetValue(file)!, cancellation));
        return command;
    }

    private static async Task<int> WriteAsync(string path, CancellationToken cancellation)
    {
        if (Ed25519.WhyUnavailable is { } missing)
        {
            await Console.Error.WriteLineAsync(missing).ConfigureAwait(false);
            return Refusal;
        }

        if (path.Length == 0)
        {
            await Console.Error.WriteLineAsync("There is no name for the file of the private key.").ConfigureAwait(false);
            return RunCommand.UsageFault;
        }

        var key = RandomNumberGenerator.GetBytes(Ed25519.KeyLength);
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            var file = new StreamWriter(path, options);
            await using (file.ConfigureAwait(false))
            {
                await file.WriteLineAsync(Convert.ToHexStringLower(key).AsMemory(), cancellation).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            var reason = File.Exists(path)
                ? $"{path} exists and is left as it is: name another file."
                : $"{path} cannot be written: {exception.Message}";
            await Console.Error.WriteLineAsync(reason).ConfigureAwait(false);
            return Refusal;
        }

        await Console.Out.WriteLineAsync(Convert.ToHexStringLower(Ed25519.PublicKeyOf(key))).ConfigureAwait(false);
        return 0;
    }
}
