using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Broker.Client.Payloads;
using Broker.Client.Sessions;
using Broker.Client.Transports;
using Broker.Messages;
using Broker.Options;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Client;

/// <content>Publisher and subscriber.</content>
public sealed partial class WampClient
{
    /// <summary>
    /// Publishes an event. Completes when the transport has taken it: whether the router accepts it, nobody tells. See
    /// <see cref="PublishAcknowledgedAsync"/>.
    /// </summary>
    /// <param name="topic">The topic.</param>
    /// <param name="arguments">The event's arguments: <c>[21.5, "C"]</c>.</param>
    /// <param name="options">Options; null for none.</param>
    /// <param name="cancellationToken">Ends the wait; an event that is queued is sent all the same.</param>
    /// <exception cref="WampException">The router lacks a feature asked for, or this client a codec.</exception>
    /// <exception cref="WampSessionClosedException">The session has ended.</exception>
    /// <exception cref="PayloadSizeExceededException">The event is longer than the router takes.</exception>
    /// <exception cref="WampArgumentException">An argument cannot be sent.</exception>
    public Task PublishAsync(string topic, WampArguments? arguments = null, PublishOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled(cancellationToken);
        }

        try
        {
            return _session.FlushAsync(QueuePublish(request: null, topic, arguments, options), cancellationToken);
        }
        catch (Exception e)
        {
            return Task.FromException(e); // one state machine less than async
        }
    }

    /// <summary>Publishes an event and awaits the router's word that it took it.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="arguments">The event's arguments: <c>[21.5, "C"]</c>.</param>
    /// <param name="options">Options; null for none.</param>
    /// <param name="cancellationToken">Ends the wait; the event may have been published all the same.</param>
    /// <returns>The publication id, which the event carries, too.</returns>
    /// <exception cref="WampException">The router refused, as with <c>wamp.error.not_authorized</c>; and what <see cref="PublishAsync"/> throws.</exception>
    public async Task<long> PublishAcknowledgedAsync(
        string topic, WampArguments? arguments = null, PublishOptions? options = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var request = new PendingRequest<long>(MessageType.Publish, topic, static (scoped in WampMessage reply) => reply.PublicationId);
        var batch = QueuePublish(request, topic, arguments, options);
        return await _session.AwaitReplyAsync(request, batch, _session.Options.RequestTimeout, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Subscribes a handler to a topic.</summary>
    /// <param name="topic">The topic, or the pattern that <paramref name="options"/> say it is.</param>
    /// <param name="handler">
    /// Called with one event after the other, in order, on the thread pool; its token is canceled when the session has ended. It may call and publish
    /// with this client. What it throws goes to <see cref="WampClientOptions.HandlerFailed"/>. How many events may wait for it:
    /// <see cref="WampClientOptions.ReceiveBuffer"/>.
    /// </param>
    /// <param name="options">Options; null for an exact match.</param>
    /// <param name="cancellationToken">Gives up; the subscription is undone if the router makes it later.</param>
    /// <returns>The subscription: dispose it to unsubscribe.</returns>
    /// <exception cref="WampException">The router refused, or lacks a feature asked for; the session has ended; no reply in time.</exception>
    public async Task<WampSubscription> SubscribeAsync(
        string topic,
        Func<WampEvent, CancellationToken, ValueTask> handler,
        SubscribeOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var match = options?.Match ?? MatchPolicy.Exact;
        UriCheck.Pattern(topic, match);
        if (match != MatchPolicy.Exact)
        {
            FeatureCheck.Require(
                Session.Router.Broker, Features.PatternBasedSubscription, "pattern_based_subscription", "subscribe to each topic by its name");
        }

        if (options?.GetRetained == true)
        {
            FeatureCheck.Require(Session.Router.Broker, Features.EventRetention, "event_retention", "ask a procedure for the last event");
        }

        return await _session.Subscriber.SubscribeAsync(topic, handler, options, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc cref="SubscribeAsync(string, Func{WampEvent, CancellationToken, ValueTask}, SubscribeOptions?, CancellationToken)"/>
    [OverloadResolutionPriority(1)] // an async lambda fits both this and the overload for Task
    public Task<WampSubscription> SubscribeAsync(
        string topic, Func<WampEvent, ValueTask> handler, SubscribeOptions? options = null, CancellationToken cancellationToken = default) =>
        SubscribeAsync(topic, (published, _) => handler(published), options, cancellationToken);

    /// <inheritdoc cref="SubscribeAsync(string, Func{WampEvent, CancellationToken, ValueTask}, SubscribeOptions?, CancellationToken)"/>
    public Task<WampSubscription> SubscribeAsync(
        string topic, Func<WampEvent, Task> handler, SubscribeOptions? options = null, CancellationToken cancellationToken = default) =>
        SubscribeAsync(topic, (published, _) => new ValueTask(handler(published)), options, cancellationToken);

    /// <inheritdoc cref="SubscribeAsync(string, Func{WampEvent, CancellationToken, ValueTask}, SubscribeOptions?, CancellationToken)"/>
    public Task<WampSubscription> SubscribeAsync(
        string topic, Action<WampEvent> handler, SubscribeOptions? options = null, CancellationToken cancellationToken = default)
    {
        return SubscribeAsync(topic, Handle, options, cancellationToken);

        ValueTask Handle(WampEvent published, CancellationToken sessionEnded)
        {
            handler(published);
            return default;
        }
    }

    /// <summary>
    /// The arguments of <c>wamp.session.add_testament</c>: topic, args, kwargs and, by keyword, what is not the default of publish_options.
    /// </summary>
    internal WampArguments Testament(string topic, WampArguments? arguments, PublishOptions options)
    {
        UriCheck.Name(topic);
        RequireFeatures(options);
        var sent = _session.Encode(arguments, PayloadSeal.ToSend(_session, topic, options.Passthru, Session.Router.Broker));
        var json = new ReceivedPayload(_session.Serializer, sent.Elements, sent.Count, _session.Contracts).Encode(SerializerKind.Json, out var count);
        new Payload(json, count).Split(SerializerKind.Json, out var args, out var kwargs);
        var testament = new WampArguments()
            .Add(topic)
            .Add(JsonElement.Parse(args.IsEmpty ? "[]"u8 : args))
            .Add(JsonElement.Parse(kwargs.IsEmpty ? "{}"u8 : kwargs));
        var dict = new PublishDict(acknowledge: false, options, sent.Passthru);
        return dict.IsEmpty ? testament : testament.Add("publish_options", JsonElement.Parse(ValueEncoder.Encode(SerializerKind.Json, dict)));
    }

    private OutboundBatch QueuePublish(PendingRequest<long>? request, string topic, WampArguments? arguments, PublishOptions? options)
    {
        UriCheck.Name(topic);
        options ??= PublishOptions.Default;
        RequireFeatures(options);
        var payload = _session.Encode(arguments, PayloadSeal.ToSend(_session, topic, options.Passthru, Session.Router.Broker));
        var dict = new PublishDict(acknowledge: request is not null, options, payload.Passthru);
        var message = new WampMessage
        {
            Type = MessageType.Publish,
            Uri = Encoding.UTF8.GetBytes(topic),
            Dict = dict.IsEmpty ? [] : ValueEncoder.Encode(_session.Serializer, dict),
            Payload = new Payload(payload.Elements, payload.Count),
        };
        lock (_session.Gate)
        {
            return _session.Queue(request, message);
        }
    }

    /// <exception cref="WampException">The router does not announce what is needed: it would publish to others than those meant, or forget the event.</exception>
    private void RequireFeatures(PublishOptions options)
    {
        var broker = Session.Router.Broker;
        if (options.HasLists)
        {
            FeatureCheck.Require(
                broker, Features.SubscriberBlackWhiteListing, "subscriber_blackwhite_listing", "publish to a topic that only the right sessions may read");
        }

        if (options.DiscloseMe)
        {
            FeatureCheck.Require(broker, Features.PublisherIdentification, "publisher_identification", "say in the arguments who publishes");
        }

        if (options.Retain)
        {
            FeatureCheck.Require(broker, Features.EventRetention, "event_retention", "offer a procedure that tells the last event");
        }
    }
}
