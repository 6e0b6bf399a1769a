using Broker.Messages;
using Broker.Options;
using Broker.Patterns;
using Broker.Realms;
using Broker.Serialization;
using Broker.Sessions;
using Broker.Uris;

namespace Broker.Rpc;

/// <content>REGISTER, UNREGISTER and revocation.</content>
internal sealed partial class DealerRole
{
    /// <summary>REGISTER (REG-01, REG-02, SHR-02..06): REGISTERED is queued before the first INVOCATION (ORD-06).</summary>
    public void Register(Session session, scoped in WampMessage message)
    {
        var request = RegisterOptions.Parse(session.Serializer, message.Dict);
        if (!_options.UriRules.IsValidPattern(message.Uri, request.Match) || UriRules.IsReserved(message.Uri) || HasTooManyComponents(message.Uri, request.Match))
        {
            session.SendError(
                MessageType.Register, message.RequestId, ErrorUris.InvalidUri, "The procedure is not a valid URI for this match policy, or is reserved.");
            return;
        }

        if (request.DiscloseCaller && _options.DiscloseCaller == DisclosePolicy.Never)
        {
            session.SendError(MessageType.Register, message.RequestId, ErrorUris.DiscloseMeDisallowed, "This realm discloses no callers.");
            return;
        }

        Registration? registration;
        lock (_lock)
        {
            if (session.HasEnded)
            {
                return;
            }

            registration = _index.Find(message.Uri, request.Match);
            if (registration is null || (registration.Invoke == request.Invoke && request.Invoke != InvocationPolicy.Single))
            {
                if (registration is not null && session.Registrations?.ContainsKey(registration.Id) == true)
                {
                    session.Send(new WampMessage { Type = MessageType.Registered, RequestId = message.RequestId, RegistrationId = registration.Id });
                    return;
                }

                if (_options.SessionLimits.Registrations is > 0 and var most && session.Registrations?.Count >= most)
                {
                    _refusals.Add(RefusalReason.RegistrationLimit);
                    session.SendError(
                        MessageType.Register, message.RequestId, ErrorUris.Unavailable,
                        $"The session has {most} registrations, as many as it may: unregister some, or register a pattern.");
                    return;
                }

                registration = AddCallee(session, registration, request, message);
            }
            else
            {
                registration = null;
            }
        }

        if (registration is null)
        {
            session.SendError(
                MessageType.Register, message.RequestId, ErrorUris.ProcedureAlreadyExists,
                "This procedure is registered already: by a single callee, or with another invocation policy.");
            return;
        }

        ServeQueue(registration);
    }

    /// <summary>UNREGISTER (REG-03..05): invocations that run go on.</summary>
    public void Unregister(Session session, scoped in WampMessage message)
    {
        Callee? callee = null;
        lock (_lock)
        {
            if (session.Registrations?.Remove(message.RegistrationId, out callee) == true)
            {
                RemoveCallee(callee!, new WampMessage { Type = MessageType.Unregistered, RequestId = message.RequestId });
            }
        }

        if (callee is null)
        {
            session.SendError(
                MessageType.Unregister, message.RequestId, ErrorUris.NoSuchRegistration, $"The session has no registration {message.RegistrationId}.");
            return;
        }

        ServeQueue(callee.Registration);
    }

    /// <summary>
    /// Takes a registration away from a session (WAMP specification, "Registration Revocation"): it is told by UNREGISTERED, if it announced the feature, gets no
    /// further INVOCATION, and goes on with those that run (RVK-01..04).
    /// </summary>
    /// <param name="registrationId">Which registration.</param>
    /// <param name="session">Whose part in it ends.</param>
    /// <param name="reason">Why, or null.</param>
    /// <returns>False when the session has no such registration.</returns>
    public bool Revoke(long registrationId, Session session, string? reason)
    {
        Callee? callee = null;
        lock (_lock)
        {
            if (session.Registrations?.Remove(registrationId, out callee) != true)
            {
                return false;
            }

            if (callee!.Features.Has(Features.RegistrationRevocation))
            {
                var details = ValueEncoder.Encode(session.Serializer, new RevocationDetails { Registration = registrationId, Reason = reason });
                RemoveCallee(callee, new WampMessage { Type = MessageType.Unregistered, Dict = details });
            }
            else
            {
                RemoveCallee(callee, default);
            }
        }

        ServeQueue(callee.Registration);
        return true;
    }

    private static bool HasTooManyComponents(ReadOnlySpan<byte> uri, MatchPolicy match) =>
        match == MatchPolicy.Wildcard && uri.Count((byte)'.') >= WildcardShape.MaxComponents;

    /// <summary>Adds a session to a registration, or makes one, and queues REGISTERED in the section that lets calls through.</summary>
    private Registration AddCallee(Session session, Registration? registration, RegisterOptions request, scoped in WampMessage message)
    {
        var isNew = registration is null;
        registration ??= new Registration(_routerIds.NextRegistration(), message.Uri.ToArray(), request.Match, request.Invoke) { Created = _time.GetUtcNow() };
        var callee = new Callee(session, registration, request);
        (session.Registrations ??= []).Add(registration.Id, callee);
        registration.Callees = registration.Callees.With(callee, _options.MaxQueuedCalls);
        if (isNew)
        {
            _byId[registration.Id] = registration;
            _index.Add(registration);
        }

        var reply = RoutingScratch.Current.Reply;
        reply.Encode(
            session.Serializer,
            new WampMessage { Type = MessageType.Registered, RequestId = message.RequestId, RegistrationId = registration.Id });
        lock (session.Gate)
        {
            session.SendLocked(reply);
            callee.IsActive = true;
        }

        _events.OnRegister(session, registration, isNew);
        return registration;
    }

    /// <summary>Removes a callee, queueing <paramref name="reply"/> to it if it has a type. The last one takes the registration along (SHR-07).</summary>
    private void RemoveCallee(Callee callee, scoped in WampMessage reply)
    {
        var registration = callee.Registration;
        registration.Callees = registration.Callees.Without(callee);
        var isLast = registration.Callees.All.IsEmpty;
        if (isLast)
        {
            _index.Remove(registration);
            _byId.TryRemove(registration.Id, out _);
        }

        var encoded = RoutingScratch.Current.Reply;
        if (reply.Type != MessageType.None)
        {
            encoded.Encode(callee.Session.Serializer, reply);
        }

        lock (callee.Session.Gate)
        {
            callee.IsActive = false;
            if (reply.Type != MessageType.None)
            {
                callee.Session.SendLocked(encoded);
            }
        }

        _events.OnUnregister(callee.Session, registration, isLast);
    }

    private void RemoveRegistrations(Session session)
    {
        Callee[] removed;
        lock (_lock)
        {
            removed = session.Registrations is { } held ? [.. held.Values] : [];
            session.Registrations = null;
            foreach (var callee in removed)
            {
                RemoveCallee(callee, default);
            }
        }

        foreach (var callee in removed)
        {
            ServeQueue(callee.Registration);
        }
    }
}
