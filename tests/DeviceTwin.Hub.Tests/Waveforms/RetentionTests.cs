using DeviceTwin.Hub.Waveforms;
using DeviceTwin.Storage.Waveforms;

namespace DeviceTwin.Tests.Hub.Waveforms;

/// <summary>Which waveforms stay: nine of a node, one per hour, named a to i.</summary>
public sealed class RetentionTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);
    private static readonly WaveformOptions Options = new() { Folder = "" };

    private static readonly StoredWaveform[] All = [.. "abcdefghi".Select((name, hour) => Waveform(name, hour))];

    [TestCase("e", 0, "e")]
    [TestCase("e", 2, "cdefg")]
    [TestCase("a", 2, "abc")]
    [TestCase("i", 2, "ghi")]
    [TestCase("e", 100, "abcdefghi")]
    [TestCase("bh", 1, "abcghi")]
    [TestCase("cd", 1, "bcde")]
    public void An_alarm_keeps_its_waveform_and_as_many_before_and_after_it(string named, int neighbours, string kept)
    {
        Assert.That(Kept([.. named.Select(name => new AlarmWaveform("n", default, $"{name}"))], neighbours), Is.EqualTo(kept));
    }

    [TestCase(4.5, 2, "defg", Description = "between e and f")]
    [TestCase(4.0, 1, "ef", Description = "at e: e is the one before")]
    [TestCase(-1.0, 2, "ab")]
    [TestCase(99.0, 2, "hi")]
    [TestCase(4.5, 0, "")]
    public void An_alarm_whose_waveform_is_not_here_keeps_those_around_its_time(double hour, int neighbours, string kept)
    {
        Assert.That(Kept([new AlarmWaveform("n", Start.AddHours(hour), null)], neighbours), Is.EqualTo(kept));
        Assert.That(Kept([new AlarmWaveform("n", Start.AddHours(hour), "not here")], neighbours), Is.EqualTo(kept));
    }

    [TestCase(9, 90L, 9.0, "")]
    [TestCase(8, 90L, 9.0, "a")]
    [TestCase(9, 75L, 9.0, "ab")]
    [TestCase(9, 90L, 5.5, "abc")]
    [TestCase(0, 0L, 0.0, "abcdfghi", Description = "e is kept whatever comes")]
    public void What_is_too_old_or_too_much_goes_oldest_first(int count, long bytes, double hours, string gone)
    {
        var surplus = WaveformRetention.Surplus(
            All, new HashSet<string> { "e" }, Start.AddHours(8), Options with { QuotaCount = count, QuotaBytes = bytes, KeptFor = TimeSpan.FromHours(hours) });
        Assert.That(Names(surplus), Is.EqualTo(gone));
    }

    [TestCase(27L, "")]
    [TestCase(26L, "a")]
    [TestCase(24L, "a")]
    [TestCase(20L, "acd")]
    [TestCase(0L, "acdefghi")]
    public void The_size_of_all_files_removes_the_oldest_that_nobody_keeps(long most, string gone)
    {
        Assert.That(Names(WaveformRetention.SurplusOfAll(All.Select(waveform => (waveform, waveform.Head.Sha256 == "b")), most)), Is.EqualTo(gone));
    }

    [Test]
    public void A_content_that_two_nodes_have_counts_once_and_goes_when_both_are_old()
    {
        var twice = All.Append(Waveform('a', 20, "other")).Select(waveform => (waveform, false)).ToArray();
        Assert.That(WaveformRetention.SurplusOfAll(twice, 27), Is.Empty);
        Assert.That(Names(WaveformRetention.SurplusOfAll(twice, 3)), Is.EqualTo("bcdefghi"), "a was seen again lately");
        Assert.That(Names(WaveformRetention.SurplusOfAll(twice, 0)), Is.EqualTo("bcdefghiaa"));
    }

    private static string Kept(AlarmWaveform[] alarms, int neighbours) => string.Concat(WaveformRetention.Kept(All, alarms, neighbours).Order());

    private static string Names(IEnumerable<StoredWaveform> waveforms) => string.Concat(waveforms.Select(waveform => waveform.Head.Sha256));

    private static StoredWaveform Waveform(char name, int hour, string deviceId = "n") => new(
        new WaveformHead(deviceId, $"{name}", new WaveformFacts(10, "z", 1, 1), new CaptureFacts(null, null, null, null, null, false)), Start.AddHours(hour), 3, false);
}
