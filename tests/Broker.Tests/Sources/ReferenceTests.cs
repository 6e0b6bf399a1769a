namespace Broker.Configuration.Sources;

/// <summary>
/// <c>${env:NAME}</c> and <c>${file:PATH}</c> in values: secrets stay out of the file, and out of everything that is printed.
/// </summary>
public sealed class ReferenceTests
{
    private const string Secret = "correct-horse";

    [Fact]
    public void Variables_and_files_are_filled_in()
    {
        using var file = new WrittenFile(
            """{ "listeners": [ { "listen": "${env:HOST}:${env:PORT}", "path": "/${file:path}" } ], "limits": { "nesting": "${env:DEPTH}" }, "allow_anonymous": "${env:OPEN}" }""");
        file.Beside("path", "wamp\n");

        var reading = file.Read(null, ("HOST", "127.0.0.1"), ("PORT", "0"), ("DEPTH", "9"), ("OPEN", "true"));

        Assert.Empty(reading.Faults);
        Assert.Equal(("127.0.0.1:0", "/wamp"), (reading.Configuration.Listeners[0].Listen.Text, reading.Configuration.Listeners[0].Path));
        Assert.Equal((9, true), (reading.Configuration.Limits.Nesting, reading.Configuration.AllowAnonymous));
        Assert.EndsWith("/path", Assert.Single(reading.ReferencedFiles), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a\n", "a")]
    [InlineData("a\r\n", "a")]
    [InlineData("a\n\n", "a\n")]
    [InlineData(" a ", " a ")]
    [InlineData("", "")]
    public void Of_a_file_only_the_line_break_at_its_end_is_passed_over(string content, string value)
    {
        using var file = new WrittenFile("{}");
        var references = new References(new Dictionary<string, string>(), Path.GetDirectoryName(file.Name)!);
        file.Beside("secret", content);

        Assert.Equal(value, references.Resolve("${file:secret}", out _));
    }

    [Theory]
    [InlineData("$${env:HOST}", "${env:HOST}")]
    [InlineData("a$${b}${env:HOST}", "a${b}localhost")]
    [InlineData("$5 and {}", "$5 and {}")]
    public void Two_dollars_stand_for_the_characters(string text, string value)
    {
        var references = new References(new Dictionary<string, string> { ["HOST"] = "localhost" }, "/");

        Assert.Equal(value, references.Resolve(text, out var fault));
        Assert.Null(fault);
    }

    [Theory]
    [InlineData("${env:NONE}", "the environment variable NONE is not set.")]
    [InlineData("${file:/nowhere/secret}", "the file /nowhere/secret does not exist.")]
    [InlineData("${file:/dev/zero}", "the file /dev/zero is longer than 1048576 characters.")]
    [InlineData("${secret}", "${secret} is unknown: write ${env:NAME} or ${file:PATH}, or $${ for the characters themselves.")]
    [InlineData("${file:}", "the name of a file is missing, or has a character that no name can have.")]
    [InlineData("${file:a\\u0000b}", "the name of a file is missing, or has a character that no name can have.")]
    [InlineData("${env:NONE", "a ${ has no } behind it; for the characters themselves write $${.")]
    public void What_is_missing_is_a_fault_with_its_key_and_line(string text, string fault) =>
        Assert.Equal($":2: realms.0.name: {fault}", Assert.Single(WrittenFile.FaultsOf($$"""{ "realms": [ {{'\n'}} { "name": "{{text}}" } ] }""")));

    [Fact]
    public void A_folder_in_place_of_a_file_is_a_fault() =>
        Assert.Contains("cannot be read", Assert.Single(WrittenFile.FaultsOf("""{ "realms": [ { "name": "${file:/tmp}" } ] }""")), StringComparison.Ordinal);

    /// <summary>Whatever is wrong around a secret, it does not show.</summary>
    [Theory]
    [InlineData("""{ "realms": [ { "name": "${env:S} " } ] }""")]
    [InlineData("""{ "limits": { "nesting": "${env:S}" } }""")]
    [InlineData("""{ "limits": { "message_size": "${env:S}" } }""")]
    [InlineData("""{ "listeners": [ { "listen": "${env:S}" } ] }""")]
    [InlineData("""{ "log": { "level": "${env:S}" } }""")]
    [InlineData("""{ "realms": [ { "name": "a", "auth": { "ticket": { "users": { "joe": { "role": "r", "secret": 5, "hash": "${env:S}" } } } } } ] }""")]
    public void A_secret_does_not_show_in_faults(string json)
    {
        var faults = WrittenFile.FaultsOf(json, null, ("S", Secret));

        Assert.NotEmpty(faults);
        Assert.All(faults, fault => Assert.DoesNotContain(Secret, fault, StringComparison.Ordinal));
    }

    [Fact]
    public void A_secret_on_the_command_line_does_not_show_in_faults()
    {
        var flags = new Flags { Sets = [$"realms.0.auth.ticket.users.joe={{\"secret\":\"{Secret}\"", $"realms.0.auth.tickt={Secret}"] };

        var faults = WrittenFile.FaultsOf("{}", flags, ("BROKER__REALMS__0__AUTH__WAMPCRA", Secret));

        Assert.NotEmpty(faults);
        Assert.All(faults, fault => Assert.DoesNotContain(Secret, fault, StringComparison.Ordinal));
    }

    [Fact]
    public void A_secret_does_not_show_among_the_effective_values()
    {
        const string Json = """
            { "realms": [ { "name": "${env:REALM}", "auth": { "ticket": { "users": { "joe": { "role": "r", "secret": "${env:S}" }, "jim": { "role": "r", "secret": "correct-horse" } } } } } ] }
            """;

        var values = WrittenFile.Read(Json, null, ("S", Secret), ("REALM", Secret)).Values.ToDictionary(value => value.Path);

        Assert.Equal("***", values["realms.0.auth.ticket.users.joe.secret"].Text);
        Assert.Equal("***", values["realms.0.auth.ticket.users.jim.secret"].Text);
        Assert.Equal("\"${env:REALM}\"", values["realms.0.name"].Text);
        Assert.All(values.Values, value => Assert.DoesNotContain(Secret, value.Text, StringComparison.Ordinal));
    }
}
