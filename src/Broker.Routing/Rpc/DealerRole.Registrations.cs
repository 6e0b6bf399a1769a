using Broker.Authorization;
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
    public void Register(Session session, scoped in WampMessage message, in Decision decision)
    {
        var request = RegisterOptions.Parse(session.Serializer, message.Dict);
        if (!Options.UriRules.IsValidPattern(message.Uri, request.Match)
            || UriRules.IsReserved(message.Uri)
            || WildcardShape.HasTooManyComponents(message.Uri, request.Match))
        {
            var (error, text) = _refusals.AddInvalidUri("procedure", message.Uri, Options.UriRules, "not a valid URI for this match policy, or is reserved");
            session.SendError(MessageType.Register, message.RequestId, error, text);
            return;
        }

        if (decision.IsAllowed && request.DiscloseCaller && Options.DiscloseCaller == DisclosePolicy.Never)
        {
            session.SendError(MessageType.Register, message.RequestId, ErrorUris.DiscloseMeDisallowed, "This realm discloses no callers.");
            return;
        }

        Registration? registration = null;
        (string Error, string Text) refusal;
        lock (_lock)
        {
            if (session.HasEnded)
            {
                return;
            }

            // With the lock held that revocation takes: what new rules deny is never registered behind its back.
            var renewed = session.Renew(decision, RealmAction.Register, message.Uri, request.Match);
            if (renewed.IsAllowed)
            {
                registration = AddCallee(session, request, message, out refusal);
            }
            else
            {
                refusal = _refusals.Add(renewed);
            }
        }

        if (registration is not null)
        {
            ServeQueue(registration);
        }
        else
        {
            session.SendError(MessageType.Register, message.RequestId, refusal.Error, refusal.Text);
        }
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

        ServeQueue(callee.Registration, hasLostCallee: true);
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
            if (session.Registrations is not { } held || !held.Remove(registrationId, out callee))
            {
                return false;
            }

            Revoke(callee, reason);
        }

        ServeQueue(callee.Registration, hasLostCallee: true);
        return true;
    }

    /// <summary>
    /// Adds a session to a registration, or makes one, and queues REGISTERED in the section that lets calls through. A session that has it
    /// already is only told so.
    /// </summary>
    /// <returns>Null when it cannot, because of <paramref name="refusal"/>.</returns>
    private Registration? AddCallee(
        Session session, in RegisterOptions request, scoped in WampMessage message, out (string Error, string Text) refusal)
    {
        refusal = default;
        var registration = _index.Find(message.Uri, request.Match);
        if (registration is not null && (registration.Invoke != request.Invoke || request.Invoke == InvocationPolicy.Single))
        {
            refusal = (
                ErrorUris.ProcedureAlreadyExists, "This procedure is registered already: by a single callee, or with another invocation policy.");
            return null;
        }

        if (registration is not null && session.Registrations?.ContainsKey(registration.Id) == true)
        {
            var again = new WampMessage { Type = MessageType.Registered, RequestId = message.RequestId, RegistrationId = registration.Id };
            session.Send(again);
            return registration;
        }

        if (Options.SessionLimits.Registrations is > 0 and var most && session.Registrations?.Count >= most)
        {
            _refusals.Add(RefusalReason.RegistrationLimit);
            refusal = (
                ErrorUris.Unavailable, $"The session has {most} registrations, as many as it may: unregister some, or register a pattern.");
            return null;
        }

        var isNew = registration is null;
        registration ??= new Registration(_routerIds.NextRegistration(), message.Uri.ToArray(), request.Match, request.Invoke) { Created = _time.GetUtcNow() };
        var callee = new Callee(session, registration, request);
        (session.Registrations ??= []).Add(registration.Id, callee);
        registration.Callees = registration.Callees.With(callee);
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
            ServeQueue(callee.Registration, hasLostCallee: true);
        }
    }
}
