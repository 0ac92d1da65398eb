using DeviceTwin.Provisioning.Tray;

namespace DeviceTwin.Tests.Provisioning.Tray;

/// <summary>A plan is read whole, or everything that is wrong with it is told.</summary>
public sealed class TrayPlanTests
{
    private const string Header = "deviceId,line,machine,bearing,isoGroup,isoSupport,ratedPowerWatts,shaftHeightMillimetres,shaftRpm,wifi,identity\n";

    [Test]
    public void APlanIsRead()
    {
        var plan = TrayPlan.Read(new StringReader(Header
            + "# the pumps\n"
            + "pump-7,cooling,Pump 7,6205,2,rigid,37000,200,1770,plant,sas\n"
            + "\n"
            + "pump-8,cooling,\"Pump 8, left\",9x7.94/39.04,,,,,,plant,DPS\n"));

        Assert.That(plan.Faults, Is.Empty);
        Assert.That(plan.Rows.Select(row => row.LineNumber), Is.EqualTo(new[] { 3, 5 }));
        Assert.That(plan.Rows[0].Place, Is.EqualTo(new PlanPlace("plant", "cooling", "Pump-7", "Pump-7-1")));
        Assert.That(plan.Rows[0].Machine, Is.EqualTo(new PlanMachine(2, "rigid", 37000, 200, 29500)));
        Assert.That(plan.Rows[1].Bearing!.Orders, Is.EqualTo(plan.Rows[0].Bearing!.Orders));
        Assert.That(plan.Rows[1].Identity, Is.EqualTo(IdentityWay.Dps));
        Assert.That(plan.Rows[1].MachineName, Is.EqualTo("Pump 8, left"));
    }

    [Test]
    public void AllFaultsOfAllLinesAreToldAtOnce()
    {
        var plan = TrayPlan.Read(new StringReader(Header
            + "pump 7,cooling,Pump 7,6299,3,soft,0,200,1770,plant,sas\n"
            + "pump-8,,Pump 8,,,,,,,,token\n"
            + "pump-9,cooling,Pump 9,,,,,,,plant,sas\n"
            + "pump-9,packing,Pump 9,,,,,,,plant,sas\n"
            + "pump-10,cooling\n"));

        Assert.That(plan.Rows, Is.Empty);
        Assert.That(plan.Faults.Select(fault => (fault.Line, fault.Column)), Is.EquivalentTo(new[]
        {
            (2, "deviceId"), (2, "bearing"), (2, "isoGroup"), (2, "isoSupport"), (2, "ratedPowerWatts"),
            (3, "line"), (3, "wifi"), (3, "identity"),
            (5, "deviceId"), (5, "point"), (5, "machine"),
            (6, ""),
        }));
        Assert.That(plan.Faults, Has.All.Matches<PlanFault>(fault => fault!.Problem.EndsWith('.') && fault.Instead.EndsWith('.')));
    }

    [TestCase("deviceId,line,machine,wifi,identity,password\n", "password", "no secrets")]
    [TestCase("deviceId,line,machine,wifi,identity,colour\n", "colour", "no column")]
    [TestCase("deviceId,line,machine,wifi\n", "identity", "missing")]
    [TestCase("deviceId,line,machine,wifi,identity,wifi\n", "wifi", "twice")]
    public void AHeaderThatIsNotOneIsTold(string header, string column, string word)
    {
        var fault = TrayPlan.Read(new StringReader(header)).Faults.Single();

        Assert.That(fault.Column, Is.EqualTo(column));
        Assert.That(fault.Problem, Does.Contain(word));
    }

    [TestCase("")]
    [TestCase(Header)]
    public void AnEmptyPlanIsTold(string text) => Assert.That(TrayPlan.Read(new StringReader(text)).Faults, Has.Count.EqualTo(1));

    [TestCase("6205", true)]
    [TestCase("nice", true)]
    [TestCase("9x7.94/39.04@0", true)]
    [TestCase("16x8.407/71.501@15.17", true)]
    [TestCase("2x7.94/39.04", false)]
    [TestCase("9x39.04/7.94", false)]
    [TestCase("9x7.9401/39.04", false)]
    [TestCase("x/", false)]
    [TestCase("9x/@", false)]
    [TestCase("6206", false)]
    public void ABearingIsANumberOrAGeometry(string text, bool isBearing) => Assert.That(TrayPlan.Bearing(text), isBearing ? Is.Not.Null : Is.Null);

    [Test]
    public void ACatalogueNumberAndItsGeometryAreTheSameBearing() =>
        Assert.That(TrayPlan.Bearing("16x8.407/71.501@15.17")!.Orders, Is.EqualTo(TrayPlan.Bearing("ZA-2115")!.Orders));

    [Test]
    public void RubbishIsToldAndNeverThrown([Range(1, 200)] int seed)
    {
        var random = new Random(seed);
        const string Signs = "a1,\"\n\r#;x/@.-  \u00e9";
        var text = Header + new string([.. Enumerable.Range(0, random.Next(200)).Select(_ => Signs[random.Next(Signs.Length)])]);

        Assert.That(() => TrayPlan.Read(new StringReader(text)), Throws.Nothing);
    }
}
