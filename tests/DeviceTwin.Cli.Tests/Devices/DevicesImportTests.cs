using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using DeviceTwin.Cli;
using DeviceTwin.Cli.Commands;
using DeviceTwin.Provisioning.Tray;

namespace DeviceTwin.Tests.Cli.Devices;

/// <summary>Files of identities as they come, and requests no larger than a hub takes.</summary>
public sealed class DevicesImportTests
{
    private string path = "";

    [SetUp]
    public void MakeFile() => path = Path.GetTempFileName();

    [TearDown]
    public void RemoveFile() => File.Delete(path);

    [TestCase(1, new[] { 1 })]
    [TestCase(99, new[] { 99 })]
    [TestCase(100, new[] { 100 })]
    [TestCase(101, new[] { 100, 1 })]
    [TestCase(250, new[] { 100, 100, 50 })]
    public void A_request_has_at_most_100_identities_in_the_order_of_the_file(int count, int[] batches)
    {
        var read = Read(string.Concat(Enumerable.Range(0, count).Select(number => $$"""{"id":"d{{number}}"}""" + "\n")));
        Assert.That(read.Select(batch => batch.Count), Is.EqualTo(batches));
        Assert.That(read.SelectMany(batch => batch).Select(item => (string?)item!["id"]), Is.EqualTo(Enumerable.Range(0, count).Select(number => $"d{number}")));
    }

    [Test]
    public void Large_twins_make_smaller_requests()
    {
        var twin = new string('x', 40_000);
        var read = Read(string.Concat(Enumerable.Range(0, 30).Select(number => $$"""{"id":"d{{number}}","tags":{"a":"{{twin}}" } }""" + "\n")));
        Assert.That(read.Select(batch => batch.Count), Is.EqualTo(new[] { 9, 9, 9, 3 }));
        Assert.That(read.Select(batch => batch.ToJsonString().Length), Is.All.LessThan(512 * 1024));
    }

    [TestCase("""[{"id":"a"},{"deviceId":"b"}]""")]
    [TestCase("{\"id\":\"a\"}\r\n\r\n{\"deviceId\":\"b\"}\r\n")]
    [TestCase("\uFEFF{\"id\":\"a\"}\n{\"deviceId\":\"b\"}")]
    public void Lines_and_a_list_are_read_alike(string text) =>
        Assert.That(Read(text).Single().Select(item => (string?)(item!["id"] ?? item["deviceId"])), Is.EqualTo(new[] { "a", "b" }));

    [TestCase("", new string[0])]
    [TestCase("{\"id\":\"a\"}\n{\"id\":\"b\",\n", new[] { "line 2, byte", "not JSON" })]
    [TestCase("{\"id\":\"a\"}\n{\"name\":\"secret\"}\n", new[] { "line 2", "\"id\"" })]
    [TestCase("[{\"id\":\"a\"},7]", new[] { "item 2", "\"id\"" })]
    [TestCase("[{\"id\":\"a\"},", new[] { "not JSON" })]
    public void A_file_that_cannot_be_read_whole_is_refused_by_its_line_and_shows_none_of_it(string text, string[] words)
    {
        if (words.Length == 0)
        {
            Assert.That(Read(text), Is.Empty);
            return;
        }

        var refusal = Assert.Throws<CommandFailedException>(() => Read(text));
        Assert.That(refusal!.Code, Is.EqualTo(ExitCode.FileUnusable));
        Assert.That(words.Where(word => !refusal.Message.Contains(word, StringComparison.Ordinal)), Is.Empty, refusal.Message);
        Assert.That(refusal.Message, Does.Not.Contain("secret"));
    }

    [Test]
    [Platform(Exclude = "Win")]
    [UnsupportedOSPlatform("windows")]
    public void A_file_that_others_may_read_is_refused()
    {
        File.WriteAllText(path, """{"id":"a"}""");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Assert.That(Assert.Throws<CommandFailedException>(() => DevicesImport.Read(new FileInfo(path)))!.Code, Is.EqualTo(ExitCode.SecretExposed));
    }

    private IReadOnlyList<JsonArray> Read(string text)
    {
        PrivateFile.Write(path, text);
        return DevicesImport.Read(new FileInfo(path));
    }
}
