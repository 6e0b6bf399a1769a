namespace Broker.Authentication;

/// <summary>Signatures of cryptosign.</summary>
public sealed class Cryptosign
{
    private const string ChannelId = "62e935ae755f3d48f80d4d59f6121358c435722a67e859cc0caa8b539027f2ff";
    private const string PrivateKey = "4d57d97a68f555696620a6d849c0ce582568518d729eb753dc7c732de2804510";
    private const string Challenge = "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";

    // The six examples of the specification ("Test Vectors"): without and with channel binding.
    [Theory, Trait("wamp", "CRY-08"), Trait("wamp", "CRY-04"), Trait("wamp", "CRY-05"), Trait("wamp", "CRY-01")]
    [InlineData("", PrivateKey, Challenge, "b32675b221f08593213737bef8240e7c15228b07028e19595294678c90d11c0cae80a357331bfc5cc9fb71081464e6e75013517c2cf067ad566a6b7b728e5d03ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    [InlineData("", "d511fe78e23934b3dadb52fcd022974b80bd92bccc7c5cf404e46cc0a8a2f5cd", "b26c1f87c13fc1da14997f1b5a71995dff8fbe0a62fae8473c7bdbd05bfb607d", "d4209ad10d5aff6bfbc009d7e924795de138a63515efc7afc6b01b7fe5201372190374886a70207b042294af5bd64ce725cd8dceb344e6d11c09d1aaaf4d660fb26c1f87c13fc1da14997f1b5a71995dff8fbe0a62fae8473c7bdbd05bfb607d")]
    [InlineData("", "6e1fde9cf9e2359a87420b65a87dc0c66136e66945196ba2475990d8a0c3a25b", "b05e6b8ad4d69abf74aa3be3c0ee40ae07d66e1895b9ab09285a2f1192d562d2", "7beb282184baadd08f166f16dd683b39cab53816ed81e6955def951cb2ddad1ec184e206746fd82bda075af03711d3d5658fc84a76196b0fa8d1ebc92ef9f30bb05e6b8ad4d69abf74aa3be3c0ee40ae07d66e1895b9ab09285a2f1192d562d2")]
    [InlineData(ChannelId, PrivateKey, Challenge, "9b6f41540c9b95b4b7b281c3042fa9c54cef43c842d62ea3fd6030fcb66e70b3e80d49d44c29d1635da9348d02ec93f3ed1ef227dfb59a07b580095c2b82f80f9d16ca518aa0c2b707f2b2a609edeca73bca8dd59817a633f35574ac6fd80d00")]
    [InlineData(ChannelId, "d511fe78e23934b3dadb52fcd022974b80bd92bccc7c5cf404e46cc0a8a2f5cd", "b26c1f87c13fc1da14997f1b5a71995dff8fbe0a62fae8473c7bdbd05bfb607d", "305aaa3ac25e98f651427688b3fc43fe7d8a68a7ec1d7d61c61517c519bd4a427c3015599d83ca28b4c652333920223844ef0725eb5dc2febfd6af7677b73f01d0852a29b460fc92ec943242ac638a053bbacc200512b18b30d15083cbdc9282")]
    [InlineData(ChannelId, "6e1fde9cf9e2359a87420b65a87dc0c66136e66945196ba2475990d8a0c3a25b", "b05e6b8ad4d69abf74aa3be3c0ee40ae07d66e1895b9ab09285a2f1192d562d2", "ee3c7644fd8070532bc1fde3d70d742267da545d8c8f03e63bda63f1ad4214f4d2c4bfdb4eb9526def42deeb7e31602a6ff99eba893e0a4ad4d45892ca75e608d2b75e24a189a7f78ca776ba36fc53f6c3e31c32f251f2c524f0a44202f2902d")]
    public void The_examples_of_the_specification_hold(string channelId, string privateKey, string challenge, string signature)
    {
        var (channel, key, text) = (Convert.FromHexString(channelId), Convert.FromHexString(privateKey), Convert.FromHexString(challenge));
        Assert.Equal(signature, CryptosignSignature.Sign(key, text, channel));
        Assert.True(CryptosignSignature.Verify(Ed25519.PublicKeyOf(key), text, channel, signature));
    }

    [Fact, Trait("wamp", "CRY-05"), Trait("wamp", "AUT-15")]
    public void A_signature_is_taken_for_its_key_challenge_and_channel_only()
    {
        var (channel, key, challenge) = (Convert.FromHexString(ChannelId), Convert.FromHexString(PrivateKey), Convert.FromHexString(Challenge));
        var publicKey = Ed25519.PublicKeyOf(key);
        var signature = CryptosignSignature.Sign(key, challenge, channel);

        Assert.True(CryptosignSignature.Verify(publicKey, challenge, channel, signature));
        Assert.True(CryptosignSignature.Verify(publicKey, challenge, channel, signature.ToUpperInvariant()));
        Assert.False(CryptosignSignature.Verify(publicKey, challenge, default, signature)); // another channel
        Assert.False(CryptosignSignature.Verify(publicKey, new byte[32], channel, signature)); // replayed
        Assert.False(CryptosignSignature.Verify(new byte[32], challenge, channel, signature)); // another key
        Assert.False(CryptosignSignature.Verify(publicKey, challenge, channel, CryptosignSignature.Sign(key, challenge)));

        // Of what the client chose itself, but of this challenge the message only.
        var other = CryptosignSignature.Sign(key, new byte[32])[..128] + signature[128..];
        Assert.False(CryptosignSignature.Verify(publicKey, challenge, channel, other));
    }

    [Fact, Trait("wamp", "CRY-05")]
    public void Nothing_but_96_octets_in_hex_is_taken()
    {
        var (key, challenge) = (Convert.FromHexString(PrivateKey), Convert.FromHexString(Challenge));
        var publicKey = Ed25519.PublicKeyOf(key);
        var signature = CryptosignSignature.Sign(key, challenge);
        foreach (var wrong in new[] { null, "", signature[..128], signature[2..], signature + "00", signature[..^1], signature[..^1] + "g", " " + signature[1..], "0x" + signature[2..] })
            Assert.False(CryptosignSignature.Verify(publicKey, challenge, default, wrong));

        for (var bit = 0; bit < CryptosignSignature.Length * 8; bit++)
        {
            var octets = Convert.FromHexString(signature);
            octets[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(CryptosignSignature.Verify(publicKey, challenge, default, Convert.ToHexString(octets)));
        }
    }

    [Theory, Trait("wamp", "CRY-09")]
    [InlineData(31, 0)]
    [InlineData(33, 0)]
    [InlineData(32, 31)]
    [InlineData(32, 64)]
    public void Challenges_and_channel_ids_have_32_octets(int challenge, int channelId) =>
        Assert.Throws<ArgumentException>(() => CryptosignSignature.Message(new byte[challenge], new byte[channelId]));

    [Fact, Trait("wamp", "CRY-03")]
    public void Each_challenge_is_32_random_octets_in_hex()
    {
        Assert.True(CryptosignSignature.TryReadHex(CryptosignSignature.NewChallenge(), 32, out _));
        Assert.NotEqual(CryptosignSignature.NewChallenge(), CryptosignSignature.NewChallenge());
    }
}
