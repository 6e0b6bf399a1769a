using System.Globalization;
using System.Text;
using Broker.Authentication;

namespace Broker.EndToEnd;

/// <summary>The computations of authentication against those of others.</summary>
public sealed class AuthenticationCrossChecks
{
    [Theory]
    [Trait("wamp", "CRA-03")]
    [Trait("wamp", "CRA-06")]
    [InlineData("secret2", "salt123", 1000, 32)]
    [InlineData("pässwörd €", "Salz, größer", 77, 24)]
    [InlineData("s", "", 1, 1)]
    public async Task Autobahn_derives_and_signs_the_same(string secret, string salt, int iterations, int keyLength)
    {
        const string challenge = """{ "nonce": "LHRTC9zeOIrt_9U3", "authid": "Zürich", "session": 3251278072152162}""";
        var lines = await LinesOfAsync(
            "cra", secret, salt, iterations.ToString(CultureInfo.InvariantCulture), keyLength.ToString(CultureInfo.InvariantCulture), challenge);
        var key = CraSignature.DeriveKey(secret, salt, iterations, keyLength);
        Assert.Equal([key, CraSignature.Sign(key, challenge), CraSignature.Sign(secret, challenge)], lines);
    }

    [Fact]
    [Trait("wamp", "SCR-14")]
    public async Task Pythons_tables_prepare_every_text_alike()
    {
        var lines = await LinesOfAsync("saslprep");
        Assert.True(lines.Count > 100_000);
        var different =
            from line in lines
            let halves = line.Split(':')
            let prepared = SaslPrep.TryPrepare(TextOf(halves[0]), out var text, out _) ? text : null
            where prepared != (halves[1] == "-" ? null : TextOf(halves[1]))
            select $"{line}, and here {(prepared is null ? "-" : string.Join(' ', prepared.EnumerateRunes().Select(rune => $"{rune.Value:x}")))}";
        Assert.Empty(different.Take(20));
    }

    private static async Task<List<string>> LinesOfAsync(params string[] arguments)
    {
        string[] all = [Path.Combine(BuiltFiles.ForeignPeers, "authentication.py"), .. arguments];
        await using var process = ChildProcess.Start(ForeignTools.Interpreter("python"), all);
        var lines = new List<string>();
        while (await process.ReadLineAsync() is { } line)
            lines.Add(line);
        return await process.WaitForExitAsync() == 0 ? lines : throw process.Failure("It failed");
    }

    private static string TextOf(string points) => points.Length == 0
        ? ""
        : string.Concat(points.Split(' ').Select(point => new Rune(int.Parse(point, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString()));
}
