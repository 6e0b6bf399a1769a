using System.Text;
using Broker.Client.Payloads;
using Broker.Client.Transports;
using Broker.Messages;
using Broker.Options;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Client.Sessions;

/// <summary>
/// The subscriptions of a session. The router knows a subscription once, however often this client subscribed: handlers are counted, and UNSUBSCRIBE
/// goes out with the last one (SUB-03).
/// </summary>
internal sealed class SubscriberRole(ClientSession session)
{
    // All under the session's gate.
    private readonly Dictionary<long, Entry> _entries = [];
    private readonly Dictionary<(string Topic, MatchPolicy Match), int> _asked = [];
    private readonly Dictionary<WampSubscription, Task> _running = [];

    public async Task<WampSubscription> SubscribeAsync(
        string topic, Func<WampEvent, CancellationToken, ValueTask> handler, SubscribeOptions? options, CancellationToken cancellationToken)
    {
        options ??= SubscribeOptions.Default;
        var match = options.Match;
        var dict = new SubscribeDict(options);
        var subscription = new WampSubscription(session, topic, options, handler);
        var request = new PendingRequest<WampSubscription>(
            MessageType.Subscribe,
            topic,
            (scoped in WampMessage reply) => Attach(subscription, reply.SubscriptionId),
            () => Refused(topic, match));
        OutboundBatch batch;
        lock (session.Gate)
        {
            batch = session.Queue(request, new WampMessage
            {
                Type = MessageType.Subscribe,
                Uri = Encoding.UTF8.GetBytes(topic),
                Dict = dict.IsEmpty ? [] : ValueEncoder.Encode(session.Serializer, dict),
            });
            _asked[(topic, match)] = _asked.GetValueOrDefault((topic, match)) + 1;
        }

        try
        {
            return await session.AwaitReplyAsync(request, batch, session.Options.RequestTimeout, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            // Whether or not SUBSCRIBED still comes: nobody holds the handle.
            _ = subscription.DisposeAsync().AsTask();
            throw;
        }
    }

    /// <summary>Takes a handler off; sends UNSUBSCRIBE if it was the last.</summary>
    public async ValueTask UnsubscribeAsync(WampSubscription subscription)
    {
        (PendingRequest<bool> Request, OutboundBatch Batch)? last;
        lock (session.Gate)
        {
            if (!_entries.TryGetValue(subscription.Id, out var entry) || !entry.Remove(subscription))
            {
                return;
            }

            last = ReleaseIfUnused(entry);
        }

        if (last is { } unsubscribe)
        {
            await session.AwaitQuietlyAsync(unsubscribe.Request, unsubscribe.Batch).ConfigureAwait(false);
        }
    }

    /// <summary>EVENT: to every handler in turn. An unknown subscription is one that was just given up (PV-15).</summary>
    public ValueTask Deliver(scoped in WampMessage message)
    {
        Entry? entry;
        lock (session.Gate)
        {
            _entries.TryGetValue(message.SubscriptionId, out entry);
        }

        var known = EventDetails.Parse(session.Serializer, message.Dict);
        if (entry is null)
        {
            return default;
        }

        var topic = known.Topic ?? entry.Topic;
        var published = new WampEvent(
            topic,
            message.PublicationId,
            known,
            ReceivedDict.Of(session.Serializer, message.Dict, session.Contracts),
            new ReceivedPayload(
                session.Serializer, message.Payload, session.Contracts, PayloadSeal.OfReceived(session, topic, known.Passthru)));
        var subscriptions = known.Retained ? [.. entry.Subscriptions.Where(subscription => subscription.Options.GetRetained)] : entry.Subscriptions;
        return subscriptions.Length == 1 ? subscriptions[0].Events.AddAsync(published, session.Closing) : DeliverAsync(subscriptions, published);
    }

    /// <summary><c>[UNSUBSCRIBED, 0, Details]</c>: the router took the subscription away.</summary>
    public void Revoked(scoped in WampMessage message)
    {
        var details = RevocationDetails.Parse(session.Serializer, message.Dict);
        Entry? entry;
        lock (session.Gate)
        {
            _entries.Remove(details.Subscription, out entry);
        }

        if (entry is null)
        {
            return;
        }

        var revocation = new Revocation(entry.Topic, details.Reason);
        foreach (var subscription in entry.Subscriptions)
        {
            subscription.Events.Complete();
            subscription.SetRevoked(revocation);
        }

        session.ReportRevocation(revocation);
    }

    /// <summary>The session has ended: no more events come.</summary>
    public void End()
    {
        Entry[] entries;
        lock (session.Gate)
        {
            entries = [.. _entries.Values];
            _entries.Clear();
        }

        foreach (var subscription in entries.SelectMany(entry => entry.Subscriptions))
        {
            subscription.Events.Complete();
        }
    }

    /// <summary>No events are handed over from here on.</summary>
    public void Stop()
    {
        WampSubscription[] running;
        lock (session.Gate)
        {
            running = [.. _running.Keys];
        }

        foreach (var subscription in running)
        {
            subscription.Events.Stop();
        }
    }

    /// <summary>The loops that still hand events over.</summary>
    public Task Unfinished()
    {
        lock (session.Gate)
        {
            return Task.WhenAll(_running.Values);
        }
    }

    /// <summary>SUBSCRIBED: before the next message is read, for an EVENT may follow at once (SUB-04).</summary>
    private WampSubscription Attach(WampSubscription subscription, long id)
    {
        (PendingRequest<bool> Request, OutboundBatch Batch)? last = null;
        lock (session.Gate)
        {
            Answered(subscription.Topic, subscription.Match);
            subscription.Id = id;
            if (!_entries.TryGetValue(id, out var entry))
            {
                _entries[id] = entry = new Entry(id, subscription.Topic, subscription.Match);
            }

            if (subscription.IsStopped)
            {
                last = ReleaseIfUnused(entry);
            }
            else
            {
                entry.Add(subscription);
                _running[subscription] = Task.Run(() => RunAsync(subscription));
            }
        }

        Send(last);
        return subscription;
    }

    private void Refused(string topic, MatchPolicy match)
    {
        (PendingRequest<bool> Request, OutboundBatch Batch)? last = null;
        lock (session.Gate)
        {
            Answered(topic, match);
            if (_entries.Values.FirstOrDefault(entry => entry.Topic == topic && entry.Match == match) is { } entry)
            {
                last = ReleaseIfUnused(entry);
            }
        }

        Send(last);
    }

    private async Task RunAsync(WampSubscription subscription)
    {
        await subscription.Events.RunAsync(session.Ended).ConfigureAwait(false);
        lock (session.Gate)
        {
            _running.Remove(subscription);
        }
    }

    private void Answered(string topic, MatchPolicy match)
    {
        if (--_asked[(topic, match)] == 0)
        {
            _asked.Remove((topic, match));
        }
    }

    /// <summary>
    /// Queues UNSUBSCRIBE for an entry without handlers. Not while a SUBSCRIBE for the same topic is under way: the router will answer that with this
    /// very subscription, and would then give it up.
    /// </summary>
    private (PendingRequest<bool> Request, OutboundBatch Batch)? ReleaseIfUnused(Entry entry)
    {
        if (entry.Subscriptions.Length > 0 || _asked.ContainsKey((entry.Topic, entry.Match)))
        {
            return null;
        }

        _entries.Remove(entry.Id);
        if (!session.IsOpen)
        {
            return null;
        }

        var request = new PendingRequest<bool>(MessageType.Unsubscribe, entry.Topic, (scoped in WampMessage _) => true);
        return (request, session.Queue(request, new WampMessage { Type = MessageType.Unsubscribe, SubscriptionId = entry.Id }));
    }

    private void Send((PendingRequest<bool> Request, OutboundBatch Batch)? unsubscribe)
    {
        if (unsubscribe is { } queued)
        {
            _ = session.AwaitQuietlyAsync(queued.Request, queued.Batch);
        }
    }

    private async ValueTask DeliverAsync(WampSubscription[] subscriptions, WampEvent published)
    {
        foreach (var subscription in subscriptions)
        {
            await subscription.Events.AddAsync(published, session.Closing).ConfigureAwait(false);
        }
    }

    /// <summary>A subscription as the router knows it.</summary>
    private sealed class Entry(long id, string topic, MatchPolicy match)
    {
        public long Id => id;

        public string Topic => topic;

        public MatchPolicy Match => match;

        /// <summary>Replaced, never changed: the receive loop walks through it without the gate.</summary>
        public WampSubscription[] Subscriptions { get; private set; } = [];

        public void Add(WampSubscription subscription) => Subscriptions = [.. Subscriptions, subscription];

        public bool Remove(WampSubscription subscription)
        {
            var count = Subscriptions.Length;
            Subscriptions = [.. Subscriptions.Where(other => other != subscription)];
            return Subscriptions.Length < count;
        }
    }
}
