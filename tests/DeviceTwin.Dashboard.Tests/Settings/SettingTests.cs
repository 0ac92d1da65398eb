using System.Text.Json.Nodes;
using DeviceTwin.Dashboard.Settings;
using DeviceTwin.SensorNode.Forms;
using DeviceTwin.SensorNode.Twin;
using DeviceTwin.Twins;

namespace DeviceTwin.Tests.Dashboard.Settings;

/// <summary>The form offers what the node's own model allows, and says what is wrong in the node's words.</summary>
public sealed class SettingTests
{
    private static readonly Setting Velocity = SettingCatalogue.Find("detection.velocityLimitUmPerSecond")!;
    private static readonly Setting Range = SettingCatalogue.Find("sampling.accelerationRangeG")!;
    private static readonly Setting Inhibited = SettingCatalogue.Find("maintenance.alarmsInhibited")!;

    [Test]
    public void Every_property_of_the_model_is_in_the_form_with_the_models_limits()
    {
        Assert.That(SettingCatalogue.All.Select(setting => setting.Path), Is.EquivalentTo(TwinForms.Paths));
        for (var index = 0; index < TwinModel.Count; index++)
        {
            var setting = SettingCatalogue.Find(TwinModel.Path(index))!;
            Assert.That(
                (setting.Minimum, setting.Maximum, setting.Default ?? TwinModel.NotSet, setting.Unit, setting.Sentence),
                Is.EqualTo((TwinModel.Minimum(index), TwinModel.Maximum(index), TwinModel.Default(index), TwinModel.Unit(index), TwinForms.Sentences[index])));
        }
    }

    [Test]
    public void What_may_be_absent_says_what_holds_then_and_shows_nothing()
    {
        var trial = SettingCatalogue.Find("shadow.velocityLimitUmPerSecond")!;
        Assert.That((trial.Like, trial.Default, trial.Label), Is.EqualTo((Velocity.Path, default(int?), "Velocity limit (trial)")));
        Assert.That(Row([], trial.Path).InitialText, Is.Empty);
        Assert.That(Row([Path(trial.Path, 4500, 4500, ConvergenceState.InSync)], trial.Path).InitialText, Is.EqualTo("4500"));
        Assert.That(SettingCatalogue.All.Select(setting => setting.Component).Last(), Is.EqualTo(SettingCatalogue.Trial), "on trial comes last");
    }

    [Test]
    public void A_choice_without_a_unit_says_what_its_numbers_mean()
    {
        var mounting = SettingCatalogue.Find("machine.mounting")!;
        Assert.That(SettingInput.RangeOf(mounting), Is.EqualTo("0 not declared, 1 stud, 2 adhesive, 3 magnet, 4 probe"));
        Assert.That(SettingInput.NameOf(SettingCatalogue.Find("machine.isoGroup")!, 2), Is.EqualTo("2 group 2"));
        Assert.That(SettingUnits.Reading(mounting, JsonValue.Create(3)), Is.EqualTo("magnet"));
        Assert.That(SettingUnits.Reading(mounting, JsonValue.Create(9)), Is.Null);
        Assert.That(SettingInput.NameOf(Range, 8), Is.EqualTo("8"));
    }

    [Test]
    public void A_text_is_judged_as_the_node_judges_it_and_shown_by_its_beginning()
    {
        var forest = SettingCatalogue.Find("detection.forest")!;
        Assert.That(SettingInput.Read(forest, " AbCd ").Problem, Is.EqualTo("malformed: the text is cut off"), "in the node's words");
        Assert.That(SettingInput.Read(forest, "").Value!.GetValue<string>(), Is.Empty);
        Assert.That(SettingInput.Read(forest, new string('f', 4096)).Problem, Does.StartWith("malformed: "));
        Assert.That(SettingInput.Read(forest, new string('f', 4097)).Problem, Is.EqualTo("aboveMaximum: takes a text of at most 4096 bytes"));
        Assert.That(SettingUnits.Short(JsonValue.Create(new string('f', 4096))), Is.EqualTo(new string('f', 24) + "… (4096)"));
        Assert.That(SettingUnits.Short(JsonValue.Create(4500)), Is.EqualTo("4500"));
    }

    [Test]
    public void Every_property_has_a_label_of_its_own()
    {
        Assert.That(SettingCatalogue.All.Select(setting => setting.Label), Is.Unique);
        Assert.That(SettingCatalogue.All.Select(setting => setting.Label), Has.None.Matches<string>(label => TwinForms.Names.Contains(label)));
    }

    [Test]
    public void Components_stand_together()
    {
        var runs = SettingCatalogue.All.Select(setting => setting.Component).Aggregate(new List<string>(), (seen, component) =>
        {
            if (seen.LastOrDefault() != component)
            {
                seen.Add(component);
            }

            return seen;
        });
        Assert.That(runs, Is.Unique);
    }

