using System.Text.RegularExpressions;
using DeviceTwin.Hub.Operation;
using DeviceTwin.Mqtt;
using DeviceTwin.Storage.Sqlite;
using DeviceTwin.Tests.Hub.Gateway;
using DeviceTwin.Tests.Hub.Rest;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceTwin.Tests.Hub.Operation;

/// <summary>What the hub measures of itself, in Prometheus' text format.</summary>
public sealed partial class MetricsTests
{
    [Test]
    public async Task Every_family_is_in_the_table_of_the_documentation()
    {
        await using var hub = await HubFixture.Start();
        var rows = hub.Services.GetRequiredService<MetricsCollector>().Catalogue.Select(family => $"| `{family.Name}` | {family.Type} | {family.Sentence} |");
        GeneratedTable.Check("cloud/METRICS.md", "metrics", ["| Name | Type | |", "|---|---|---|", .. rows]);
    }

    [Test]
    public async Task Names_follow_the_conventions()
    {
        await using var hub = await HubFixture.Start();
        foreach (var (name, type, sentence) in hub.Services.GetRequiredService<MetricsCollector>().Catalogue)
        {
            Assert.That(name, Does.Match("^devicetwin_[a-z][a-z_]*[a-z]$"));
            Assert.That(name.EndsWith("_total"), Is.EqualTo(type == "counter"), name);
            Assert.That(sentence, Does.EndWith("."), name);
        }
    }

    [Test]
    public async Task What_happened_is_counted()
    {
        await using var hub = await HubFixture.Start();
        await hub.Register("measured");
        await hub.Tell("measured", "features", "{}");
        await hub.Tell("measured", "whatever the device likes", "{}");
        await hub.Send(HttpMethod.Get, "/devices/nobody");
        await hub.Send(HttpMethod.Patch, "/twins/measured", """{"properties":{"desired":{"a":1}}}""");
        var text = await hub.Http.GetStringAsync("/metrics");
        Assert.That(text, Does.Contain("devicetwin_devices 1\n"));
        Assert.That(text, Does.Contain("devicetwin_telemetry_stored_total{kind=\"features\"} 1\n").And.Contain("devicetwin_telemetry_stored_total{kind=\"other\"} 1\n"));
        Assert.That(text, Does.Contain("devicetwin_errors_total{surface=\"rest\",code=\"404001\"} 1\n"));
        Assert.That(text, Does.Contain("devicetwin_twin_changes_total{section=\"desired\"} 1\n"));
        Assert.That(text, Does.Match("devicetwin_commit_duration_seconds_count [1-9]").And.Match("devicetwin_certificate_remaining_seconds\\{certificate=\"authority\"\\} [1-9]"));
        Assert.That(text, Does.Match("devicetwin_database_size_bytes\\{file=\"hub.db\"\\} [1-9]"));
    }

    [Test]
    public async Task Messages_to_devices_are_counted_by_what_they_are_for()
    {
        await using var hub = await HubFixture.Start();
        await using Wire device = await hub.Connect("inbox");
        await device.Subscribe(1, ("devices/inbox/messages/devicebound/#", 1));
        await hub.Send(HttpMethod.Post, "/devices/inbox/messages/deviceBound", "hello");
        await device.Next<MqttPublish>();
        await device.Subscribe(2, ("$iothub/methods/POST/#", 0));
        var call = hub.Send(HttpMethod.Post, "/twins/inbox/methods", """{"methodName":"selfTest"}""");
        var asked = await device.Next<MqttPublish>();
        await device.Publish("$iothub/methods/res/200/?$rid=" + asked.Topic.Split("$rid=")[1], "{}");
        await call;
        var text = await hub.Http.GetStringAsync("/metrics");
        Assert.That(text, Does.Contain("devicetwin_messages_sent_total{kind=\"cloudToDevice\"} 1\n").And.Contain("devicetwin_messages_sent_total{kind=\"method\"} 1\n"));
        Assert.That(text, Does.Contain("devicetwin_messages_received_total{kind=\"methodResponse\"} 1\n"));
    }

    [Test]
    public async Task Every_line_is_of_the_format()
    {
        await using var hub = await HubFixture.Start();
        using var answer = await hub.Http.GetAsync("/metrics");
        Assert.That(answer.Content.Headers.ContentType?.ToString(), Is.EqualTo("text/plain; version=0.0.4; charset=utf-8"));
        foreach (var line in (await answer.Content.ReadAsStringAsync()).TrimEnd('\n').Split('\n'))
        {
            Assert.That(line, Does.Match(LinePattern()));
        }
    }

    [Test]
    public void A_histogram_adds_up()
    {
        using var metrics = new HubMetrics();
        using var collector = new MetricsCollector(metrics);
        foreach (var milliseconds in new[] { 0.5, 3, 3, 40, 9000 })
        {
            metrics.PubAck(TimeSpan.FromMilliseconds(milliseconds));
        }

        var text = collector.Collect();
        Assert.That(text, Does.Contain("devicetwin_puback_duration_seconds_bucket{le=\"0.001\"} 1\n").And.Contain("_bucket{le=\"0.005\"} 3\n").And.Contain("_bucket{le=\"2.5\"} 4\n"));
        Assert.That(text, Does.Contain("devicetwin_puback_duration_seconds_bucket{le=\"+Inf\"} 5\n").And.Contain("devicetwin_puback_duration_seconds_count 5\n"));
    }

    [Test]
    public void The_number_of_series_is_bounded()
    {
        using var metrics = new HubMetrics();
        using var collector = new MetricsCollector(metrics);
        for (var code = 0; code < 10_000; code++)
        {
            metrics.Error("rest", code);
        }

        var lines = collector.Collect().Split('\n').Where(line => line.StartsWith("devicetwin_errors_total{")).ToArray();
        Assert.That(lines, Has.Length.EqualTo(MetricsCollector.MaxSeries + 1));
        Assert.That(lines, Does.Contain($"devicetwin_errors_total{{surface=\"other\",code=\"other\"}} {10_000 - MetricsCollector.MaxSeries}"));
    }

    [Test]
    public void Two_hubs_in_one_process_count_apart()
    {
        using var one = new HubMetrics();
        using var other = new HubMetrics();
        using var collector = new MetricsCollector(one);
        other.Received("telemetry");
        other.Committed(new StoreCommit(1, 5, TimeSpan.FromSeconds(1), 0, false));
        Assert.That(collector.Collect(), Does.Not.Contain("kind=\"telemetry\"").And.Contain("devicetwin_commit_changes_count 0\n"));
    }

    [GeneratedRegex("""^(# (HELP [a-z_]+ .+|TYPE [a-z_]+ (counter|gauge|histogram))|[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? (-?[0-9.]+(E[+-]?[0-9]+)?|\+Inf))$""")]
    private static partial Regex LinePattern();
}
