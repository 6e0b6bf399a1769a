using System.Text.Json.Nodes;
using Broker.Options;
using Broker.Realms;
using static Broker.Models.Expected;

namespace Broker.Models;

/// <content>How calls are made, answered and ended.</content>
internal sealed partial class DealerModel
{
    /// <summary>A CALL with a new request id.</summary>
    public void Call(ModelSession caller, long request, JsonObject options, string procedure, JsonArray payload, long now)
    {
        RequireAnnounced(caller, options);
        var registration = ModelUri.IsReserved(procedure) ? null : BestMatch(procedure);
        var rights = permissions.On(caller, procedure);
        var refusal = !ModelUri.IsValid(procedure) ? "wamp.error.invalid_uri" // URI-08
            : !rights.HasFlag(ModelRights.Call) ? "wamp.error.not_authorized"
            : ModelUri.IsReserved(procedure) && options.Says("progress") ? "wamp.error.feature_not_supported"
            : registration is null ? "wamp.error.no_such_procedure"
            : options.Says("disclose_me") && setting.Callers == DisclosePolicy.Never && !rights.HasFlag(ModelRights.DiscloseCaller) // CID-04
                ? "wamp.error.option_disallowed.disclose_me"
            : IsFull(Calls.Count(each => each.Caller == caller && !each.HasEnded)) ? "wamp.error.unavailable"
            : null;
        if (refusal is not null)
        {
            caller.Tell(Refusal(48, request, refusal));
            if (options.Says("progress"))
            {
                caller.UnfinishedSeries[request] = procedure;
            }

            return;
        }

        var call = new ModelCall(caller, request, procedure, options, payload, registration!)
        {
            Timeout = TimeoutOf(options),
            Since = now,
            IsDisclosedByRule = rights.HasFlag(ModelRights.DiscloseCaller),
        };
        Calls.Add(call);
        Dispatch(call, errorOfNobody: "wamp.error.no_such_procedure");
    }

    /// <summary>A CALL with a request id used before (PCI-19, PCI-20, PCI-21, PCI-23).</summary>
    public void Continue(ModelSession caller, long request, JsonObject options, string procedure, JsonArray payload)
    {
        RequireAnnounced(caller, options);
        var isLast = !options.Says("progress");
        if (Calls.Find(each => each.Caller == caller && each.Request == request && !each.HasEnded) is { } call)
        {
            if (!call.IsInputOpen || call.Procedure != procedure)
            {
                throw new ProtocolBreach("the call takes no chunks");
            }

            call.IsInputOpen = !isLast;
            if (!call.IsInterrupted)
            {
                call.Chunks++;
                var details = isLast ? new JsonObject() : new JsonObject { ["progress"] = true }; // PCI-16
                call.Callee!.Session.Tell(Message(payload, 68, call.Invocation!, call.Registration.Id, details));
            }
        }
        else if (!caller.UnfinishedSeries.TryGetValue(request, out var expected) || expected != procedure)
        {
            throw new ProtocolBreach("the request id was used before");
        }
        else if (isLast)
        {
            caller.UnfinishedSeries.Remove(request);
        }
    }

    public void Cancel(ModelSession caller, long request, JsonObject options)
    {
        if (request > caller.LastRequest)
        {
            throw new ProtocolBreach("no such request was made"); // CAN-09
        }

        if (Calls.Find(each => each.Caller == caller && each.Request == request && !each.HasEnded) is not { } call)
        {
            return;
        }

        var mode = options.TextAt("mode") ?? "killnowait"; // CAN-07
        if (mode == "kill" && call.Callee?.CanBeInterrupted == true) // CAN-03, CAN-05
        {
            Interrupt(call, Mode("kill"));
            call.IsInterrupted = true;
            return;
        }

        if (mode == "killnowait")
        {
            Interrupt(call, Mode("killnowait")); // CAN-04
        }

        Fail(call, "wamp.error.canceled");
    }

