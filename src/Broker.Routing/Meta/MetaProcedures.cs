using System.Text;
using Broker.Authorization;
using Broker.Messages;
using Broker.Options;
using Broker.Realms;
using Broker.Rpc;
using Broker.Sessions;
using Broker.Uris;

namespace Broker.Meta;

/// <summary>Answers a call.</summary>
internal delegate void MetaProcedure(scoped in MetaCall call);

/// <summary>
/// The procedures that the router itself answers: all below <c>wamp</c> and <c>_broker</c>, found by their exact URI before any registration, so that no pattern of an application
/// takes them (PBR-11). Filled once, then read by all threads.
/// </summary>
internal sealed class MetaProcedures
{
    private readonly TimeProvider _time;
    private readonly Dictionary<byte[], MetaProcedure> _procedures = new(Utf8Comparer.Instance);
    private readonly Dictionary<byte[], MetaProcedure>.AlternateLookup<ReadOnlySpan<byte>> _byUri;

    public MetaProcedures(TimeProvider time)
    {
        _time = time;
        _byUri = _procedures.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>Adds a procedure.</summary>
    public void Add(string uri, MetaProcedure procedure) => _procedures.Add(Encoding.UTF8.GetBytes(uri), procedure);

    /// <summary>CALL of a reserved URI by a caller who may call it.</summary>
    /// <exception cref="WampProtocolException">It uses a feature that the caller has not announced.</exception>
    public void Call(Session caller, scoped in WampMessage message, in Decision decision, RealmOptions options)
    {
        var request = CallOptions.Parse(caller.Serializer, message.Dict);
        DealerRole.RequireAnnounced(caller, request);
        if (request.Progress)
        {
            caller.SendError(
                MessageType.Call, message.RequestId, ErrorUris.FeatureNotSupported, "The router's own procedures take no progressive call invocations.");
            lock (caller.Gate)
            {
                (caller.LateChunks ??= new LateChunks()).Add(message.RequestId, message.Uri.ToArray(), _time); // further chunks are discarded (PCI-04)
            }

            return;
        }

        var isKnown = _byUri.TryGetValue(message.Uri, out var procedure) && options.MetaApi;
        if (isKnown && decision.Permissions is null && !options.AllowMetaKill && Interventions.Include(message.Uri))
        {
            // Where the realm names roles, whoever gets here may: the role has been asked (SME-18).
            caller.SendError(
                MessageType.Call, message.RequestId, ErrorUris.NotAuthorized, "In this realm callers may not end other sessions, or take from them what they hold.");
        }
        else if (isKnown)
        {
            var arguments = new MetaArguments(caller.Serializer, message.Payload);
            var takesParts = request.ReceiveProgress && caller.CallerFeatures.Has(Features.ProgressiveCallResults);
            procedure!(new MetaCall(caller, message.RequestId, arguments, takesParts));
        }
        else if (options.UriRules.IsValid(message.Uri))
        {
            caller.SendError(MessageType.Call, message.RequestId, ErrorUris.NoSuchProcedure, "The router has no such procedure.");
        }
        else
        {
            caller.SendError(MessageType.Call, message.RequestId, ErrorUris.InvalidUri, "The procedure is not a valid URI.");
        }
    }
}
