using DeviceTwin.Bench.Soak.Crash;

namespace DeviceTwin.Tests.Bench.Soak.Crash;

/// <summary>The books of the crash soak notice what they are there to notice.</summary>
public sealed class LedgerTests
{
    [Test]
    public void What_was_acknowledged_and_is_there_is_no_finding()
    {
        Assert.That(Acknowledged(3).Check(new ReadSection(3, [3, 3], 4)), Is.EqualTo(CrashFindings.None));
    }

    [Test]
    public void An_update_that_was_under_way_may_be_there_or_not()
    {
        var ledger = Acknowledged(3);
        ledger.Try();

        Assert.That(ledger.Check(new ReadSection(3, [3], 4)), Is.EqualTo(CrashFindings.None));
        Assert.That(ledger.Check(new ReadSection(4, [4], 5)), Is.EqualTo(CrashFindings.None));
    }

    [TestCase(2, 4, TestName = "An acknowledged number that is gone is a loss")]
    [TestCase(3, 3, TestName = "A version below the acknowledged one is a loss")]
    [TestCase(5, 6, TestName = "A number that nobody wrote is a loss")]
    public void Losses(long number, long version)
    {
        var ledger = Acknowledged(3);
        ledger.Try();

        Assert.That(ledger.Check(new ReadSection(number, [number], version)).Losses, Is.EqualTo(1));
    }

    [Test]
    public void A_twin_that_holds_part_of_an_update_is_torn()
    {
        Assert.That(Acknowledged(3).Check(new ReadSection(3, [3, 2], 4)).TornTwins, Is.EqualTo(1));
    }

    [Test]
    public void A_version_acknowledged_for_two_contents_is_reused()
    {
        var ledger = Acknowledged(3);
        ledger.Acknowledge(ledger.Try(), 4);

        Assert.That(ledger.Check(new ReadSection(4, [4], 4)).ReusedVersions, Is.GreaterThanOrEqualTo(1));
    }

    [Test]
    public void A_version_that_holds_another_content_than_the_acknowledged_one_is_reused()
    {
        var ledger = Acknowledged(3);
        ledger.Try();

        Assert.That(ledger.Check(new ReadSection(4, [4], 4)).ReusedVersions, Is.EqualTo(1));
    }

    [Test]
    public void A_confirmed_message_that_is_gone_is_a_loss_and_one_that_is_there_twice_a_duplicate()
    {
        var ledger = new MessageLedger();
        foreach (var _ in Enumerable.Range(0, 3))
        {
            ledger.Confirm(ledger.Next());
        }

        var open = ledger.Next();

        Assert.That(ledger.Open, Is.EqualTo(new[] { open }));
        Assert.That(ledger.Check([1, 3, 3]), Is.EqualTo(CrashFindings.None with { Losses = 1, Duplicates = 1 }));
    }

    [Test]
    public void A_device_that_was_deleted_must_not_be_there_and_one_that_was_registered_must()
    {
        var ledger = new RegistryLedger();
        ledger.Acknowledge("stays", true);
        ledger.Acknowledge("goes", false);
        ledger.Acknowledge("either", true);
        ledger.Try("either");

        Assert.That(ledger.Check(["stays"]).Losses, Is.Zero);
        Assert.That(ledger.Check(["stays", "goes"]).Losses, Is.EqualTo(1));
        Assert.That(ledger.Check(["either"]).Losses, Is.EqualTo(1));
    }

    [Test]
    public void A_message_that_the_hub_took_waits_there_until_the_device_has_it()
    {
        var ledger = new DeliveryLedger();
        foreach (var _ in Enumerable.Range(0, 3))
        {
            ledger.Take(ledger.Next());
        }

        ledger.Receive(2);

        Assert.That(ledger.Check(waiting: 2).Losses, Is.Zero);
        Assert.That(ledger.Check(waiting: 3).Losses, Is.Zero, "received, and its confirmation not taken in yet");
        Assert.That(ledger.Check(waiting: 1).Losses, Is.EqualTo(1));
    }

    /// <summary>Books with so many acknowledged updates; the first makes version 2.</summary>
    private static SectionLedger Acknowledged(int count)
    {
        var ledger = new SectionLedger();
        for (var index = 0; index < count; index++)
        {
            ledger.Acknowledge(ledger.Try(), index + 2);
        }

        return ledger;
    }
}