    public void Yield(ModelSession callee, long invocation, JsonObject options, JsonArray payload, long now)
    {
        if (Find(callee, invocation) is not { } call)
        {
            return;
        }

        if (!options.Says("progress"))
        {
            call.Caller.Tell(Message(payload, 50, call.Request, new JsonObject()));
            End(call);
        }
        else if (call.ReceivesProgress) // PCR-06, PCR-08
        {
            call.HasProgressed = true;
            call.Since = now;
            call.Caller.Tell(Message(payload, 50, call.Request, new JsonObject { ["progress"] = true }));
        }
    }

    public void Error(ModelSession callee, int requestType, long invocation, string error, JsonArray payload)
    {
        if (requestType != 68 || !ModelUri.IsValid(error))
        {
            throw new ProtocolBreach("no ERROR that a client may send"); // PV-08, PV-19
        }

        if (Find(callee, invocation) is not { } call)
        {
            return;
        }

        if (error == "wamp.error.unavailable" && call.Callee!.MayRefuse && !call.HasProgressed && !call.IsInterrupted)
        {
            if (call.Registration.Invoke == "single")
            {
                Fail(call, "wamp.error.no_available_callee"); // RER-03
                return;
            }

            if (call.Chunks == 1) // RER-08
            {
                call.Tried.Add(call.Callee);
                call.Callee = null;
                Serve(call.Registration); // the callee has room for another
                Dispatch(call, errorOfNobody: "wamp.error.no_available_callee"); // RER-04
                return;
            }
        }

        call.Caller.Tell(Message(payload, 8, 48, call.Request, new JsonObject(), error));
        End(call);
    }

    /// <summary>
    /// The call that times out first, if one does by then; of those that do at the same moment, the one whose time was taken first.
    /// </summary>
    public ModelCall? FirstToExpire(long until) =>
        Calls.Where(call => call.Deadline <= until).MinBy(call => (call.Deadline, call.Timer));

    /// <summary>CTO-02..04, CTO-12.</summary>
    public void Expire(ModelCall call)
    {
        var mode = Mode("killnowait");
        mode["reason"] = "wamp.error.timeout";
        Interrupt(call, mode);
        Fail(call, "wamp.error.timeout");
    }

    private static JsonObject Mode(string mode) => new() { ["mode"] = mode };

    private static void RequireAnnounced(ModelSession caller, JsonObject options)
    {
        if (options.Says("progress") && !caller.Caller.HasFlag(Features.ProgressiveCallInvocations))
        {
            throw new ProtocolBreach("progress was not announced"); // PCI-02
        }
    }

    /// <summary>The call that an answer is for; null when it comes too late (PV-09).</summary>
    private ModelCall? Find(ModelSession callee, long invocation) => invocation > callee.Invocations
        ? throw new ProtocolBreach("no such INVOCATION was sent")
        : Calls.Find(call => !call.HasEnded && call.Callee?.Session == callee && call.Invocation!.Value == invocation);

    /// <summary>At most one INTERRUPT for a call, and none to who did not announce that it understands (CAN-05, CAN-10).</summary>
    private static void Interrupt(ModelCall call, JsonObject options)
    {
        if (!call.IsInterrupted && call.Callee?.CanBeInterrupted == true)
        {
            call.Callee.Session.Tell(Message([], 69, call.Invocation!, options));
        }
    }

    private void Fail(ModelCall call, string error)
    {
        call.Caller.Tell(Refusal(48, call.Request, error));
        End(call);
    }

    private void End(ModelCall call)
    {
        Close(call);
        Serve(call.Registration);
    }

    /// <summary>The call has ended; nobody is told of it here, nor served because of it.</summary>
    private static void Close(ModelCall call)
    {
        call.HasEnded = true;
        call.Registration.Waiting.Remove(call);
        if (call.IsInputOpen)
        {
            call.Caller.UnfinishedSeries[call.Request] = call.Procedure;
        }
    }

    /// <summary>CTO-01, CTO-07.</summary>
    private long TimeoutOf(JsonObject options)
    {
        var timeout = options["timeout"]?.GetValue<long>() is > 0 and var asked ? asked : setting.DefaultTimeout;
        return setting.MaxTimeout > 0 && (timeout == 0 || timeout > setting.MaxTimeout) ? setting.MaxTimeout : timeout;
    }
}
