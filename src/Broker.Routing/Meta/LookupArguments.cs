using System.Text;
using Broker.Options;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Meta;

/// <summary>The arguments of <c>lookup(uri, [options: {match}])</c>, for registrations and subscriptions alike.</summary>
internal static class LookupArguments
{
    /// <summary>Reads them, or answers the call by ERROR and returns false.</summary>
    public static bool TryRead(scoped in MetaCall call, out byte[] uri, out MatchPolicy match)
    {
        var options = call.Arguments[1];
        match = MatchPolicy.Exact;
        uri = Encoding.UTF8.GetBytes(call.Arguments[0].Text ?? "");
        var isFit = call.Arguments.Count is 1 or 2 && call.Arguments[0].Type == TokenType.String && (options.IsAbsent || options.Type == TokenType.Dict);
        if (isFit && !options.IsAbsent)
        {
            try
            {
                match = SubscribeOptions.Parse(call.Caller.Serializer, call.Arguments.Encoded(options)).Match;
            }
            catch (WampProtocolException)
            {
                isFit = false; // in arguments it is no violation of the protocol
            }
        }

        if (!isFit)
        {
            call.RefuseArguments("a URI and, if wanted, a dict with match: exact, prefix or wildcard");
        }

        return isFit;
    }
}
