using System.Net.Sockets;
using Broker.Configuration.Keys;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Broker.Commands;

/// <summary>Why a server did not start, for the user.</summary>
internal static class StartFaults
{
    /// <summary>One sentence for what the user can mend; null for anything else.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="addresses">Where the server was to listen.</param>
    /// <param name="option">What names another address.</param>
    public static string? Describe(Exception exception, IEnumerable<ListenAddress?> addresses, string option) => exception switch
    {
        IOException { InnerException: AddressInUseException } inUse =>
            $"{inUse.Message.TrimEnd('.')}: stop what listens there, or choose another address by {option}.",
        IOException { InnerException: SocketException socket } => CannotListen(socket, addresses, option),
        SocketException socket => CannotListen(socket, addresses, option),
        OptionsValidationException options => string.Join('\n', options.Failures),
        UnauthorizedAccessException or InvalidDataException => exception.Message,
        _ => null,
    };

    private static string CannotListen(SocketException fault, IEnumerable<ListenAddress?> addresses, string option) =>
        $"Cannot listen on {string.Join(" or ", addresses)}: {fault.Message}. Choose another address by {option}.";
}
