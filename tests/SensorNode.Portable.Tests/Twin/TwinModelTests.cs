using System.Text.Json;
using DeviceTwin.SensorNode.Forms;
using DeviceTwin.SensorNode.Twin;
using DeviceTwin.SensorNode.Twin.Json;

namespace DeviceTwin.Tests.SensorNode.Portable.Twin;

/// <summary>Each property takes exactly what the limits file says; the cases are made from that file, not from the generated code.</summary>
public sealed class TwinModelTests
{
    public static IEnumerable<TestCaseData> Boundaries()
    {
        using JsonDocument limits = Limits();
        foreach ((JsonElement property, string path, _) in Properties(limits.RootElement))
        {
            if (property.GetProperty("type").GetString() == "text")
            {
                yield return Case(path, JsonToken.String, property.GetProperty("max").GetInt64(), RejectReason.None);
                yield return Case(path, JsonToken.String, property.GetProperty("max").GetInt64() + 1, RejectReason.AboveMaximum);
                yield return Case(path, JsonToken.Integer, 1, RejectReason.WrongType);
                yield return Case(path, JsonToken.True, 0, RejectReason.WrongType);
                continue;
            }

            if (property.GetProperty("type").GetString() == "boolean")
            {
                yield return Case(path, JsonToken.True, 0, RejectReason.None);
                yield return Case(path, JsonToken.False, 0, RejectReason.None);
                yield return Case(path, JsonToken.Integer, 1, RejectReason.WrongType);
                yield return Case(path, JsonToken.String, 0, RejectReason.WrongType);
                continue;
            }

            long minimum = property.GetProperty("min").GetInt64();
            long maximum = property.GetProperty("max").GetInt64();
            bool isChosen = property.TryGetProperty("allowed", out JsonElement allowed);
            yield return Case(path, JsonToken.Integer, minimum - 1, RejectReason.BelowMinimum);
            yield return Case(path, JsonToken.Integer, minimum, RejectReason.None);
            yield return Case(path, JsonToken.Integer, minimum + 1, Inside(minimum + 1));
            yield return Case(path, JsonToken.Integer, maximum - 1, Inside(maximum - 1));
            yield return Case(path, JsonToken.Integer, maximum, RejectReason.None);
            yield return Case(path, JsonToken.Integer, maximum + 1, RejectReason.AboveMaximum);
            yield return Case(path, JsonToken.Integer, 999999999999999999, RejectReason.AboveMaximum);
            yield return Case(path, JsonToken.Integer, -999999999999999999, RejectReason.BelowMinimum);
            foreach (JsonToken token in new[] { JsonToken.String, JsonToken.Fraction, JsonToken.True, JsonToken.ObjectStart, JsonToken.ArrayStart })
            {
                yield return Case(path, token, minimum, RejectReason.WrongType);
            }

            if (isChosen)
            {
                foreach (JsonElement value in allowed.EnumerateArray())
                {
                    yield return Case(path, JsonToken.Integer, value.GetInt64(), RejectReason.None);
                }
            }

            int Inside(long value) =>
                isChosen && allowed.EnumerateArray().All(choice => choice.GetInt64() != value) ? RejectReason.NotAllowed : RejectReason.None;
        }
    }

    [TestCaseSource(nameof(Boundaries))]
    public int JudgesByTheLimitsFile(string path, JsonToken token, long value)
    {
        int index = Rules.IndexOf(path);
        Assert.That(index, Is.Not.Negative);
        return Rules.Judge(index, token, value);
    }

