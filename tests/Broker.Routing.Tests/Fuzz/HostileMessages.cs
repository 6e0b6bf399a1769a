using System.Text.Json.Nodes;
using Broker.Cases;

namespace Broker.Fuzz;

/// <summary>
/// What a hostile or broken peer might send: messages that are right, and such that were, before something in them was replaced, lost or
/// added. They are templates (<see cref="MessageTemplate"/>); <c>#long</c>, <c>#list</c>, <c>#deep</c> and <c>#dict</c> stand for big
/// values.
/// </summary>
internal sealed class HostileMessages(Random random)
{
    private const string RegisterEvil = """[64,"$next",{},"com.evil"]""";
    private const string RegisterEvilAndSlow = """[64,"$next",{"_concurrency":1},"com.evil"]""";

    private static readonly string[] Right =
    [
        """[16,"$next",{"acknowledge":true,"exclude_me":false},"com.news",["evil"]]""",
        """[16,"$next",{"retain":true,"exclude":["$session:b"],"eligible":["$session:c",5]},"com.news",["evil"],{"k":null}]""",
        """[16,"$next",{"eligible_authid":["joe"],"exclude_authrole":["user","#long"]},"com.news"]""",
        """[16,"$next",{"ppt_scheme":"x_custom","ppt_serializer":"cbor"},"com.news",["evil"]]""",
        """[16,"$next",{"disclose_me":true},"com.evil",["#deep"]]""",
        """[32,"$next",{"get_retained":true},"com.news"]""",
        """[32,"$next",{"match":"prefix","get_retained":true},"com."]""",
        """[32,"$next",{"match":"wildcard"},".news"]""",
        """[32,"$next",{"match":"prefix"},"wamp."]""",
        """[34,"$next","$subscription:a"]""",
        """[34,"$next","$subscription:b"]""",
        RegisterEvil,
        """[64,"$next",{"invoke":"roundrobin","disclose_caller":true,"forward_timeout":true},"com.shared"]""",
        """[64,"$next",{"invoke":"roundrobin","_concurrency":1},"com.shared"]""",
        RegisterEvilAndSlow,
        """[64,"$next",{"match":"prefix"},"com"]""",
        """[64,"$next",{"match":"wildcard"},"com."]""",
        """[64,"$next",{},"com.b.echo"]""",
        """[66,"$next","$registration:a"]""",
        """[66,"$next","$registration:b"]""",
        """[48,"$next",{},"com.b.echo",["evil"]]""",
        """[48,"$next",{"receive_progress":true,"timeout":5},"com.c.echo",["evil"]]""",
        """[48,"$next",{"progress":true,"receive_progress":true},"com.c.echo",["evil"]]""",
        """[48,"$series",{"progress":true},"com.c.echo",["more evil"]]""",
        """[48,"$series",{},"com.c.echo",["last evil"]]""",
        """[48,"$next",{"timeout":9007199254740992,"disclose_me":true},"com.shared",["#list"]]""",
        """[48,"$next",{"ppt_scheme":"wamp","ppt_cipher":"xsalsa20poly1305"},"com.b.echo",["evil"]]""",
        """[48,"$next",{},"com.evil",["evil"]]""",
        """[49,"$call",{"mode":"kill"}]""",
        """[49,"$call",{"mode":"killnowait"}]""",
        """[49,"$call",{"mode":"skip"}]""",
        """[49,1,{}]""",
        """[70,"$invocation",{},["evil"]]""",
        """[70,"$invocation",{"progress":true},["evil"]]""",
        """[70,"$invocation",{"ppt_scheme":"x_custom"},["evil"]]""",
        """[8,68,"$invocation",{},"com.error",["evil"]]""",
        """[8,68,"$invocation",{},"wamp.error.unavailable"]""",
        """[8,68,"$invocation",{},"wamp.error.canceled"]""",
        """[300,1,{"of":"an extension"}]""",
    ];

    private static readonly string[] Wrong =
    [
        """[70,1,{},["late evil"]]""",
        """[70,9007199254740992,{},["evil"]]""",
        """[8,68,1,{},"wamp.error.timeout"]""",
        """[48,"$call",{},"com.c.echo",["evil again"]]""",
        """[48,"$call",{"progress":true},"com.b.echo",["evil again"]]""",
        """[49,"$next",{}]""",
        """[16,1,{},"com.news"]""",
        """[8,48,1,{},"com.error"]""",
        """[36,"$subscription:b",1,{},["evil"]]""",
        """[50,1,{},["evil"]]""",
        """[68,1,"$registration:b",{}]""",
        """[69,1,{"mode":"kill"}]""",
        """[1,"realm1",{"roles":{"caller":{}}}]""",
        """[5,"signature",{}]""",
        """[6,{},"wamp.close.close_realm"]""",
        """[3,{},"com.error"]""",
    ];

    private static readonly string[] MetaProcedures =
    [
        "session.count", "session.list", "session.get", "session.kill", "session.kill_by_authid", "session.kill_by_authrole",
        "session.kill_all", "session.add_testament", "session.flush_testaments", "registration.list", "registration.lookup",
        "registration.match", "registration.get", "registration.list_callees", "registration.count_callees", "registration.remove_callee",
        "subscription.list", "subscription.lookup", "subscription.match", "subscription.get", "subscription.list_subscribers",
        "subscription.count_subscribers", "subscription.get_events", "subscription.remove_subscriber", "none",
    ];

