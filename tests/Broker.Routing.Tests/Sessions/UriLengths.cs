using Broker.Peers;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Sessions;

/// <summary>Whose URI is too long is told so, and how long it may be.</summary>
public sealed class UriLengths
{
    private readonly TestRealm _realm = new();

    [Theory, EachSerializer, Trait("wamp", "URI-09")]
    public void A_URI_that_is_too_long_is_refused_by_the_number_of_bytes_that_it_may_have(SerializerKind serializer)
    {
        var peer = _realm.Join(serializer);
        var most = UriRules.Default.MaxLength;
        var uri = "com." + new string('a', most - 3);
        peer.Publish(uri, options: "{\"acknowledge\":true}");
        peer.Subscribe(uri);
        peer.Register(uri);
        peer.Call(uri);
        foreach (var what in (string[])["topic", "topic", "procedure", "procedure"])
        {
            var error = peer.Next();
            Assert.Equal(ErrorUris.InvalidUri, error.Uri);
            Assert.Equal($"[\"The {what} has {most + 1} bytes, and a URI may have {most} here: shorten it.\"]", error.Payload);
        }

        peer.AssertSilent();
    }
}
