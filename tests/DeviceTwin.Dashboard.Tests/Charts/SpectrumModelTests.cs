using DeviceTwin.Dashboard.Charts;
using DeviceTwin.Dashboard.View;

namespace DeviceTwin.Tests.Dashboard.Charts;

/// <summary>Where the marks of shaft and bearing stand in a spectrum.</summary>
public sealed class SpectrumModelTests
{
    /// <summary>SKF 6205 at 29.95 Hz: BPFO 3.585×, BPFI 5.415×, BSF 2.357×.</summary>
    private static readonly BearingOrders Orders = new(3585, 5415, 2357, 398);
    private const int ShaftMilliHertz = 29950;

    [Test]
    public void Marks_stand_at_the_multiples_of_the_shaft_speed()
    {
        var families = Create(Bins(512, 1000)).Families.ToDictionary(family => family.Key);
        Assert.That(families.Keys, Is.EqualTo(new[] { "shaft", "outer", "inner", "ball" }));
        Assert.That(families["shaft"].FundamentalHertz, Is.EqualTo(29.95).Within(1e-9));
        Assert.That(families["outer"].FundamentalHertz, Is.EqualTo(107.37).Within(0.01));
        Assert.That(families["inner"].FundamentalHertz, Is.EqualTo(162.18).Within(0.01));
        Assert.That(families["ball"].FundamentalHertz, Is.EqualTo(141.18).Within(0.01), "a ball strikes twice per spin");
        Assert.That(families["outer"].Marks.Select(mark => mark.Hertz / families["outer"].FundamentalHertz), Is.EqualTo(new[] { 1.0, 2, 3, 4 }).Within(1e-9));
        Assert.That(families["outer"].Marks[1].Share, Is.EqualTo(2 * 107.37 / 511).Within(1e-4), "0 to 511 Hz over the plot's width");
    }

    [Test]
    public void The_cage_is_marked_once_and_only_where_it_is_asked_for()
    {
        var families = SpectrumModel.Create(Bins(512, 1000), ShaftMilliHertz, Orders, 1, cage: true)!.Families;
        Assert.That(families.Select(family => family.Key), Is.EqualTo(new[] { "shaft", "outer", "inner", "ball", "cage" }));
        Assert.That(families[^1].Marks.Single().Hertz, Is.EqualTo(11.92).Within(0.01));
    }

    [Test]
    public void No_mark_stands_beyond_the_last_bin()
    {
        var marks = Create(Bins(128, 1000)).Families.SelectMany(family => family.Marks).ToArray();
        Assert.That(marks, Is.Not.Empty);
        Assert.That(marks.Select(mark => mark.Hertz), Is.All.LessThanOrEqualTo(127));
    }

    [Test]
    public void Nothing_is_marked_while_the_shaft_speed_is_not_known()
    {
        Assert.That(SpectrumModel.Create(Bins(64, 1000), 0, Orders, 1)!.Families, Is.Empty);
    }

    [Test]
    public void An_order_of_zero_is_not_asked_for()
    {
        var families = SpectrumModel.Create(Bins(512, 1000), ShaftMilliHertz, new BearingOrders(0, 5415, 0, 0), 1)!.Families;
        Assert.That(families.Select(family => family.Key), Is.EqualTo(new[] { "shaft", "inner" }));
    }

    [Test]
    public void A_mark_tells_the_peak_beside_it_because_bearings_slip()
    {
        var values = new int[512];
        values[106] = 27_000;
        values[400] = 90_000;
        var outer = SpectrumModel.Create(new SpectrumBins(1000, values), ShaftMilliHertz, Orders, 0.001)!.Families.First(family => family.Key == "outer");
        Assert.That(outer.Marks[0].Peak, Is.EqualTo(27.0).Within(1e-9));
        Assert.That(outer.Marks[1].Peak, Is.Zero);
    }

    [Test]
    public void The_line_spans_the_plot_and_reaches_the_share_of_its_peak()
    {
        var model = SpectrumModel.Create(new SpectrumBins(1000, [0, 10, 0]), 0, Orders, 1)!;
        var ten = model.AmplitudeTicks.Single(tick => tick.Label == "10").Share;
        Assert.That(model.Line, Is.EqualTo($"M0 1000L500 {SvgPath.Number((1 - ten) * 1000)}L1000 1000"));
    }

    [Test]
    public void There_is_nothing_to_draw_without_bins()
    {
        Assert.That(SpectrumModel.Create(null, ShaftMilliHertz, Orders, 1), Is.Null);
        Assert.That(SpectrumModel.Create(new SpectrumBins(1000, []), ShaftMilliHertz, Orders, 1), Is.Null);
        Assert.That(SpectrumModel.Create(new SpectrumBins(0, [1, 2]), ShaftMilliHertz, Orders, 1), Is.Null);
    }

    [Test]
    public void A_silent_spectrum_has_a_scale_too()
    {
        var model = Create(Bins(16, 1000));
        Assert.That(model.AmplitudeTicks, Is.Not.Empty);
        Assert.That(model.Line, Does.Not.Contain("NaN"));
    }

    [Test]
    public void A_logarithmic_scale_shows_small_peaks_beside_large_ones()
    {
        var model = SpectrumModel.Create(new SpectrumBins(1000, [0, 1000, 10, 1]), 0, Orders, 1, logarithmic: true)!;
        Assert.That(model.AmplitudeTicks.Select(tick => tick.Label), Is.EqualTo(new[] { "0.1", "1", "10", "100", "1000" }));
        var share = model.AmplitudeTicks.ToDictionary(tick => tick.Label, tick => tick.Share);
        Assert.That(share["100"] - share["10"], Is.EqualTo(0.25).Within(1e-9), "a decade is a decade everywhere");
        Assert.That(model.Line, Does.StartWith("M0 1000"), "silence lies at the bottom");
        Assert.That(SpectrumModel.Create(Bins(16, 1000), 0, Orders, 1, logarithmic: true)!.Line, Does.Not.Contain("NaN").And.Not.Contain("∞"));
    }

    private static SpectrumModel Create(SpectrumBins bins) => SpectrumModel.Create(bins, ShaftMilliHertz, Orders, 1)!;

    private static SpectrumBins Bins(int count, int binMilliHertz) => new(binMilliHertz, new int[count]);
}
