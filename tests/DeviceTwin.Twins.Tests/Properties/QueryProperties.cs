using DeviceTwin.Twins;
using DeviceTwin.Twins.Conditions;
using FsCheck.Fluent;
using static DeviceTwin.Tests.Twins.Properties.Generators;

namespace DeviceTwin.Tests.Twins.Properties;

/// <summary>What holds of reading queries whatever their text.</summary>
public sealed class QueryProperties
{
    private static readonly FsCheck.Gen<string> Piece = Gen.Elements(
        "SELECT", "*", "FROM", "devices", "WHERE", "TOP", "tags.a", "tags", ".", "[[x-y]]", "[[", "]]", "(", ")", "[", "]", ",", "=", "!=", "<", ">=", "+", "-", "*", "/", "%",
        "AND", "OR", "NOT", "IN", "NIN", "IS_DEFINED(", "CONTAINS(", "IS_NUMBER(", "ARRAY_CONTAINS(", "COUNT()", "AVG(", "AS", "GROUP", "BY", "devices.modules", "devices.jobs", "jobId", "'a'", "\"b", "'", "1", "0x1F", "1e5", "1x", "true", "null", "properties.reported.z", "deviceId", "\u00e4", "\ud83d\ude00", "?", ";");

    private static readonly FsCheck.Gen<string> Text = Piece.ListOf().Select(pieces => string.Join(' ', pieces));

    [Test]
    public void Any_text_is_understood_or_refused_at_a_place_in_it() => ForAll(Text, text =>
    {
        foreach (var (whole, read) in new (string, Action<string>)[]
        {
            (text, whole => TwinQuery.Parse(whole)),
            ("SELECT " + text + " FROM devices GROUP BY tags.a", whole => TwinQuery.Parse(whole)),
            ("SELECT * FROM devices WHERE " + text, whole => TwinQuery.Parse(whole).Condition.Matches(new ConditionSubject(Doc.Empty))),
            (text, whole => TwinCondition.Parse(whole, ConditionScope.Target).Matches(new ConditionSubject(Doc.Empty))),
        })
        {
            try
            {
                read(whole);
            }
            catch (ConditionException refusal)
            {
                Assert.That(refusal.Position, Is.InRange(0, whole.Length));
                Assert.That(refusal.Problem, Is.Not.Empty);
                Assert.That(refusal.Hint, Is.Not.Empty);
            }
        }
    }, 3000);

    [Test]
    public void Blanks_and_the_case_of_keywords_mean_nothing() => ForAll(Gen.Elements(
        "tags.a = 'x' AND NOT tags.b IN [1, 2]", "IS_DEFINED(tags.a) OR tags.b NIN ['q']", "(tags.a + 1) * 2 > 3 AND TRUE").Zip(Gen.Choose(0, 2)), pair =>
    {
        var (text, form) = pair;
        var written = form switch { 0 => text.Replace(" ", "\t\n  "), 1 => text.Replace("AND", "and").Replace("IN", "iN").Replace("OR", "or"), _ => $"  {text} " };
        foreach (var twin in new[] { Doc.Empty, Doc.Empty.Tag("""{"a":"x","b":3}"""), Doc.Empty.Tag("""{"a":2,"b":1}""") })
        {
            var subject = new ConditionSubject(twin);
            Assert.That(
                TwinCondition.Parse(written, ConditionScope.Query).Matches(subject), Is.EqualTo(TwinCondition.Parse(text, ConditionScope.Query).Matches(subject)), written);
        }
    });

    [Test]
    public void A_condition_and_its_negation_divide_the_fleet() => ForAll(Document.Zip(Gen.Elements(
        "tags.a = 1", "tags.a < tags.b", "tags.a.b != 'x'", "CONTAINS(tags.c, 'x')", "tags.a IN [true, 0.5]", "tags.b + 1 >= 0", "IS_DEFINED(tags.a.c)")), pair =>
    {
        var subject = new ConditionSubject(Doc.Empty.Tag(pair.Item1));
        bool Holds(string text) => TwinCondition.Parse(text, ConditionScope.Query).Matches(subject);
        Assert.That(Holds($"NOT ({pair.Item2})"), Is.EqualTo(!Holds(pair.Item2)));
        Assert.That(Holds($"{pair.Item2} AND NOT ({pair.Item2})"), Is.False);
        Assert.That(Holds($"{pair.Item2} OR NOT ({pair.Item2})"));
    });
}
