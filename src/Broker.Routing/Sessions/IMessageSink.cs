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
    /// Queues a message; called with <see cref="Gate"/> held. Never blocks, never throws, never calls back into routing. Messages leave in the order
    /// of these calls.
    /// </summary>
    /// <param name="message">Valid during the call only.</param>
    /// <param name="isDroppable">
    /// True for what others send to the peer, EVENT and INVOCATION: may be refused when the peer reads too slowly. Anything else answers the peer's own
    /// requests and is queued, or ends the session.
    /// </param>
    SendResult Send(OutboundMessage message, bool isDroppable);
}
