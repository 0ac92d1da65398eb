using DeviceTwin.Twins;

namespace DeviceTwin.Tests.Twins.Documents;

/// <summary>When two JSON values are the same to a reader.</summary>
public sealed class JsonTests
{
    [TestCase("20", "20.0", true)]
    [TestCase("1e2", "100", true)]
    [TestCase("0.1", "0.10", true)]
    [TestCase("9007199254740993", "9007199254740992", false, Description = "neighbours that a double cannot tell apart")]
    [TestCase("1", "true", false)]
    [TestCase("\"1\"", "1", false)]
    [TestCase("\"a\"", "\"A\"", false)]
    [TestCase("true", "true", true)]
    [TestCase("true", "false", false)]
    [TestCase("""{"a":1,"b":2}""", """{"b":2,"a":1.0}""", true)]
    [TestCase("""{"a":1}""", """{"a":1,"b":2}""", false)]
    [TestCase("[1,2]", "[1,2]", true)]
    [TestCase("[1,2]", "[2,1]", false)]
    [TestCase("[1]", "[1,1]", false)]
    [TestCase("null", "null", true)]
    [TestCase("null", "0", false)]
    public void Values_compare(string left, string right, bool same)
    {
        Assert.That(Json.Same(Json.Parse(left), Json.Parse(right)), Is.EqualTo(same));
        Assert.That(Json.Same(Json.Parse(right), Json.Parse(left)), Is.EqualTo(same));
    }
}
