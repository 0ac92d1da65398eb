using DeviceTwin.Mqtt;

namespace DeviceTwin.Tests.Mqtt;

/// <summary>Section 4.7 of MQTT 3.1.1, with its own examples.</summary>
[TestFixture]
public class TopicTests
{
    [TestCase("sport/tennis/player1/#", "sport/tennis/player1", true)]
    [TestCase("sport/tennis/player1/#", "sport/tennis/player1/ranking", true)]
    [TestCase("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true)]
    [TestCase("sport/tennis/player1/#", "sport/tennis/player10", false)]
    [TestCase("sport/#", "sport", true)]
    [TestCase("#", "any/thing", true)]
    [TestCase("sport/tennis/+", "sport/tennis/player1", true)]
    [TestCase("sport/tennis/+", "sport/tennis/player1/ranking", false)]
    [TestCase("sport/+", "sport", false)]
    [TestCase("sport/+", "sport/", true)]
    [TestCase("+/+", "/finance", true)]
    [TestCase("/+", "/finance", true)]
    [TestCase("+", "/finance", false)]
    [TestCase("#", "$SYS/uptime", false)]
    [TestCase("+/monitor/Clients", "$SYS/monitor/Clients", false)]
    [TestCase("$SYS/#", "$SYS/monitor/Clients", true)]
    [TestCase("$SYS/monitor/+", "$SYS/monitor/Clients", true)]
    [TestCase("ACCOUNTS", "Accounts", false)]
    [TestCase("a/b", "a/b", true)]
    [TestCase("a/b", "a/b/", false)]
    [TestCase("a/b", "a", false)]
    [TestCase("a/+/c", "a//c", true)]
    [TestCase("+/tennis/#", "x/tennis", true)]
    [TestCase("a/b/#", "a", false)]
    public void Filter_covers_name(string filter, string name, bool covers) =>
        Assert.That(MqttTopic.Matches(filter, name), Is.EqualTo(covers));

    [TestCase("sport/tennis#", false)]
    [TestCase("sport/tennis/#/ranking", false)]
    [TestCase("sport+", false)]
    [TestCase("+/tennis/#", true)]
    [TestCase("+", true)]
    [TestCase("#", true)]
    [TestCase("/", true)]
    [TestCase("a//b", true)]
    [TestCase("", false)]
    [TestCase("a\0b", false)]
    [TestCase("a/++/b", false)]
    [TestCase("a/+b", false)]
    [TestCase("##", false)]
    public void Is_a_filter(string filter, bool valid) => Assert.That(MqttTopic.IsValidFilter(filter), Is.EqualTo(valid));

    [TestCase("a", true)]
    [TestCase("/", true)]
    [TestCase("", false)]
    [TestCase("a/+", false)]
    [TestCase("a#", false)]
    [TestCase("a\0", false)]
    public void Is_a_name(string name, bool valid) => Assert.That(MqttTopic.IsValidName(name), Is.EqualTo(valid));
}
