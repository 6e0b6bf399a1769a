using System.Diagnostics;
using Broker.Authentication;

namespace Broker.EndToEnd;

/// <summary>What the configuration keeps of secrets is made by the program itself.</summary>
public sealed class SecretCommandTests : IDisposable
{
    private const string Secret = "correct horse";

    private readonly string _folder = Directory.CreateTempSubdirectory("broker-").FullName;

    [Theory]
    [InlineData(Secret)]
    [InlineData(Secret + "\n")]
    [InlineData(Secret + "\r\n")]
    public async Task The_hash_of_a_ticket_fits_that_ticket_only(string input)
    {
        var (exitCode, printed, _) = await RunAsync(input, "hash-secret", "--method", "ticket", "--iterations", "10");

        Assert.Equal(0, exitCode);
        Assert.DoesNotContain(Secret, printed, StringComparison.Ordinal);
        Assert.True(ScramCredential.TryParse(printed.TrimEnd(), out var credential, out _));
        Assert.Equal(10, credential.Parameters.Iterations);
        Assert.True(credential.IsPassword(Secret));
        Assert.False(credential.IsPassword(Secret + " "));
    }

    [Fact]
    public async Task The_hash_for_WAMP_CRA_is_the_key_that_clients_derive()
    {
        var (_, printed, _) = await RunAsync(Secret, "hash-secret", "--method", "wampcra");

        Assert.True(CraCredential.TryParse(printed.TrimEnd(), out var credential, out _));
        Assert.Equal(100_000, credential.Iterations);
        var key = CraSignature.DeriveKey(Secret, credential.Salt!, credential.Iterations, credential.KeyLength);
        Assert.True(credential.Verify("challenge", CraSignature.Sign(key, "challenge")));
    }

    [Fact]
    public async Task The_hash_of_Argon2id_is_that_of_what_clients_derive()
    {
        var (exitCode, printed, _) = await RunAsync(Secret, "hash-secret", "--method", "scram", "--memory", "8192");

        Assert.Equal(0, exitCode);
        Assert.True(ScramCredential.TryParse(printed.TrimEnd(), out var credential, out _));
        Assert.Equal((ScramKdf.Argon2id13, 3, 8192), (credential.Parameters.Kdf, credential.Parameters.Iterations, credential.Parameters.Memory));
        Assert.True(credential.IsPassword(Secret, LoginUsers.Argon2id));
        Assert.False(credential.IsPassword(Secret + " ", LoginUsers.Argon2id));
    }

    [Theory]
    [InlineData("'1000' is no amount of memory: write 8192 to 262144, in KiB.", "scram", "1000", "1")]
    [InlineData("'much' is no amount of memory: write 8192 to 262144, in KiB.", "scram", "much", "1")]
    [InlineData("'99999999999' is no number of iterations: write 1 to 16.", "scram", "8192", "99999999999")]
    [InlineData("Argon2id is for --method scram only: leave --memory out.", "ticket", "8192", "1")]
    [InlineData("'17' is no number of iterations: write 1 to 16.", "scram", "8192", "17")]
    public async Task What_Argon2id_is_not_for_is_explained_in_one_line(string expected, string method, string memory, string iterations)
    {
        var (exitCode, printed, error) = await RunAsync(
            Secret, "hash-secret", "--method", method, "--memory", memory, "--iterations", iterations);

        Assert.Equal((2, "", expected), (exitCode, printed, error.TrimEnd()));
    }

    [Fact]
    public async Task Two_hashes_of_one_secret_differ()
    {
        var (_, one, _) = await RunAsync(Secret, "hash-secret", "--method", "scram", "--iterations", "1");
        var (_, two, _) = await RunAsync(Secret, "hash-secret", "--method", "scram", "--iterations", "1");

        Assert.NotEqual(one, two);
    }

    [Theory]
    [InlineData("", "There is no secret on standard input.", "scram", "1")]
    [InlineData("s", "'rot13'", "rot13", "1")]
    [InlineData("s", "'0' is no number of iterations", "scram", "0")]
    [InlineData("s", "'2000000000' is no number of iterations: write 1 to 10000000.", "wampcra", "2000000000")]
    [InlineData("\u0007", "password", "scram", "1")]
    public async Task What_cannot_be_hashed_is_explained_in_one_line(string secret, string part, string method, string iterations)
    {
        var (exitCode, printed, error) = await RunAsync(secret, "hash-secret", "--method", method, "--iterations", iterations);

        Assert.Equal((2, ""), (exitCode, printed));
        Assert.Contains(part, Assert.Single(error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1024, 0)]
    [InlineData(1025, 2)]
    public async Task A_ticket_that_no_login_would_take_is_not_hashed(int length, int expected)
    {
        var (exitCode, printed, error) = await RunAsync(new string('x', length), "hash-secret", "--method", "ticket", "--iterations", "1");

        Assert.Equal(expected, exitCode);
        Assert.Equal(expected == 0, printed.Length > 0);
        Assert.Equal(expected != 0, error.StartsWith("The router checks no ticket of more than 1024 characters", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_new_key_needs_a_file()
    {
        var (exitCode, printed, error) = await RunAsync("", "new-key", "");

        Assert.Equal((2, "", "There is no name for the file of the private key."), (exitCode, printed, error.TrimEnd()));
    }

    [Fact]
    public async Task A_new_key_is_a_private_file_and_a_public_line()
    {
        var (exitCode, printed, _) = await RunAsync("", "new-key", "key");
        var path = Path.Combine(_folder, "key");
        var text = await File.ReadAllTextAsync(path);

        Assert.Equal(0, exitCode);
        var privateKey = Convert.FromHexString(text.TrimEnd());
        Assert.Equal(Convert.ToHexStringLower(Ed25519.PublicKeyOf(privateKey)), printed.TrimEnd());
        if (!OperatingSystem.IsWindows()) // which has no such modes
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));

        var (again, _, error) = await RunAsync("", "new-key", "key");
        Assert.Equal((1, "key exists and is left as it is: name another file."), (again, error.TrimEnd()));
        Assert.Equal(text, await File.ReadAllTextAsync(path));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<(int ExitCode, string Output, string Error)> RunAsync(string input, params string[] arguments)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        using var process = Process.Start(new ProcessStartInfo("dotnet", [BuiltFiles.Router, .. arguments])
        {
            WorkingDirectory = _folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        try
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), limit.Token);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has refused its arguments, and ended before it read.
        }

        var (output, error) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, await output, await error);
    }
}
