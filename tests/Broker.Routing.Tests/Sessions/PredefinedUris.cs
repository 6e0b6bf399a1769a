using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;

namespace Broker.Sessions;

/// <summary>Whatever goes wrong, peers are told by the URI that the specification has for it (WAMP specification, "Predefined URIs").</summary>
public sealed class PredefinedUris
{
    private static readonly HashSet<string> Predefined =
    [
        "wamp.error.invalid_uri", "wamp.error.no_such_procedure", "wamp.error.procedure_already_exists", "wamp.error.no_such_registration",
        "wamp.error.no_such_subscription", "wamp.error.invalid_argument", "wamp.error.canceled", "wamp.error.payload_size_exceeded",
        "wamp.error.not_authorized", "wamp.error.timeout", "wamp.error.option_disallowed.disclose_me", "wamp.error.unavailable",
        "wamp.error.no_available_callee", "wamp.error.feature_not_supported", "wamp.error.no_such_session",
    ];

    [Theory, EachSerializer, Trait("wamp", "URI-REF-01")]
    public void Each_fault_has_its_URI(SerializerKind serializer)
    {
        var time = new ManualTime();
        var realm = new TestRealm(new RealmOptions { DiscloseCaller = DisclosePolicy.Never, MaxQueuedCalls = 0 }, time);
        var caller = realm.Join(serializer, Features.CallCanceling | Features.ProgressiveCallInvocations);
        var callee = realm.Join(serializer, Features.CallReroute);
        callee.Registration("com.procedure");
        callee.Registration("com.unavailable");
        callee.Registration("com.busy", "{\"_concurrency\":1}");
        callee.MaxLength = 300;
        var seen = new HashSet<string>();

        Expect("wamp.error.invalid_uri", () => caller.Call("com..x"));
        Expect("wamp.error.invalid_uri", () => caller.Publish("wamp.x", options: "{\"acknowledge\":true}"));
        Expect("wamp.error.no_such_procedure", () => caller.Call("com.nobody"));
        Expect("wamp.error.procedure_already_exists", () => caller.Register("com.procedure"));
        Expect("wamp.error.no_such_registration", () => caller.Unregister(77));
        Expect("wamp.error.no_such_subscription", () => caller.Unsubscribe(77));
        Expect("wamp.error.invalid_argument", () => caller.Call("wamp.session.get", "[\"a\"]"));
        Expect("wamp.error.no_such_session", () => caller.Call("wamp.session.get", "[77]"));
        Expect("wamp.error.not_authorized", () => caller.Call("wamp.session.kill_all"));
        Expect("wamp.error.option_disallowed.disclose_me", () => caller.Call("com.procedure", options: "{\"disclose_me\":true}"));
        Expect("wamp.error.feature_not_supported", () => caller.Call("com.procedure", options: "{\"progress\":true}"));
        Expect("wamp.error.payload_size_exceeded", () => caller.Call("com.procedure", $"[\"{new string('x', 400)}\"]"));
        Expect("wamp.error.canceled", () => caller.Cancel(caller.Call("com.procedure")));
        Expect("wamp.error.timeout", () =>
        {
            caller.Call("com.procedure", options: "{\"timeout\":1000}");
            time.Advance(TimeSpan.FromSeconds(1));
        });
        Expect("wamp.error.no_available_callee", () =>
        {
            callee.Rest();
            caller.Call("com.unavailable");
            callee.Error(callee.Next().RequestId, "wamp.error.unavailable");
        });
        Expect("wamp.error.unavailable", () =>
        {
            caller.Call("com.busy");
            caller.Call("com.busy");
        });
        Expect("wamp.error.canceled", callee.Leave); // the call that waits
        Assert.Equal(Predefined.Order(), seen.Order());

        void Expect(string uri, Action fault)
        {
            fault();
            var error = caller.NextError();
            Assert.Equal(uri, error.Uri);
            caller.AssertSilent();
            seen.Add(uri);
        }
    }
}
