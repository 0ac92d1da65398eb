using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using DeviceTwin.Analytics.Replays;
using DeviceTwin.Analytics.Reports;
using DeviceTwin.Tests.Analytics.Replays;

namespace DeviceTwin.Tests.Analytics.Reports;

/// <summary>Reports as documents.</summary>
public sealed partial class ReportTests
{
    private const string Hostile = "<script>alert(1)</script>\"'&=";

    [Test]
    public async Task A_report_is_read_back_as_it_was()
    {
        var report = await Hostiles();
        var read = ReplayReport.Parse(report.ToJson());

        Assert.That(read.ToCanonicalJson(), Is.EqualTo(report.ToCanonicalJson()));
        Assert.That(read.ResultHash, Is.EqualTo(report.ResultHash));
    }

    [Test]
    public async Task A_report_that_was_touched_is_refused()
    {
        var json = Encoding.UTF8.GetString((await Hostiles()).ToJson());
        string[] spoilt = [json.Replace("\"alarms\":2", "\"alarms\":1"), json[..^9], "{}", "[]", "", "{\"report\":{},\"resultHash\":3}"];

        foreach (var text in spoilt)
        {
            Assert.That(text, Is.Not.EqualTo(json));
            Assert.That(Assert.Throws<ReplayException>(() => ReplayReport.Parse(Encoding.UTF8.GetBytes(text)))!.Code, Is.EqualTo(ReplayException.ReportDamaged));
        }
    }

    [Test]
    public void Canonical_JSON_has_one_spelling()
    {
        Assert.That(Canonical(new { b = 1, a = "ä\"\u0001", Z = new[] { 0.7500m, 1.0m, -2m }, n = (int?)null }),
            Is.EqualTo("{\"a\":\"ä\\\"\\u0001\",\"b\":1,\"n\":null,\"z\":[0.75,1,-2]}"));
        Assert.That(Canonical(new SortedDictionary<string, int> { ["é"] = 1, ["z"] = 2, ["A"] = 3 }), Is.EqualTo("{\"A\":3,\"z\":2,\"é\":1}"));
    }

    [Test]
    public async Task The_page_is_one_file_and_runs_nothing()
    {
        var page = ReplayHtml.Write(await Hostiles());

        Assert.That(page, Does.Not.Contain("<script").And.Not.Contain("src=").And.Not.Contain("href=").And.Not.Contain("url(").And.Not.Contain("@import"));
        Assert.That(page, Does.Not.Contain("http://").And.Not.Contain("https://"));
        Assert.That(page, Does.Contain("&lt;script&gt;").And.Contain("default-src 'none'").And.Contain("prefers-color-scheme:dark"));
    }

    [Test]
    public async Task Every_drawing_is_well_formed_and_shows_both_sides()
    {
        var page = ReplayHtml.Write(await Hostiles());
        var drawings = Drawing().Matches(page).Select(match => XElement.Parse(match.Value)).ToArray();

        Assert.That(drawings, Is.Not.Empty);
        foreach (var drawing in drawings)
        {
            Assert.That(drawing.Elements("text").Select(text => text.Value), Is.SupersetOf(new[] { "found", "settings that hold", "proposed" }));
            Assert.That(drawing.Elements("rect").All(bar => double.Parse(bar.Attribute("width")!.Value, System.Globalization.CultureInfo.InvariantCulture) > 0));
        }

        Assert.That(Regex.Matches(page, "<table").Count, Is.EqualTo(Regex.Matches(page, "</table>").Count));
        Assert.That(drawings.SelectMany(drawing => drawing.Elements("rect")).Select(bar => bar.Attribute("class")!.Value), Does.Contain("false").And.Contain("noFault"));
    }

    [Test]
    public async Task A_table_does_not_compute()
    {
        var report = await Hostiles();
        var csv = ReplayCsv.Alarms(report) + ReplayCsv.Machines(report) + ReplayCsv.Differences(report);

        Assert.That(csv, Does.Contain("\"'=cmd,1\""));
        Assert.That(csv.Split("\r\n").SelectMany(line => line.Split(',')).Any(field => field.StartsWith('=')), Is.False);
        Assert.That(ReplayCsv.Alarms(report).Split("\r\n"), Has.Length.EqualTo(1 + 2 + 1), "a head, an alarm by each machine, an end");
    }

    [Test]
    public async Task The_text_names_what_is_known_and_what_is_not()
    {
        var text = ReplayText.Write(await Hostiles());

        Assert.That(text, Does.Contain("change: detection.band1LimitMilliG 500 -> 100, 2 nodes, judged"));
        Assert.That(text, Does.Match(@"precision, in captures +not known +0\.000 \(0 of 1\)"));
        Assert.That(text, Does.Contain("a?[31m"));
        Assert.That(text.Contains('\u001b'), Is.False, "no name steers the terminal");
        Assert.That(text.Split('\n').Any(line => line.EndsWith(' ')), Is.False);
    }

    [TestCase(0, 0, "not known")]
    [TestCase(0, 3, "0.000 (0 of 3)")]
    [TestCase(2, 3, "0.667 (2 of 3)")]
    [TestCase(3, 3, "1.000 (3 of 3)")]
    public void A_share_of_nothing_is_not_known(long part, long whole, string text)
    {
        Assert.That(new Fraction(part, whole).ToString(), Is.EqualTo(text));
        Assert.That(new Fraction(part, whole).Value is null, Is.EqualTo(whole == 0));
    }

    private static string Canonical(object value) => Encoding.UTF8.GetString(CanonicalJson.BytesOf(value));

    /// <summary>Two machines whose names were not chosen by friends.</summary>
    private static Task<ReplayReport> Hostiles()
    {
        var scene = new Scene();
        ReplaySeries[] series =
        [
            Scene.Series(Hostile + "a\u001b[31m", [scene.Capture(0, 3000)]) with { DeviceId = Hostile },
            Scene.Series("=cmd,1", [scene.Capture(0, 3000, 2)]) with { DeviceId = "=1+1", Point = "@x" },
        ];
        ReplayFinding[] findings = [new("=cmd,1", "", ReplayFinding.NoFault, Scene.Start, null), new("=cmd,1", "other", "ball", null, null)];
        return Replay.RunAsync(new ReplayRequest(series, findings), scene);
    }

    [GeneratedRegex("<svg.*?</svg>", RegexOptions.Singleline)]
    private static partial Regex Drawing();
}
