using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.Provisioning;

namespace DeviceTwin.Tests.Provisioning;

public sealed class JsonProblemTests
{
    [TestCase("{\n  \"a\": 1,\n}", 1, "(line 3, byte 1)")]
    [TestCase("{\"a\":", 1, "(line 1, byte 6)")]
    [TestCase("{\"a\":", 42, "(line 42, byte 6)")]
    public void The_place_is_told_as_editors_count(string text, int firstLine, string place)
    {
        var error = Assert.Catch<JsonException>(() => JsonNode.Parse(text))!;
        var problem = JsonProblem.Of(error, firstLine);
        Assert.That(problem, Does.EndWith(place).And.Not.Contain("LineNumber").And.Not.Contain("Path:"));
        Assert.That(problem, Does.Not.Contain(". ("));
    }

    [Test]
    public void Without_a_place_it_is_the_sentence() => Assert.That(JsonProblem.Of(new JsonException("It is none.")), Is.EqualTo("It is none"));
}
