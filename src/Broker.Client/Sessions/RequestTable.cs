using Broker.Ids;
using Broker.Messages;

namespace Broker.Client.Sessions;

/// <summary>Request ids and the requests that wait for a reply (ID-05). Used under the session's gate.</summary>
internal sealed class RequestTable
{
    private readonly Dictionary<long, PendingRequest> _pending = [];
    private IdSequence _ids;

    /// <summary>The id that <see cref="Take"/> will take.</summary>
    public long NextId => WampId.Next(_ids.Last);

    /// <summary>Takes an id: the message is queued.</summary>
    /// <param name="request">Waits for the reply; null if there will be none.</param>
    public void Take(PendingRequest? request)
    {
        var id = _ids.Take();
        if (request is not null)
        {
            request.Id = id;
            _pending[id] = request;
        }
    }

    /// <summary>Whether the reply to a request is still to come and somebody waits for it.</summary>
    public bool IsAwaited(PendingRequest request) => _pending.TryGetValue(request.Id, out var pending) && pending == request;

    /// <summary>Nobody waits any more. A late RESULT is ignored; the other replies are still awaited, for what they granted has to be given back.</summary>
    public void Abandon(PendingRequest request)
    {
        if (request.Type == MessageType.Call && IsAwaited(request))
        {
            _pending.Remove(request.Id);
        }
    }

    /// <summary>The request that a granting reply of <paramref name="type"/> answers; null for a call that nobody waits for any more.</summary>
    /// <exception cref="WampProtocolException">There is no such request (PV-14).</exception>
    public PendingRequest? Granted(MessageType type, long id)
    {
        if (_pending.TryGetValue(id, out var request) && request.ReplyType == type)
        {
            _pending.Remove(id);
            return request;
        }

        return type == MessageType.Result && _ids.HasUsed(id)
            ? null
            : throw new WampProtocolException($"{type} answers no request: {id}.");
    }

    /// <summary>The call that a progressive RESULT belongs to; it goes on. Null for one that nobody waits for any more.</summary>
    /// <exception cref="WampProtocolException">There is no such request (PV-14).</exception>
    public PendingRequest? Continued(long id) =>
        _pending.TryGetValue(id, out var request) && request.Type == MessageType.Call ? request : Granted(MessageType.Result, id);

    /// <summary>The request that an ERROR answers; null for a call that nobody waits for any more.</summary>
    /// <exception cref="WampProtocolException">There is no such request (PV-08, PV-14).</exception>
    public PendingRequest? Refused(MessageType requestType, long id)
    {
        // Some routers type the error of a canceled call by the CANCEL.
        var type = requestType == MessageType.Cancel ? MessageType.Call : requestType;
        if (_pending.TryGetValue(id, out var request) && request.Type == type)
        {
            _pending.Remove(id);
            return request;
        }

        return type == MessageType.Call && _ids.HasUsed(id)
            ? null
            : throw new WampProtocolException($"ERROR answers no request: type {(int)requestType}, id {id}.");
    }

    /// <summary>Takes all requests out.</summary>
    public PendingRequest[] Clear()
    {
        PendingRequest[] all = [.. _pending.Values];
        _pending.Clear();
        return all;
    }
}