    [Test]
    public void GeneratedArraysAgreeWithTheLimitsFile()
    {
        using JsonDocument limits = Limits();
        var properties = Properties(limits.RootElement).ToArray();
        Assert.That(TwinModel.ModelId, Is.EqualTo(limits.RootElement.GetProperty("model").GetString()));
        Assert.That(TwinModel.Count, Is.EqualTo(properties.Length));
        for (int index = 0; index < properties.Length; index++)
        {
            (JsonElement property, string path, bool isDerived) = properties[index];
            Assert.That(TwinModel.Path(index), Is.EqualTo(path));
            Assert.That(TwinModel.Like(index), Is.EqualTo(isDerived ? Rules.IndexOf(property.GetProperty("path").GetString()) : -1));
            Assert.That(TwinModel.Unit(index), Is.EqualTo(property.GetProperty("unit").GetString()));
            Assert.That(TwinForms.Owners[index], Is.EqualTo(property.GetProperty("owner").GetString()));
            Assert.That(TwinForms.Sentences[index], Is.EqualTo(property.GetProperty("sentence").GetString()));
            Assert.That(TwinModel.RejectCode(index), Is.EqualTo(property.GetProperty("rejectCode").GetInt32()));
            Assert.That(TwinModel.Component(TwinModel.ComponentOf(index)) + "." + TwinModel.Name(index), Is.EqualTo(TwinModel.Path(index)));
            Assert.That(TwinModel.Default(index), isDerived ? Is.EqualTo(TwinModel.NotSet) : Is.InRange(TwinModel.Minimum(index), TwinModel.Maximum(index)));
        }
    }

    [Test]
    public void EveryReasonHasItsWordInTheLimitsFile()
    {
        using JsonDocument limits = Limits();
        string[] words = limits.RootElement.GetProperty("rejectReasons").EnumerateObject().Select(reason => reason.Name).ToArray();
        Assert.That(Enumerable.Range(1, RejectReason.Count - 1).Select(RejectReason.Word), Is.EqualTo(words));
    }

    [TestCase("detection.velocityLimitUmPerSecond", RejectReason.AboveMaximum, "aboveMaximum: detection.velocityLimitUmPerSecond takes 0 to 100000 um/s")]
    [TestCase("detection.temperatureLimitCentiCelsius", RejectReason.BelowMinimum, "belowMinimum: detection.temperatureLimitCentiCelsius takes -4000 to 12500 cC")]
    [TestCase("sampling.accelerationRangeG", RejectReason.NotAllowed, "notAllowed: sampling.accelerationRangeG takes 2, 4, 8 or 16 g")]
    [TestCase("sampling.captureIntervalSeconds", RejectReason.WrongType, "wrongType: sampling.captureIntervalSeconds takes an integer, 1 to 86400 s")]
    [TestCase("maintenance.alarmsInhibited", RejectReason.WrongType, "wrongType: maintenance.alarmsInhibited takes true or false")]
    [TestCase("detection.envelopeBandLowHertz", RejectReason.NotAllowed, "notAllowed: detection.envelopeBandLowHertz must be below detection.envelopeBandHighHertz")]
    [TestCase("detection.envelopeBandHighHertz", RejectReason.NotAllowed, "notAllowed: detection.envelopeBandHighHertz must be above detection.envelopeBandLowHertz")]
    public void AReasonSaysWhatIsTaken(string path, int reason, string sentence) =>
        Assert.That(RejectReason.Sentence(reason, Rules.IndexOf(path)), Is.EqualTo(sentence));

    // The file's own, and then those that a component has because it extends another.
    private static IEnumerable<(JsonElement Property, string Path, bool IsDerived)> Properties(JsonElement limits)
    {
        JsonElement[] own = limits.GetProperty("properties").EnumerateArray().ToArray();
        return own.Select(property => (property, property.GetProperty("path").GetString()!, false))
            .Concat(limits.GetProperty("extends").EnumerateObject().SelectMany(extension => own
                .Where(property => property.GetProperty("path").GetString()!.StartsWith(extension.Value.GetString() + ".", StringComparison.Ordinal))
                .Select(property => (property, extension.Name + property.GetProperty("path").GetString()![extension.Value.GetString()!.Length..], true))));
    }

    private static TestCaseData Case(string path, JsonToken token, long value, int reason) =>
        new TestCaseData(path, token, value).Returns(reason).SetArgDisplayNames(path, token.ToString(), value.ToString());

    private static JsonDocument Limits() =>
        JsonDocument.Parse(File.ReadAllText(TestFiles.InRepository("firmware/SensorNode/Twin/Model/vibrationNode-1.limits.json")));
}
