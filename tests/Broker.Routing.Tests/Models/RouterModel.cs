using System.Text.Json.Nodes;
using Broker.Messages;

namespace Broker.Models;

/// <summary>
/// What the specification says a router does, message by message, with nothing of the router's own code: lists that are searched from end
/// to end, one thing at a time. Messages come in as they are on the wire; what each session must be told because of it is in
/// <see cref="ModelSession.Told"/>.
/// </summary>
/// <param name="setting">How the realm behaves.</param>
/// <param name="atRandom">Whom the router has chosen where it may choose at random.</param>
internal sealed class RouterModel(Setting setting, Func<ModelCall, IReadOnlyList<ModelCallee>, ModelCallee> atRandom)
{
    public long Now { get; private set; }

    private readonly ModelPermissions _permissions = new() { Roles = setting.Roles };

    public BrokerModel Broker => field ??= new(setting, _permissions);

    public DealerModel Dealer => field ??= new(setting, _permissions) { AtRandom = atRandom };

    /// <summary>A session sends a message.</summary>
    /// <exception cref="ProtocolBreach">It may not; the session is to leave.</exception>
    public void Take(ModelSession session, JsonArray message)
    {
        switch (Wire.TypeOf(message))
        {
            case MessageType.Publish:
                Broker.Publish(session, TakeRequest(session, message), Dict(message, 2), Text(message, 3), Wire.Payload(message, 4), Now);
                break;
            case MessageType.Subscribe:
                Broker.Subscribe(session, TakeRequest(session, message), Dict(message, 2), Text(message, 3));
                break;
            case MessageType.Unsubscribe:
                Broker.Unsubscribe(session, TakeRequest(session, message), Id(message, 2));
                break;
            case MessageType.Register:
                Dealer.Register(session, TakeRequest(session, message), Dict(message, 2), Text(message, 3));
                break;
            case MessageType.Unregister:
                Dealer.Unregister(session, TakeRequest(session, message), Id(message, 2));
                break;
            case MessageType.Call when Id(message, 1) <= session.LastRequest:
                Dealer.Continue(session, Id(message, 1), Dict(message, 2), Text(message, 3), Wire.Payload(message, 4));
                break;
            case MessageType.Call:
                Dealer.Call(session, TakeRequest(session, message), Dict(message, 2), Text(message, 3), Wire.Payload(message, 4), Now);
                break;
            case MessageType.Cancel:
                Dealer.Cancel(session, Id(message, 1), Dict(message, 2));
                break;
            case MessageType.Yield:
                Dealer.Yield(session, Id(message, 1), Dict(message, 2), Wire.Payload(message, 3), Now);
                break;
            case MessageType.Error:
                Dealer.Error(session, (int)Id(message, 1), Id(message, 2), Text(message, 4), Wire.Payload(message, 5));
                break;
            default:
                throw new ProtocolBreach("a client does not send this"); // PV-13
        }

        Pass(0); // a timeout may have run out already
    }

    /// <summary>A session ends, however.</summary>
    public void Leave(ModelSession session)
    {
        session.HasLeft = true;
        Broker.Leave(session);
        Dealer.Leave(session);
    }

    /// <summary>The roles of the realm get other rules: what these do not allow is taken away (AZN-05).</summary>
    public void Reload(ModelRoles? roles)
    {
        _permissions.Roles = roles;
        Broker.RevokeDenied();
        Dealer.RevokeDenied();
    }

    /// <summary>Time goes by.</summary>
    public void Pass(int milliseconds)
    {
        var until = Now + milliseconds;
        while (Dealer.FirstToExpire(until) is { } call)
        {
            Now = Math.Max(Now, call.Deadline!.Value);
            Dealer.Expire(call);
        }

        Now = until;
        Broker.Expire(Now);
    }

    /// <summary>ID-08.</summary>
    private static long TakeRequest(ModelSession session, JsonArray message) => Id(message, 1) == session.LastRequest + 1
        ? ++session.LastRequest
        : throw new ProtocolBreach("the request id does not follow the last");

    private static long Id(JsonArray message, int at) => message[at]!.GetValue<long>();

    private static string Text(JsonArray message, int at) => message[at]!.GetValue<string>();

    private static JsonObject Dict(JsonArray message, int at) => (JsonObject)message[at]!.DeepClone();
}
