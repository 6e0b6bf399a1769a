using System.Text;
using Broker.Client.Transports;
using Broker.Messages;
using Broker.Options;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Client.Sessions;

/// <summary>The procedures of a session. Each invocation runs on the thread pool, beside the others and beside the receive loop.</summary>
internal sealed partial class CalleeRole(ClientSession session)
{
    // All under the session's gate.
    private readonly Dictionary<long, WampRegistration> _registrations = [];
    private readonly Dictionary<long, WampInvocation> _invocations = [];
    private readonly HashSet<RunningInvocation> _running = [];

    /// <summary>
    /// The invocations that were answered before the last chunk of their arguments had come: what still comes is no new call (PCI-12).
    /// Bounded, for their callers may never send a last chunk.
    /// </summary>
    private readonly RecentIds _discarded = new(1024);

    public async Task<WampRegistration> RegisterAsync(
        string procedure,
        Func<WampInvocation, CancellationToken, ValueTask<WampArguments?>> handler,
        RegisterOptions options,
        CancellationToken cancellationToken)
    {
        var registration = new WampRegistration(session, procedure, options, handler);
        var request = new PendingRequest<WampRegistration>(
            MessageType.Register, procedure, (scoped in WampMessage reply) => Attach(registration, reply.RegistrationId));
        OutboundBatch batch;
        lock (session.Gate)
        {
            batch = session.Queue(request, new WampMessage
            {
                Type = MessageType.Register,
                Uri = Encoding.UTF8.GetBytes(procedure),
                Dict = options == new RegisterOptions() ? [] : ValueEncoder.Encode(session.Serializer, new RegisterDict(Announced(options))),
            });
        }

        try
        {
            return await session.AwaitReplyAsync(request, batch, session.Options.RequestTimeout, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            // REGISTERED may be on its way or even here: nobody holds the handle.
            _ = registration.DisposeAsync().AsTask();
            throw;
        }
    }

    /// <summary>Sends UNREGISTER. Invocations that come before UNREGISTERED are still answered.</summary>
    public async ValueTask UnregisterAsync(WampRegistration registration)
    {
        PendingRequest<bool> request;
        OutboundBatch batch;
        lock (session.Gate)
        {
            if (!session.IsOpen || !_registrations.ContainsKey(registration.Id))
            {
                return;
            }

            (request, batch) = QueueUnregister(registration);
        }

        await session.AwaitQuietlyAsync(request, batch).ConfigureAwait(false);
    }

    /// <summary><c>[UNREGISTERED, 0, Details]</c>: the router took the registration away. Calls under way go on (RVK-04).</summary>
    public void Revoked(scoped in WampMessage message)
    {
        var details = RevocationDetails.Parse(session.Serializer, message.Dict);
        WampRegistration? registration;
        lock (session.Gate)
        {
            _registrations.Remove(details.Registration, out registration);
        }

        if (registration is not null)
        {
            var revocation = new Revocation(registration.Procedure, details.Reason);
            registration.SetRevoked(revocation);
            session.ReportRevocation(revocation);
        }
    }

    /// <summary>The session has ended.</summary>
    public void End()
    {
        lock (session.Gate)
        {
            _registrations.Clear();
        }
    }

    /// <summary>The invocations that still run.</summary>
    public Task Unfinished()
    {
        lock (session.Gate)
        {
            return Task.WhenAll(_running.Select(running => running.Task));
        }
    }

    /// <summary>
    /// The options without what the dealer has not announced but does all the same: Crossbar.io forwards timeouts always.
    /// </summary>
    private RegisterOptions Announced(RegisterOptions options) =>
        session.Facts.Router.Dealer?.HasFlag(Features.CallTimeout) == true ? options : options with { ForwardTimeout = false };

    private WampRegistration Attach(WampRegistration registration, long id)
    {
        (PendingRequest<bool> Request, OutboundBatch Batch)? unregister = null;
        lock (session.Gate)
        {
            registration.Id = id;
            _registrations[id] = registration;
            if (registration.IsDisposed && session.IsOpen)
            {
                unregister = QueueUnregister(registration);
            }
        }

        if (unregister is { } queued)
        {
            _ = session.AwaitQuietlyAsync(queued.Request, queued.Batch);
        }

        return registration;
    }

    private (PendingRequest<bool> Request, OutboundBatch Batch) QueueUnregister(WampRegistration registration)
    {
        var id = registration.Id;
        var request = new PendingRequest<bool>(
            MessageType.Unregister, registration.Procedure, (scoped in WampMessage _) => Forget(id), () => Forget(id));
        return (request, session.Queue(request, new WampMessage { Type = MessageType.Unregister, RegistrationId = id }));
    }

    private bool Forget(long id)
    {
        lock (session.Gate)
        {
            return _registrations.Remove(id);
        }
    }
}
