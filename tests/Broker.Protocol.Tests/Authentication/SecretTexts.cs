namespace Broker.Authentication;

/// <summary>Comparison of secrets.</summary>
public sealed class SecretTexts
{
    [Theory, Trait("wamp", "AUT-15")]
    [InlineData("", "", true)]
    [InlineData("secret", "secret", true)]
    [InlineData("gr\u00fcn", "gr\u00fcn", true)]
    [InlineData("secret", "Secret", false)]
    [InlineData("secret", "secret ", false)]
    [InlineData("secret", "secre", false)]
    [InlineData("secret", "", false)]
    [InlineData("secret", "secret\0", false)]
    [InlineData("\u00e9", "e\u0301", false)] // octets count
    public void Texts_are_equal_in_each_octet(string expected, string received, bool areEqual) =>
        Assert.Equal(areEqual, SecretText.AreEqual(expected, received));
}
