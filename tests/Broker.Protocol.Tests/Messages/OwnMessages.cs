namespace Broker.Messages;

/// <summary>Messages that the specification's vectors lack, in JSON without white space, the way the encoder writes them.</summary>
public static class OwnMessages
{
    /// <summary>At least one message of every type.</summary>
    public static IReadOnlyList<string> Texts { get; } =
    [
        """[1,"realm1",{"roles":{"caller":{"features":{"call_canceling":true}}},"agent":"test","authmethods":["ticket"],"authid":"joe","authextra":{"nonce":"x"}}]""",
        """[2,9007199254740992,{"roles":{"broker":{},"dealer":{}},"realm":"realm1","authid":"joe","authrole":"user"}]""",
        """[3,{"message":"no"},"wamp.error.not_authorized"]""",
        """[3,{},"wamp.error.protocol_violation",["why"],{"where":4}]""",
        """[4,"wampcra",{"challenge":"{\"nonce\":\"x\"}","salt":"s","keylen":32,"iterations":1000}]""",
        """[5,"signature",{}]""",
        """[6,{"message":"bye"},"wamp.close.close_realm"]""",
        """[8,48,1,{},"com.myapp.error",["text",1],{"a":null}]""",
        """[8,68,9007199254740992,{"ppt_scheme":"x_mine"},"com.myapp.error",["\u0000AAEC"]]""",
        """[16,1,{"acknowledge":true,"exclude":[1,9007199254740992],"eligible_authid":["a","b"]},"com.myapp.topic"]""",
        """[16,2,{},"com.myapp.topic",[],{"only":"kwargs"}]""",
        """[16,3,{"ppt_scheme":"wamp","ppt_serializer":"cbor","ppt_cipher":"aes256gcm","ppt_keyid":"k"},"com.myapp.topic",["\u0000AAEC/w=="]]""",
        """[16,4,{"_private":{"nested":[1,{"a":[]}]}},"com.myapp.töpic",["é","日本","😀","quote \" backslash \\ tab \t"]]""",
        """[16,5,{},"com.myapp.topic",[0,-1,-9223372036854775808,9223372036854775807,18446744073709551615,1.5,-0.25,1E+300,null,true,false,[],{}]]""",
        """[17,1,9007199254740992]""",
        """[32,1,{"match":"wildcard","get_retained":true},"com..topic"]""",
        """[33,1,1]""",
        """[34,1,9007199254740992]""",
        """[35,9007199254740992]""",
        """[35,0,{"subscription":5,"reason":"wamp.error.not_authorized"}]""",
        """[36,1,2,{"topic":"com.myapp.topic","publisher":7,"publisher_authid":"joe","publisher_authrole":"user","trustlevel":0,"retained":true},["a"],{"k":"v"}]""",
        """[48,1,{"timeout":100,"receive_progress":true,"disclose_me":true},"com.myapp.proc",[1]]""",
        """[49,1,{"mode":"killnowait"}]""",
        """[50,1,{"progress":true},[1,2]]""",
        """[50,1,{},[],{"k":[1]}]""",
        """[64,1,{"match":"prefix","invoke":"roundrobin","disclose_caller":true},"com.myapp"]""",
        """[65,1,2]""",
        """[66,1,2]""",
        """[67,1]""",
        """[67,0,{"registration":3}]""",
        """[68,1,2,{"caller":3,"caller_authid":"joe","procedure":"com.myapp.proc","receive_progress":true,"timeout":5,"trustlevel":1},[1],{"k":2}]""",
        """[69,1,{"mode":"kill"}]""",
        """[70,1,{"progress":true},["part"]]""",
        """[16,6,{},"com.myapp.topic",[""" + new string('[', 98) + new string(']', 98) + """]]""",
    ];
}
