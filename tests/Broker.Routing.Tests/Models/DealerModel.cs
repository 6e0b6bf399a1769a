using System.Text.Json.Nodes;
using Broker.Options;
using Broker.Realms;
using static Broker.Models.Expected;

namespace Broker.Models;

/// <summary>Registrations and the way of calls to their callees.</summary>
/// <param name="setting">How the realm behaves.</param>
/// <param name="permissions">What sessions may do.</param>
internal sealed partial class DealerModel(Setting setting, ModelPermissions permissions)
{
    private readonly HashSet<long> _registrationIds = [];
    private int _timers;
    private bool _isAnybodyRight;

    public List<ModelRegistration> Registrations { get; } = [];

    /// <summary>All calls that reached a registration, also those that have ended.</summary>
    public List<ModelCall> Calls { get; } = [];

    /// <summary>Whom the router has chosen among those whom <c>random</c> lets it choose from: it alone can tell.</summary>
    public required Func<ModelCall, IReadOnlyList<ModelCallee>, ModelCallee> AtRandom { get; init; }

    public void Register(ModelSession session, long request, JsonObject options, string procedure)
    {
        var (match, invoke) = (options.TextAt("match") ?? "exact", options.TextAt("invoke") ?? "single");
        if (!ModelUri.IsValidPattern(procedure, match) || ModelUri.IsReserved(procedure))
        {
            session.Tell(Refusal(64, request, "wamp.error.invalid_uri"));
            return;
        }

        if (!permissions.Allow(session, ModelRights.Register, procedure, match))
        {
            session.Tell(Refusal(64, request, "wamp.error.not_authorized"));
            return;
        }

        if (options.Says("disclose_caller") && setting.Callers == DisclosePolicy.Never) // CID-05
        {
            session.Tell(Refusal(64, request, "wamp.error.option_disallowed.disclose_me"));
            return;
        }

        var registration = Registrations.Find(each => each.Procedure == procedure && each.Match == match);
        if (registration is not null && (registration.Invoke != invoke || invoke == "single")) // SHR-02, SHR-03
        {
            session.Tell(Refusal(64, request, "wamp.error.procedure_already_exists"));
            return;
        }

        var isHeld = registration?.Callees.Exists(callee => callee.Session == session) == true;
        if (!isHeld && IsFull(Registrations.Count(each => each.Callees.Exists(callee => callee.Session == session))))
        {
            session.Tell(Refusal(64, request, "wamp.error.unavailable"));
            return;
        }

        if (registration is null)
        {
            registration = new ModelRegistration(procedure, match, invoke, new RouterChosenId("registration", _registrationIds));
            Registrations.Add(registration);
        }

        if (!isHeld) // SHR-06
        {
            registration.Callees.Add(new ModelCallee(session, options));
        }

        session.Tell(Message([], 65, request, registration.Id));
        Serve(registration);
    }

    public void Unregister(ModelSession session, long request, long id)
    {
        var registration = Registrations.Find(each => each.Id.Value == id && each.Callees.Exists(callee => callee.Session == session));
        if (registration is null)
        {
            session.Tell(Refusal(66, request, "wamp.error.no_such_registration"));
            return;
        }

        Remove(registration, session); // calls that run go on (REG-04)
        session.Tell(Message([], 67, request));
        Serve(registration);
    }

    /// <summary>Takes away the registrations that are not allowed any more, and tells those who understand (RVK-02). Calls that run go on.</summary>
    public void RevokeDenied()
    {
        foreach (var registration in Registrations.ToList())
        {
            foreach (var callee in registration.Callees.ToList())
            {
                if (permissions.Allow(callee.Session, ModelRights.Register, registration.Procedure, registration.Match))
                {
                    continue;
                }

                Remove(registration, callee.Session);
                if (callee.Session.Callee.HasFlag(Features.RegistrationRevocation))
                {
                    var details = new JsonObject { ["registration"] = registration.Id.Value, ["reason"] = "wamp.error.not_authorized" };
                    callee.Session.Tell(Message([], 67, 0, details));
                }
            }

            Serve(registration);
        }
    }

    /// <summary>The session is gone: so are its registrations, the calls to it, and its own (RPC-20, RPC-30).</summary>
    public void Leave(ModelSession session)
    {
        var held = Registrations.Where(each => each.Callees.Exists(callee => callee.Session == session)).ToList();
        held.ForEach(registration => Remove(registration, session));
        var ended = Calls.Where(call => !call.HasEnded && (call.Callee?.Session == session || call.Caller == session)).ToList();
        ended.ForEach(Close);
        foreach (var call in ended)
        {
            call.Caller.Tell(Refusal(48, call.Request, "wamp.error.canceled"));
            Interrupt(call, Mode("killnowait"));
        }

        // In which order the calls end is left open, and so is which of the callees that get free by it is chosen.
        _isAnybodyRight = true;
        foreach (var registration in held.Concat(ended.Select(call => call.Registration)).Distinct())
        {
            Serve(registration);
        }

        _isAnybodyRight = false;
    }

