using System.Security.Cryptography.X509Certificates;
using Broker.Configuration.Sections;
using Broker.Peers;

namespace Broker.Security;

/// <summary>What the log tells of certificates: that files were read again, and which of them is about to expire.</summary>
public sealed class CertificateLogTests : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const int Reloaded = 111;
    private const int Rejected = 112;
    private const int ExpiresSoon = 113;
    private const int Expired = 114;

    private readonly string _folder = Directory.CreateTempSubdirectory("broker-").FullName;
    private readonly TestAuthority _root = TestAuthority.Root("root");
    private readonly ManualTimeProvider _clock = new();
    private readonly Lines _log = new();

    [Fact]
    public void A_certificate_that_expires_soon_is_told_of_when_it_is_taken_and_once_a_day()
    {
        using var certificates = Watch(TimeSpan.FromDays(90));
        LetPass(2);
        Assert.Empty(_log.Take());

        Put(TimeSpan.FromDays(3));
        LetPass(2);
        Assert.Equal([Reloaded, ExpiresSoon], _log.Take(out var texts));
        Assert.EndsWith("in 2 days: renew it.", texts[1], StringComparison.Ordinal);

        Put(-TimeSpan.FromHours(1));
        LetPass(2);
        Assert.Equal([Reloaded, Expired], _log.Take(out texts));
        Assert.Contains("has expired at 2029-12-31", texts[1], StringComparison.Ordinal);

        LetPass(24 * 60 * 60);
        Assert.Equal([Expired], _log.Take());
    }

    [Fact]
    public void Files_that_can_be_used_again_are_told_of_even_if_they_are_those_of_before()
    {
        using var certificates = Watch(TimeSpan.FromDays(90));
        LetPass(2);
        var before = File.ReadAllText(PathOf("cert.pem"));

        File.WriteAllText(PathOf("cert.pem"), "no certificate");
        LetPass(2);
        Assert.Equal([Rejected], _log.Take());

        File.WriteAllText(PathOf("cert.pem"), before);
        LetPass(2);
        Assert.Equal([Reloaded], _log.Take());
    }

    [Fact]
    public void Another_key_file_chain_or_authority_of_clients_is_told_of()
    {
        using var certificates = Watch(TimeSpan.FromDays(90));
        LetPass(2);
        foreach (var file in new[] { "cert.pem", "clients.pem" })
        {
            File.AppendAllText(PathOf(file), "\n" + _root.Certificate.ExportCertificatePem());
            LetPass(2);
            Assert.Equal([Reloaded], _log.Take());
        }

        File.AppendAllText(PathOf("key.pem"), "\n");
        LetPass(2);
        Assert.Equal([Reloaded], _log.Take());
    }

    public void Dispose()
    {
        _root.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private Certificates Watch(TimeSpan lasts)
    {
        Put(lasts);
        File.WriteAllText(PathOf("clients.pem"), _root.Certificate.ExportCertificatePem());
        var listener = new TlsListener(new TlsSection { Cert = PathOf("cert.pem"), Key = PathOf("key.pem"), ClientCa = PathOf("clients.pem") });
        return new Certificates([listener], _log, _clock);
    }

    private void Put(TimeSpan lasts)
    {
        using var certificate = _root.Issue("localhost", ServerAuthentication, expires: _clock.GetUtcNow() + lasts);
        using var key = certificate.GetECDsaPrivateKey()!;
        File.WriteAllText(PathOf("cert.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(PathOf("key.pem"), key.ExportPkcs8PrivateKeyPem());
    }

    private void LetPass(int seconds) => _clock.Advance(TimeSpan.FromSeconds(seconds));

    private string PathOf(string name) => Path.Combine(_folder, name);

    private sealed class Lines : ILogger
    {
        private readonly List<(int Id, string Text)> _lines = [];

        public IReadOnlyList<int> Take() => Take(out _);

        public IReadOnlyList<int> Take(out IReadOnlyList<string> texts)
        {
            IReadOnlyList<int> ids = [.. _lines.Select(line => line.Id)];
            texts = [.. _lines.Select(line => line.Text)];
            _lines.Clear();
            return ids;
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Add((eventId.Id, formatter(state, exception)));
    }
}
