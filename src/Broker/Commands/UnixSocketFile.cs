using System.Net.Sockets;

namespace Broker.Commands;

/// <summary>The file of a Unix domain socket, before the router binds to it.</summary>
internal static class UnixSocketFile
{
    /// <summary>
    /// Makes room for a socket at <paramref name="path"/>: removes the file that a killed router left, which nobody can bind to again, and nothing else.
    /// </summary>
    /// <param name="path">Where.</param>
    /// <param name="option">What names another place.</param>
    /// <returns>One sentence on why there is no room; null when there is.</returns>
    public static string? MakeRoom(string path, string option)
    {
        if (Path.GetDirectoryName(path) is { } folder && !Directory.Exists(folder))
        {
            return $"The folder '{folder}' for the Unix domain socket does not exist.";
        }

        if (Directory.Exists(path) || IsOrdinaryFile(path))
        {
            return $"'{path}' exists and is no Unix domain socket: choose another path by {option}.";
        }

        if (!File.Exists(path))
        {
            return null;
        }

        if (IsAnswered(path))
        {
            return $"Another program listens on unix:{path}: stop it, or choose another path by {option}.";
        }

        File.Delete(path);
        return null;
    }

    /// <summary>A socket's file cannot be opened; connecting to an ordinary file, however, fails just like connecting to a socket that nobody serves.</summary>
    private static bool IsOrdinaryFile(string path)
    {
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return true; // whatever it is, it belongs to someone else
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static bool IsAnswered(string path)
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