    private void Remove(ModelRegistration registration, ModelSession session)
    {
        registration.Remove(registration.Callees.Find(callee => callee.Session == session)!);
        if (registration.Callees.Count == 0)
        {
            Registrations.Remove(registration); // SHR-07
        }
    }

    /// <summary>PBR-04.</summary>
    private ModelRegistration? BestMatch(string procedure)
    {
        var matching = Registrations.Where(each => ModelUri.Matches(each.Procedure, each.Match, procedure)).ToList();
        var hasWholePrefix = matching.Exists(each => each.Match == "prefix" && ModelUri.EndsWhole(each.Procedure, procedure));
        return matching.MaxBy(each => ModelUri.Rank(each.Procedure, each.Match, hasWholePrefix));
    }

    /// <summary>Sends a call to whoever is to answer it, lets it wait, or fails it.</summary>
    private void Dispatch(ModelCall call, string errorOfNobody)
    {
        var waiting = call.Registration.Waiting;
        if (TryDispatch(call, errorOfNobody))
        {
            return;
        }

        if (call.Options.Says("progress") || waiting.Count >= setting.MaxQueued)
        {
            Fail(call, "wamp.error.unavailable");
            return;
        }

        Time(call);
        waiting.Add(call);
    }

    /// <summary>Sends a call to whoever is to answer it, or fails it; false when somebody may have room for it later.</summary>
    private bool TryDispatch(ModelCall call, string errorOfNobody)
    {
        bool Can(ModelCallee callee) => !call.Tried.Contains(callee) && !IsBusy(callee);
        if (call.Registration.Choose(_isAnybodyRight ? "random" : call.Registration.Invoke, Can, left => AtRandom(call, left)) is not { } callee)
        {
            if (call.Registration.Callees.Except(call.Tried).Any())
            {
                return false;
            }

            Fail(call, errorOfNobody);
            return true;
        }

        if (call.Options.Says("progress") && !callee.TakesChunks) // PCI-04
        {
            Fail(call, "wamp.error.feature_not_supported");
            return true;
        }

        var isForwarded = callee.TakesTimeout && call.Timeout > 0 && call.Timer is null; // CTO-05
        if (!isForwarded)
        {
            Time(call); // CTO-02
        }

        call.Callee = callee;
        call.Invocation = new RouterChosenId("invocation", callee.Session.InvocationIds);
        call.Asked.Add((callee.Session, call.Invocation));
        call.ReceivesProgress = call.Options.Says("receive_progress")
            && call.Caller.Caller.HasFlag(Broker.Options.Features.ProgressiveCallResults) && callee.CanProgress; // PCR-04
        callee.Session.Invocations++;
        callee.Session.Tell(Message(call.Payload, 68, call.Invocation, call.Registration.Id, Details(call, isForwarded)));
        return true;
    }

    private bool IsFull(int held) => setting.MaxHeld > 0 && held >= setting.MaxHeld;

    private void Time(ModelCall call) => call.Timer ??= call.Timeout > 0 ? _timers++ : null;

    private bool IsBusy(ModelCallee callee) =>
        callee.Concurrency > 0 && Calls.Count(call => !call.HasEnded && call.Callee == callee) >= callee.Concurrency;

    /// <summary>Sends on those who wait, as far as somebody has room for them.</summary>
    private void Serve(ModelRegistration registration)
    {
        foreach (var call in registration.Waiting.ToList())
        {
            var place = registration.Waiting.IndexOf(call);
            if (place < 0)
            {
                continue; // served meanwhile
            }

            registration.Waiting.RemoveAt(place);
            if (!TryDispatch(call, call.Tried.Count > 0 ? "wamp.error.no_available_callee" : "wamp.error.canceled"))
            {
                registration.Waiting.Insert(place, call);
            }
        }
    }

    private JsonObject Details(ModelCall call, bool isTimeoutForwarded)
    {
        var details = new JsonObject();
        if (call.Registration.Match != "exact")
        {
            details["procedure"] = call.Procedure; // PBR-07
        }

        if (call.IsDisclosedByRule || call.Options.Says("disclose_me") || call.Callee!.DisclosesCaller || setting.Callers == DisclosePolicy.Always) // CID-01..05
        {
            details["caller"] = call.Caller.Id;
            details["caller_authid"] = call.Caller.AuthId;
            details["caller_authrole"] = call.Caller.AuthRole;
        }

        if (call.ReceivesProgress)
        {
            details["receive_progress"] = true;
        }

        if (call.Options.Says("progress"))
        {
            details["progress"] = true; // PCI-06
        }

        if (isTimeoutForwarded)
        {
            details["timeout"] = call.Timeout;
        }

        return details;
    }
}
