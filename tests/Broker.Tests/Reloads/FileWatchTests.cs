using Broker.Peers;

namespace Broker.Configuration.Reloads;

/// <summary>Files that change are noticed once they keep still, however they are changed.</summary>
public sealed class FileWatchTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly string _folder = Directory.CreateTempSubdirectory("broker-").FullName;
    private readonly ManualTimeProvider _clock = new();
    private readonly RecordedLog _log = new();
    private int _changes;
    private Action? _fault;

    [Fact]
    public void A_change_is_told_once_when_the_file_has_kept_still_for_a_second()
    {
        using var watch = Watch(Write("a", "1"));

        Write("a", "2");
        _clock.Advance(Second);
        Write("a", "3");
        _clock.Advance(Second);
        Assert.Equal(0, _changes);
        _clock.Advance(Second);
        Assert.Equal(1, _changes);
        _clock.Advance(10 * Second);
        Assert.Equal(1, _changes);
    }

    [Fact]
    public void A_file_that_is_written_again_with_the_same_content_has_not_changed()
    {
        using var watch = Watch(Write("a", "1"));

        Write("a", "1");
        _clock.Advance(10 * Second);

        Assert.Equal(0, _changes);
    }

    [Fact]
    public void A_file_that_another_replaces_has_changed()
    {
        using var watch = Watch(Write("a", "1"));

        File.Move(Write("a~", "2"), Path.Combine(_folder, "a"), overwrite: true);
        _clock.Advance(2 * Second);

        Assert.Equal(1, _changes);
    }

    /// <summary>A pipe that nobody writes to would hold up the look at all other files; a device would never end.</summary>
    [Theory]
    [InlineData("/dev/zero")]
    [InlineData("pipe")]
    [InlineData("a link to a pipe")]
    public void What_is_no_file_does_not_hold_up_the_look_at_others(string kind)
    {
        var pipe = Path.Combine(_folder, "pipe");
        if (kind != "/dev/zero")
        {
            using var make = System.Diagnostics.Process.Start("mkfifo", [pipe]);
            make.WaitForExit();
            File.CreateSymbolicLink(Path.Combine(_folder, "link"), "pipe");
        }

        using var watch = Watch(kind switch { "/dev/zero" => kind, "pipe" => pipe, _ => Path.Combine(_folder, "link") }, Write("a", "1"));

        Write("a", "2");
        _clock.Advance(2 * Second);

        Assert.Equal(1, _changes);
    }

    /// <summary>
    /// How Kubernetes changes a mounted ConfigMap: the file is a link through a link to a folder, and that link is replaced.
    /// </summary>
    [Fact]
    public void A_file_behind_a_link_that_is_swapped_has_changed()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "v1"));
        Directory.CreateDirectory(Path.Combine(_folder, "v2"));
        Write("v1/a", "1");
        Write("v2/a", "2");
        File.CreateSymbolicLink(Path.Combine(_folder, "..data"), "v1");
        File.CreateSymbolicLink(Path.Combine(_folder, "a"), "..data/a");
        using var watch = Watch(Path.Combine(_folder, "a"));

        Directory.Delete(Path.Combine(_folder, "..data"));
        File.CreateSymbolicLink(Path.Combine(_folder, "..data"), "v2");
        _clock.Advance(2 * Second);

        Assert.Equal(1, _changes);
    }

    [Fact]
    public void A_file_that_goes_and_comes_back_changes_twice()
    {
        var file = Write("a", "1");
        using var watch = Watch(file);

        File.Delete(file);
        _clock.Advance(2 * Second);
        Assert.Equal(1, _changes);
        Write("a", "1");
        _clock.Advance(2 * Second);
        Assert.Equal(2, _changes);
    }

    [Fact]
    public void Any_of_several_files_counts_and_the_list_may_change()
    {
        var files = new List<string> { Write("a", "1") };
        using var watch = Watch([.. files], () => files);

        files.Add(Write("b", "1"));
        _clock.Advance(2 * Second);
        Assert.Equal(1, _changes);
        Write("b", "2");
        _clock.Advance(2 * Second);
        Assert.Equal(2, _changes);
    }

    [Fact]
    public void That_another_file_is_looked_at_which_is_not_there_is_no_change_and_its_coming_is_one()
    {
        var files = new List<string> { Write("a", "1") };
        using var watch = Watch([.. files], () => files);

        files.Add(Path.Combine(_folder, "late"));
        _clock.Advance(10 * Second);
        Assert.Equal(0, _changes);
        Write("late", "");
        _clock.Advance(2 * Second);
        Assert.Equal(1, _changes);
    }

    /// <summary>On the thread of a timer nobody else would catch it.</summary>
    [Fact]
    public void A_fault_of_what_is_told_ends_in_the_log_and_the_next_change_is_told()
    {
        using var watch = Watch(Write("a", "1"));
        _fault = () => throw new NotSupportedException("Something else.");

        Write("a", "2");
        _clock.Advance(2 * Second);
        Assert.Single(_log.Entries);
        _clock.Advance(10 * Second);
        Assert.Equal(1, _changes);
        Write("a", "3");
        _clock.Advance(2 * Second);
        Assert.Equal((2, 2), (_changes, _log.Entries.Count));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Write(string name, string content)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        return path;
    }

    private FileWatch Watch(params string[] files) => Watch(files, () => files);

    /// <summary>A watch that has told of the beginning already.</summary>
    private FileWatch Watch(string[] first, Func<IEnumerable<string>> files)
    {
        Assert.NotEmpty(first);
        var watch = new FileWatch(
            files,
            () =>
            {
                _changes++;
                _fault?.Invoke();
            },
            _log.CreateLogger("Broker.Configuration"),
            _clock);
        _clock.Advance(2 * Second);
        Assert.Equal(1, _changes);
        _changes = 0;
        return watch;
    }
}
