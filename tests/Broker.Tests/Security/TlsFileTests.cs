using System.Security.Cryptography.X509Certificates;

namespace Broker.Security;

/// <summary>Files of certificates that cannot be used: each listener's are told of in one sentence.</summary>
public sealed class TlsFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("broker-").FullName;

    public TlsFileTests()
    {
        using var root = TestAuthority.Root("root");
        foreach (var name in new[] { "a", "b" })
        {
            using var certificate = root.Issue(name);
            using var key = certificate.GetECDsaPrivateKey()!;
            Write($"{name}.pem", certificate.ExportCertificatePem());
            Write($"{name}.key", key.ExportPkcs8PrivateKeyPem());
        }

        Write("empty.pem", "");
    }

    [Theory]
    [InlineData("none.pem", "a.key", "a.pem")]
    [InlineData("a.pem", "none.key", "a.pem")]
    [InlineData("a.pem", "b.key", "a.pem")]
    [InlineData("a.key", "a.key", "a.pem")]
    [InlineData("empty.pem", "a.key", "a.pem")]
    [InlineData("a.pem", "a.key", "none.pem")]
    [InlineData("a.pem", "a.key", "empty.pem")]
    public void Each_listener_with_such_files_is_a_fault(string cert, string key, string clients)
    {
        var good = Tls("a.pem", "a.key", "a.pem");
        var reading = WrittenFile.Read($$"""
            { "listeners": [
              { "listen": "127.0.0.1:1", "tls": {{good}} },
              { "listen": "127.0.0.1:2" },
              { "listen": "127.0.0.1:3", "tls": {{Tls(cert, key, clients)}} },
              { "listen": "127.0.0.1:4", "tls": {{Tls(cert, key, clients)}} } ] }
            """);
        Assert.Empty(reading.Faults);

        var (listeners, faults) = TlsListeners.Open(reading);

        Assert.Equal([0], listeners.Keys);
        Assert.Equal(["listeners.2.tls", "listeners.3.tls"], faults.Select(fault => fault.Path.ToString()));
        Assert.Equal([4, 5], faults.Select(fault => fault.Origin.Line));
        Assert.All(faults, fault => Assert.Matches(@"^The certificate '[^']*'( or its key '[^']*')? cannot be used: [^\n]+[^.]\.$", fault.Text));
    }

    [Theory]
    [InlineData("cert")]
    [InlineData("key")]
    [InlineData("client_ca")]
    public void A_key_that_names_no_file_is_a_fault_of_the_configuration(string name)
    {
        var tls = new Dictionary<string, string> { ["cert"] = "a.pem", ["key"] = "a.key", ["client_ca"] = "a.pem", [name] = "" };

        var fault = Assert.Single(WrittenFile.FaultsOf($$"""{ "listeners": [ { "listen": "127.0.0.1:1", "tls": {{System.Text.Json.JsonSerializer.Serialize(tls)}} } ] }"""));

        Assert.Equal($":1: listeners.0.tls.{name}: '' is no file: write the path of a file, such as /etc/broker/cert.pem.", fault);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text);

    private string Tls(string cert, string key, string clients) =>
        $$"""{ "cert": "{{Path.Combine(_folder, cert)}}", "key": "{{Path.Combine(_folder, key)}}", "client_ca": "{{Path.Combine(_folder, clients)}}" }""";
}
