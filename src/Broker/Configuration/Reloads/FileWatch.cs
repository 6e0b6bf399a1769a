using System.Security.Cryptography;
using System.Text;

namespace Broker.Configuration.Reloads;

/// <summary>
/// Tells when files have changed and kept still. It looks at their contents every second: notifications of file systems do not reach
/// through symbolic links, as Kubernetes swaps them, nor into networks, and name files that editors are still writing.
/// </summary>
internal sealed class FileWatch : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Func<IEnumerable<string>> _files;
    private readonly Action _changed;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private readonly Lock _looking = new();
    private string? _told;
    private string? _seen;

    /// <param name="files">The files to look at.</param>
    /// <param name="changed">
    /// Called when their contents have changed and were the same a second later, and once at the beginning: they may have changed since
    /// they were read.
    /// </param>
    /// <param name="logger">Where faults go that nobody has caught: on a timer's thread they would end the process.</param>
    /// <param name="time">The clock.</param>
    public FileWatch(Func<IEnumerable<string>> files, Action changed, ILogger logger, TimeProvider time)
    {
        _logger = logger;
        _files = files;
        _changed = changed;
        _timer = time.CreateTimer(static state => ((FileWatch)state!).Look(), this, Interval, Interval);
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        if (!_looking.TryEnter())
        {
            return; // the last look takes long
        }

        try
        {
            var contents = Digest();
            if (contents == _seen && contents != _told)
            {
                _told = contents;
                _changed();
            }

            _seen = contents;
        }
        catch (Exception exception)
        {
            ReloadLog.LookFailed(_logger, exception);
        }
        finally
        {
            _looking.Exit();
        }
    }

    private string Digest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in _files())
        {
            // That another file is looked at that is not there changes nothing; its coming will.
            if (Content(file) is { } content)
            {
                hash.AppendData(Encoding.UTF8.GetBytes(file));
                hash.AppendData(SHA256.HashData(content));
            }
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private static byte[]? Content(string file)
    {
        try
        {
            // A pipe would give its content to whoever looks first, and a device has no end: both have no length, and are left alone.
            var info = new FileInfo(file);
            return ((info.ResolveLinkTarget(returnFinalTarget: true) as FileInfo) ?? info).Length == 0 ? [] : File.ReadAllBytes(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null; // not there at the moment: whoever reads it then says so
        }
    }
}
