using DeviceTwin.Twins;
using DeviceTwin.Twins.Conditions;

namespace DeviceTwin.Tests.Twins.Conditions;

/// <summary>A condition that cannot be read is refused with the column and a hint.</summary>
public sealed class ConditionErrorTests
{
    [TestCase("tags.line = ", 13, "the end where a value or path is expected", "write text in quotes")]
    [TestCase("tags.line = A", 13, "A cannot select devices", "put text in quotes")]
    [TestCase("line = 'A'", 1, "line cannot select devices", "tags.line")]
    [TestCase("tags = 'A'", 1, "tags cannot select devices", "tags.line")]
    [TestCase("properties.reported.x = 1", 1, "properties.reported.x cannot select devices", "tags.line")]
    [TestCase("tags.line == 'A'", 12, "= where a value or path is expected", "quotes")]
    [TestCase("tags.line = 'A", 13, "the string has no end", "close it with '")]
    [TestCase("tags.line = 'A' tags.hall = 2", 17, "tags follows a complete condition", "AND or OR")]
    [TestCase("tags.line = 'A' AND", 20, "the end where a value or path is expected", "path such as")]
    [TestCase("(tags.line = 'A'", 17, "the end where ) is expected", "close the parenthesis")]
    [TestCase("tags.line = 'A')", 16, ") follows a complete condition", "AND or OR")]
    [TestCase("tags.line IN 'A'", 14, "the string 'A' where [ is expected", "['A', 'B']")]
    [TestCase("tags.line IN []", 15, "] where a value or path is expected", "quotes")]
    [TestCase("tags.line IN ['A'", 18, "the end where ] is expected", "['A', 'B']")]
    [TestCase("tags.line IN [tags.x]", 15, "tags is a path", "['A', 'B']")]
    [TestCase("tags.line NOT 'A'", 15, "the string 'A' where IN is expected", "NOT IN")]
    [TestCase("tags. = 1", 7, "= where a name is expected", "tags.line")]
    [TestCase("tags.line-speed = 1", 10, "'-' subtracts", "tags.[[line-speed]]")]
    [TestCase("tags.[[x = 1", 8, "the name in [[ has no end", "close it with ]]")]
    [TestCase("tags.a && tags.b", 8, "'&' has no meaning here", "write AND")]
    [TestCase("tags.a || tags.b", 8, "'|' has no meaning here", "write OR")]
    [TestCase("!tags.a", 1, "'!' has no meaning here", "NOT")]
    [TestCase("tags.a = 1x", 10, "1x is not a number", "quotes")]
    [TestCase("tags.a = 0x1G", 10, "0x1G is not a number", "0x1F")]
    [TestCase("tags.a = 0xFFFFFFFFFFFFFFFF", 10, "0xFFFFFFFFFFFFFFFF is not a number", "0x1F")]
    [TestCase("Tags.line = 'A'", 1, "Tags.line cannot select devices", "did you mean tags.line?")]
    [TestCase("devicId = 'A'", 1, "devicId cannot select devices", "did you mean deviceId?")]
    [TestCase("STARTWITH(deviceId, 'a')", 1, "STARTWITH is no function", "did you mean STARTSWITH?")]
    [TestCase("ROUND(tags.a) = 1", 1, "ROUND is no function", "there are IS_DEFINED")]
    [TestCase("tags.a = 1 ADN tags.b = 2", 12, "ADN follows a complete condition", "did you mean AND?")]
    [TestCase("tags.a = 'ä😀' x", 16, "x follows a complete condition", "AND or OR", Description = "columns count UTF-16 units")]
    [TestCase("tags.a = 😀", 10, "'😀' has no meaning here", "quote")]
    [TestCase("(tags.a = 1) + 2 = 3", 14, "+ follows a condition, which is no value", "AND or OR")]
    [TestCase("tags.a + 1", 11, "the end where a comparison is expected", "compare with")]
    [TestCase("tags.a = 1e999", 10, "1e999 is not a number", "quotes")]
    [TestCase("5", 2, "the end where a comparison is expected", "compare with")]
    [TestCase("'A' AND true", 5, "AND where a comparison is expected", "compare with")]
    [TestCase("IS_DEFINED tags.a", 12, "tags where ( is expected", "IS_DEFINED(tags.line)")]
    [TestCase("IS_DEFINED('a')", 12, "the string 'a' where a path is expected", "tags.line")]
    [TestCase("STARTSWITH(deviceId)", 20, ") where , is expected", "STARTSWITH(deviceId, 'press')")]
    [TestCase("AND", 1, "AND where a value or path is expected", "quotes")]
    public void Column_problem_and_hint(string text, int column, string problem, string hint)
    {
        var refusal = Doc.Refusal(() => TwinCondition.Parse(text, ConditionScope.Target));
        Assert.That(refusal.Error, Is.EqualTo(TwinError.ArgumentInvalid));
        Assert.That(refusal.Message, Does.StartWith($"Condition, column {column}: {problem}").And.Contain("Hint: ").And.Contain(hint));
    }

    [Test]
    public void A_condition_has_at_most_8192_characters()
    {
        static string OfLength(int length) => "tags.a = '" + new string('x', length - 11) + "'";
        TwinCondition.Parse(OfLength(8192), ConditionScope.Target);
        Assert.That(
            Doc.Refusal(() => TwinCondition.Parse(OfLength(8193), ConditionScope.Target)).Message, Does.StartWith("The condition has 8193 characters"));
    }

    [TestCase("(", ")")]
    [TestCase("NOT ", "")]
    public void Nesting_has_an_end_before_the_stack_has(string open, string close)
    {
        static string Nested(int levels, string open, string close) =>
            string.Concat(Enumerable.Repeat(open, levels)) + "tags.a" + string.Concat(Enumerable.Repeat(close, levels));

        TwinCondition.Parse(Nested(64, open, close), ConditionScope.Target);
        Assert.That(
            Doc.Refusal(() => TwinCondition.Parse(Nested(1900, open, close), ConditionScope.Target)).Message, Does.Contain("more than 64 levels"));
    }

    [TestCase("1 + ", "1 = 65")]
    [TestCase("-(", "1")]
    [TestCase("- ", "1 = 1")]
    [TestCase("CONTAINS(", "'a'")]
    public void Arithmetic_and_functions_nest_no_deeper(string open, string last) => Assert.That(
        Doc.Refusal(() => TwinCondition.Parse(string.Concat(Enumerable.Repeat(open, 800)) + last, ConditionScope.Target)).Message,
        Does.Contain("more than 64 levels"));

    [Test]
    public void Half_a_character_is_refused() => Assert.That(
        Doc.Refusal(() => TwinCondition.Parse("tags.a = '" + (char)0xD800 + "'", ConditionScope.Target)).Message, Does.Contain("column 11: U+D800 is half a character"));

    [Test]
    public void The_position_is_an_index_into_the_text()
    {
        const string Text = "tags.line = 'A' AND tags.hall > ?";
        Assert.That(((ConditionException)Doc.Refusal(() => TwinCondition.Parse(Text, ConditionScope.Target))).Position, Is.EqualTo(Text.IndexOf('?')));
    }

    [Test]
    public void A_long_chain_is_no_nesting() => Assert.That(
        TwinCondition.Parse(string.Join(" OR ", Enumerable.Repeat("tags.a = 1", 500)), ConditionScope.Target).Text, Has.Length.GreaterThan(5000));
}
