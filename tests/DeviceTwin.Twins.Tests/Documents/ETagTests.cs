using DeviceTwin.Twins;

namespace DeviceTwin.Tests.Twins.Documents;

/// <summary>ETags are base64 of a counter, and If-Match comes in many spellings.</summary>
public sealed class ETagTests
{
    [TestCase(1ul, "AAAAAAAAAAE=")]
    [TestCase(7ul, "AAAAAAAAAAc=")]
    [TestCase(256ul, "AAAAAAAAAQA=")]
    public void A_tag_is_base64_of_an_eight_byte_counter(ulong counter, string tag) => Assert.That(ETags.Format(counter), Is.EqualTo(tag));

    [Test]
    public void Tags_count_up() => Assert.That(ETags.Next(ETags.Next(ETags.First)), Is.EqualTo(ETags.Format(3)));

    [Test]
    public void A_foreign_tag_begins_anew() => Assert.That(ETags.Next("not ours"), Is.EqualTo(ETags.First));

    [TestCase(null, true)]
    [TestCase("*", true)]
    [TestCase("\"*\"", true)]
    [TestCase("AAAAAAAAAAc=", true)]
    [TestCase("\"AAAAAAAAAAc=\"", true)]
    [TestCase("W/\"AAAAAAAAAAc=\"", true)]
    [TestCase("w/\"AAAAAAAAAAc=\"", true)]
    [TestCase("\"AAAAAAAAAAE=\", \"AAAAAAAAAAc=\"", true)]
    [TestCase("", false)]
    [TestCase("\"", false)]
    [TestCase("AAAAAAAAAAE=", false)]
    [TestCase("aaaaaaaaaac=", false)]
    [TestCase("W/\"AAAAAAAAAAE=\"", false)]
    public void If_match_lets_pass(string? ifMatch, bool passes) => Assert.That(ETags.Matches(ifMatch, "AAAAAAAAAAc="), Is.EqualTo(passes));
}
