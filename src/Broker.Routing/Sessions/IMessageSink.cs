using Broker.PubSub;

namespace Broker.Sessions;

/// <summary>The port from routing to a session's transport.</summary>
public interface IMessageSink
{
    /// <summary>
    /// The lock under which messages to this peer are queued. Routing holds it whenever it calls <see cref="Send"/>, together with the state that must
    /// change in the same instant, and never holds two sessions' locks at once.
    /// </summary>
    Lock Gate { get; }

    /// <summary>
    /// Queues a message that is no EVENT; called with <see cref="Gate"/> held. Never blocks, never throws, never calls back into routing.
    /// Messages leave in the order of these calls.
    /// </summary>
    /// <param name="message">Valid during the call only.</param>
    /// <param name="isDroppable">
    /// True for what others send to the peer, such as INVOCATION and progressive RESULT, and for parts of an answer that it can ask for
    /// again: may be refused when the peer reads too slowly. Anything else answers the peer's own requests and is queued, or ends the
    /// session.
    /// </param>
    SendResult Send(OutboundMessage message, bool isDroppable);

    /// <summary>
    /// Queues an EVENT, or does with it what the subscription's policy says; as <see cref="Send"/>. What is dropped now or later is counted
    /// by <paramref name="terms"/> and told to the peer by <see cref="EventGap"/>.
    /// </summary>
    /// <param name="message">Valid during the call only.</param>
    /// <param name="terms">How the subscription's events are treated.</param>
    /// <param name="topic">The topic; valid during the call only.</param>
    void SendEvent(OutboundMessage message, EventTerms terms, ReadOnlySpan<byte> topic);

    /// <summary>
    /// Queues the events of a delivery behind all that waits; as <see cref="Send"/>. They are asked for, with <see cref="Gate"/> held, as the
    /// peer takes them; those that the peer does not get are told to it by <see cref="EventGap"/>.
    /// </summary>
    /// <param name="events">The events.</param>
    void SendRetained(RetainedDelivery events);

    /// <summary>Notes that the peer does not get an event, to be told with the next EVENT; called with <see cref="Gate"/> held.</summary>
    void MissEvent();

    /// <summary>Forgets the events that were missed and are not told yet: the session has ended. Called with <see cref="Gate"/> held.</summary>
    void ForgetMissed();

    /// <summary>
    /// Asks the connection to end the session, which has left its realm, by GOODBYE, and then itself. Called without <see cref="Gate"/>; returns at once, and
    /// never runs any of the connection's code on the caller's stack.
    /// </summary>
    /// <param name="reason">The reason of GOODBYE.</param>
    /// <param name="message">One sentence for the peer, or null.</param>
    void End(string reason, string? message);
}
