using Broker.Options;
using Broker.Serialization;
using Broker.Sessions;

namespace Broker.Realms;

/// <content>The router's own sessions.</content>
public sealed partial class Realm
{
    /// <summary>
    /// A session of the router itself, which needs no permission and which nobody sees but a callee to which callers are disclosed: it is not
    /// counted, listed or told of, and cannot be killed. Its messages go through <see cref="Route(Session, in Messages.WampMessage)"/> like
    /// those of others. It speaks JSON.
    /// </summary>
    /// <param name="identity">Who the callee is told that it is.</param>
    /// <param name="roles">What it announces.</param>
    /// <param name="sink">Where messages to it go.</param>
    public Session Attach(SessionIdentity identity, RoleSet roles, IMessageSink sink) =>
        new(DrawSessionId(), this, SerializerKind.Json, identity, roles, sink) { IsOfRouter = true };
}
