using DeviceTwin.SensorNode.Bearings;
using DeviceTwin.SensorNode.Recordings;

namespace DeviceTwin.Tests.SensorNode.Portable.Bearings;

/// <summary>The catalogue against what others computed for the same bearings.</summary>
public sealed class BearingCatalogueTests
{
    /// <summary>By a word of the index's bearing. Its figures are rounded, and one of MFPT's is 0.0018 off its own geometry.</summary>
    private static readonly (string Word, string Name, double Within)[] InTheIndex =
    [
        ("6205", "6205", 1), ("6203", "6203", 1), ("ZA-2115", "ZA-2115", 1), ("NICE", "NICE", 2),
    ];

    [Test]
    public void Orders_agree_with_the_index_of_the_recordings()
    {
        var items = RecordingIndex.Read(TestFiles.RequireRecordings());
        foreach ((string word, string name, double within) in InTheIndex)
        {
            var orders = BearingCatalogue.Find(name)!.Orders;
            foreach (RecordingItem item in items.Where(item => item.Bearing.Contains(word, StringComparison.Ordinal)))
            {
                Assert.That(orders.BpfoMilli, Is.EqualTo(item.Orders.BpfoMilli).Within(within), item.File);
                Assert.That(orders.BpfiMilli, Is.EqualTo(item.Orders.BpfiMilli).Within(within), item.File);
                Assert.That(orders.BsfMilli, Is.EqualTo(item.Orders.BsfMilli).Within(within), item.File);
                Assert.That(orders.FtfMilli, Is.EqualTo(item.Orders.FtfMilli).Within(within), item.File);
            }
        }
    }

    [Test]
    public void The_drive_end_bearing_of_Case_Western_has_the_orders_its_page_prints()
    {
        // BPFI 5.4152, BPFO 3.5848, FTF 0.39828; the page gives twice the spin, 4.7135.
        Assert.That(BearingCatalogue.Find("6205")!.Orders, Is.EqualTo(new BearingOrders(3585, 5415, 2357, 398)));
    }

    [Test]
    public void The_bearing_of_PRONOSTIA_has_the_orders_listed_with_its_trends()
    {
        Assert.That(BearingCatalogue.Find("PRONOSTIA")!.Orders, Is.EqualTo(new BearingOrders(5611, 7389, 3589, 432)));
    }

    [Test]
    public void Every_entry_is_a_possible_bearing_with_a_source_and_a_name_of_its_own()
    {
        Assert.That(BearingCatalogue.Names, Is.Unique);
        Assert.That(BearingCatalogue.All.Select(type => type.Orders.BpfoMilli), Is.All.Positive);
        Assert.That(BearingCatalogue.All.Select(type => type.Source), Is.All.Not.Empty);
        Assert.That(BearingCatalogue.Find("za-2115"), Is.SameAs(BearingCatalogue.Find("ZA-2115")));
        Assert.That(BearingCatalogue.Find("6999"), Is.Null);
    }
}