    private static readonly string[] MetaKeys =
        ["reason", "message", "match", "scope", "publish_options", "topic", "limit", "from_time", "after_publication"];

    private static readonly string[] Junk =
    [
        "null", "true", "0", "1", "-1", "1.5", "9007199254740992", "9007199254740993", "18446744073709551615", "\"\"", "\"x\"", "[]", "{}",
        "[null]", "[[1],{\"k\":[]}]", "\"\\u0000AQID\"", "\"#long\"", "\"#list\"", "\"#deep\"", "\"#dict\"", "\"com..x\"",
        "\"wamp.session.kill\"", "\"$session:b\"", "\"$session:c\"", "\"$next\"", "\"$call\"", "\"$registration:b\"", "\"$subscription:b\"",
        "\"$invocation\"", "\"com.news\"", "\"joe\"", "\"kill\"", "\"roundrobin\"", "{\"match\":\"prefix\"}",
    ];

    private static readonly string[] Options =
    [
        "acknowledge", "exclude_me", "disclose_me", "exclude", "exclude_authid", "eligible", "eligible_authrole", "retain", "match",
        "get_retained", "invoke", "timeout", "receive_progress", "progress", "mode", "disclose_caller", "forward_timeout", "ppt_scheme",
        "rkey", "runmode", "nkey", "_concurrency", "x_other", "reason", "",
    ];

    private static readonly (string Name, string Value)[] Big =
    [
        ("\"#long\"", $"\"{new string('x', 5000)}\""),
        ("\"#list\"", $"[{string.Join(',', Enumerable.Range(1, 1000))}]"),
        ("\"#deep\"", new string('[', 30) + new string(']', 30)),
        ("\"#dict\"", $"{{{string.Join(',', Enumerable.Range(1, 300).Select(i => $"\"key{i}\":{i}"))}}}"),
    ];

    /// <summary>The template of the next message.</summary>
    public string Next()
    {
        var template = random.Next(6) == 0 ? MetaCall() : random.Next(40) == 0 ? Any(Wrong) : Any(Right);
        return random.Next(10) < 7 ? template : Spoil(template);
    }

    /// <summary>Registers the procedure that those who behave call as a hostile one.</summary>
    public string NextRegistration() => Any([RegisterEvil, RegisterEvilAndSlow]);

    /// <summary>One that can be sent many times in a row.</summary>
    public string NextOfFlood() => Any(Right.Where(template => template.Contains("$next", StringComparison.Ordinal)).ToList());

    /// <summary>The big values in the place of the short names that stand for them.</summary>
    public static string Expand(string json) => json.Contains("\"#", StringComparison.Ordinal)
        ? Big.Aggregate(json, (text, big) => text.Replace(big.Name, big.Value, StringComparison.Ordinal))
        : json;

    /// <summary>Whether a message of this type takes the next request id.</summary>
    public static bool IsRequest(int type) => type is 16 or 32 or 34 or 48 or 64 or 66;

    /// <summary>Bytes with some of them changed, lost or doubled.</summary>
    public static byte[] Mangle(byte[] bytes, Random random)
    {
        var mangled = bytes.ToList();
        for (var i = random.Next(1, 4); i > 0 && mangled.Count > 0; i--)
        {
            var at = random.Next(mangled.Count);
            switch (random.Next(4))
            {
                case 0:
                    mangled[at] = (byte)random.Next(256);
                    break;
                case 1:
                    mangled[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    mangled.RemoveRange(at, random.Next(1, Math.Min(4, mangled.Count - at) + 1));
                    break;
                default:
                    mangled.Insert(at, mangled[at]);
                    break;
            }
        }

        return [.. mangled];
    }

    private string MetaCall()
    {
        var arguments = string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => Any(Junk)));
        var argumentsKw = random.Next(3) == 0 ? $",{{\"{Any(MetaKeys)}\":{Any(Junk)}}}" : "";
        return $"[48,\"$next\",{{}},\"wamp.{Any(MetaProcedures)}\",[{arguments}]{argumentsKw}]";
    }

    private string Spoil(string template)
    {
        var message = (JsonArray)JsonNode.Parse(template)!;
        for (var i = random.Next(1, 3); i > 0 && message.Count > 0; i--)
        {
            var at = random.Next(message.Count);
            switch (random.Next(7))
            {
                case 0:
                    message[at] = JsonNode.Parse(Any(Junk));
                    break;
                case 1:
                    message.RemoveAt(at);
                    break;
                case 2:
                    message.Add(JsonNode.Parse(Any(Junk)));
                    break;
                case 3 when random.Next(4) == 0:
                    message[0] = random.Next(75);
                    break;
                default:
                    if (message.FirstOrDefault(element => element is JsonObject) is JsonObject options)
                    {
                        options[Any(Options)] = JsonNode.Parse(Any(Junk));
                    }

                    break;
            }
        }

        return message.ToJsonString();
    }

    private T Any<T>(IReadOnlyList<T> items) => items[random.Next(items.Count)];
}
