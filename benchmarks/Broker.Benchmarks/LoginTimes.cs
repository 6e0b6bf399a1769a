using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Broker.Authentication;

namespace Broker.Benchmarks;

/// <summary>
/// How long the router takes to refuse a wrong secret, and how long a name that nobody has: <c>login-times [TRIES]</c>. Both are tried in
/// turns, in random order, and compared by their distributions: whoever could tell them apart could find out which names exist.
/// </summary>
internal static class LoginTimes
{
    private const int WarmUp = 400;

    private static readonly string Wrong = Convert.ToBase64String(new byte[32]);
    private static readonly string[] Names = ["known-name", "other-name"];

    public static async Task RunAsync(int tries)
    {
        var key = Convert.ToHexStringLower(Ed25519.PublicKeyOf(new byte[32]));
        var hash = ScramCredential.FromPassword("sesame", ScramParameters.Pbkdf2(2000));
        var user = new User
        {
            AuthId = Names[0],
            Roles = ["guest"],
            Ticket = TicketCredential.Plain(Nonce.Create()),
            Cra = CraCredential.FromSecret("sesame", 1000),
            Scram = hash,
            AuthorizedKeys = [key],
        };
        var users = new StaticUsers([user]);
        Console.WriteLine(
            $"{tries} tries each, in microseconds. KS: distance of the two distributions; above {Critical(tries):F3} it is hardly chance "
            + "(1 %).");
        Console.WriteLine($"{"method",-15}{"",-15}{"p10",9}{"p50",9}{"p90",9}{"p99",9}{"mean",9}{"KS",8}");
        await CompareAsync("ticket", new TicketAuthenticator(users), [], tries).ConfigureAwait(false);
        await CompareAsync(
            "ticket, hashed", new TicketAuthenticator(
                new StaticUsers([user with { Ticket = TicketCredential.Hashed(hash) }])), [], tries).ConfigureAwait(false);
        await CompareAsync("wampcra", new CraAuthenticator(users), [], tries).ConfigureAwait(false);
        await CompareAsync("wamp-scram", new ScramAuthenticator(users), new JsonObject { ["nonce"] = "AAAA" }, tries).ConfigureAwait(false);
        await CompareAsync(
            "cryptosign", new CryptosignAuthenticator(users), new JsonObject { ["pubkey"] = key }, tries).ConfigureAwait(false);
    }

    private static async Task CompareAsync(string method, IWampAuthenticator authenticator, JsonObject extra, int tries)
    {
        var times = Names.Select(_ => new List<double>()).ToArray();
        while (times.Min(one => one.Count) < tries + WarmUp)
        {
            var who = RandomNumberGenerator.GetInt32(Names.Length);
            times[who].Add(await TryAsync(authenticator, Names[who], extra).ConfigureAwait(false));
        }

        var sorted = times.Select(one => one.Skip(WarmUp).Take(tries).Order().ToArray()).ToArray();
        Print(method, "wrong secret", sorted[0], "");
        Print("", "unknown name", sorted[1], Distance(sorted[0], sorted[1]).ToString("F3", CultureInfo.InvariantCulture));
    }

    private static async Task<double> TryAsync(IWampAuthenticator authenticator, string authId, JsonObject extra)
    {
        var request = new AuthenticationRequest
        {
            Realm = "realm1",
            SessionId = 1,
            AuthId = authId,
            AuthExtra = extra,
            Transport = new TransportInfo { IsLocal = true },
        };
        var start = Stopwatch.GetTimestamp();
        var challenge = (AuthenticationResult.Challenge)await authenticator.BeginAsync(
            request, CancellationToken.None).ConfigureAwait(false);

        // Wrong, and as it has to be otherwise: what is easily seen to be wrong is not looked at any further.
        var signature = challenge.Extra["challenge"]?.GetValue<string>() is { Length: CryptosignSignature.ChallengeLength * 2 } hex
            ? new string('0', 128) + hex
            : Wrong;
        var answer = new AuthenticationAnswer(signature, new JsonObject { ["nonce"] = challenge.Extra["nonce"]?.DeepClone() });
        var result = await authenticator.ContinueAsync(request, challenge.State, answer, CancellationToken.None).ConfigureAwait(false);
        var time = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        return result is AuthenticationResult.Refused ? time : throw new InvalidOperationException("A wrong secret was taken.");
    }

    private static void Print(string method, string what, double[] sorted, string distance)
    {
        var at = (double part) => sorted[(int)(part * (sorted.Length - 1))].ToString("F1", CultureInfo.InvariantCulture);
        Console.WriteLine(
            $"{method,-15}{what,-15}{at(0.1),9}{at(0.5),9}{at(0.9),9}{at(0.99),9}"
            + $"{sorted.Average().ToString("F1", CultureInfo.InvariantCulture),9}{distance,8}");
    }

    /// <summary>Kolmogorov and Smirnov's: the most by which the shares of tries done by a time differ.</summary>
    private static double Distance(double[] first, double[] second)
    {
        var (i, j, most) = (0, 0, 0.0);
        while (i < first.Length && j < second.Length)
        {
            var time = Math.Min(first[i], second[j]);
            while (i < first.Length && first[i] <= time)
            {
                i++;
            }

            while (j < second.Length && second[j] <= time)
            {
                j++;
            }

            most = Math.Max(most, Math.Abs(((double)i / first.Length) - ((double)j / second.Length)));
        }

        return most;
    }

    private static double Critical(int tries) => 1.628 * Math.Sqrt(2.0 / tries);
}