    [TestCase("7100", "7100")]
    [TestCase(" 0 ", "0")]
    [TestCase("100000", "100000")]
    public void A_value_inside_the_limits_is_taken(string text, string json)
    {
        var (value, problem) = SettingInput.Read(Velocity, text);
        Assert.That(problem, Is.Null);
        Assert.That(value!.ToJsonString(), Is.EqualTo(json));
    }

    [TestCase("100001", "aboveMaximum: takes 0 to 100000 µm/s")]
    [TestCase("-1", "belowMinimum: takes 0 to 100000 µm/s")]
    [TestCase("7.5", "wrongType: takes a whole number")]
    [TestCase("", "wrongType: takes a whole number")]
    [TestCase("99999999999999999999", "wrongType: takes a whole number")]
    public void A_value_outside_is_refused_before_it_is_sent(string text, string problem)
    {
        Assert.That(SettingInput.Read(Velocity, text), Is.EqualTo(((JsonNode?)null, problem)));
    }

    [Test]
    public void A_choice_takes_only_what_it_offers()
    {
        Assert.That(SettingInput.Read(Range, "8").Value!.ToJsonString(), Is.EqualTo("8"));
        Assert.That(SettingInput.Read(Range, "5").Problem, Is.EqualTo("notAllowed: takes 2, 4, 8 or 16 g"));
    }

    [Test]
    public void A_switch_is_written_as_a_boolean()
    {
        Assert.That(SettingInput.Read(Inhibited, "true").Value!.ToJsonString(), Is.EqualTo("true"));
        Assert.That(SettingInput.Read(Inhibited, "1").Problem, Does.StartWith("wrongType"));
    }

    [TestCase("detection.velocityLimitUmPerSecond", 7100, "7.10 mm/s")]
    [TestCase("detection.temperatureLimitCentiCelsius", -550, "-5.5 °C")]
    [TestCase("machine.shaftSpeedMilliHertz", 29950, "29.95 Hz, 1797 rpm")]
    [TestCase("machine.bpfoMilliOrders", 3585, "3.585 ×")]
    [TestCase("sampling.captureIntervalSeconds", 600, "10 min")]
    [TestCase("detection.baselineLimitMilliSigma", 8000, "8.0 σ")]
    [TestCase("machine.ratedPowerWatts", 75000, "75 kW")]
    [TestCase("sampling.captureIntervalSeconds", 60, null)]
    public void Small_units_are_told_in_those_of_daily_use(string path, int value, string? reading)
    {
        Assert.That(SettingUnits.Reading(SettingCatalogue.Find(path)!, JsonValue.Create(value)), Is.EqualTo(reading));
        Assert.That(SettingUnits.Reading(SettingCatalogue.Find(path)!, JsonNode.Parse(value.ToString())), Is.EqualTo(reading), "whatever stands behind the number");
    }

    [Test]
    public void A_row_joins_model_desired_and_reported()
    {
        var row = Row([Path(Velocity.Path, 7000, 7100, ConvergenceState.Pending)], Velocity.Path);
        Assert.That(SettingUnits.Plain(row.Desired), Is.EqualTo("7000"));
        Assert.That(SettingUnits.Plain(row.Reported), Is.EqualTo("7100"));
        Assert.That(row.State, Is.EqualTo(ConvergenceState.Pending));
        Assert.That(row.InitialText, Is.EqualTo("7000"));
    }

    [Test]
    public void Where_nothing_is_desired_the_row_shows_what_is_in_force()
    {
        var reported = (JsonObject)JsonNode.Parse("""{"detection":{"__t":"c","velocityLimitUmPerSecond":{"value":6500,"ac":203,"av":0}}}""")!;
        var row = SettingRows.Join(Convergence(), reported).First(row => row.Path == Velocity.Path);
        Assert.That((row.State, row.Desired, SettingUnits.Plain(row.Reported), row.InitialText), Is.EqualTo((default(ConvergenceState?), default(JsonNode), "6500", "6500")));
        Assert.That(Row([], Velocity.Path).InitialText, Is.EqualTo(Velocity.Default.ToString()));
    }

    [Test]
    public void A_desired_path_that_the_model_does_not_have_is_shown_as_a_stranger()
    {
        var row = Row([Path("detection.velocityLimit", 5, null, ConvergenceState.Rejected)], "detection.velocityLimit");
        Assert.That((row.Setting, row.State), Is.EqualTo((default(Setting), ConvergenceState.Rejected)));
    }

    [Test]
    public void A_choice_never_shows_a_value_that_it_does_not_offer()
    {
        Assert.That(Row([Path(Range.Path, 5, 16, ConvergenceState.Rejected)], Range.Path).InitialText, Is.EqualTo("16"));
    }

    private static SettingRow Row(PathConvergence[] paths, string path) => SettingRows.Join(Convergence(paths), []).First(row => row.Path == path);

    private static NodeConvergence Convergence(params PathConvergence[] paths) => new("vib-1", ConvergenceState.InSync, paths);

    private static PathConvergence Path(string path, int desired, int? reported, ConvergenceState state) =>
        new(path, desired, reported, state, null, 200, 7, 6);
}
