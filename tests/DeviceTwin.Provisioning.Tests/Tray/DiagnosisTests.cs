using DeviceTwin.Provisioning.Dialogue;
using DeviceTwin.Provisioning.Tray;
using DeviceTwin.SensorNode.Boards;

namespace DeviceTwin.Tests.Provisioning.Tray;

/// <summary>What can be wrong is told in one sentence, with the next step, and the page says the same.</summary>
public sealed class DiagnosisTests
{
    [Test]
    public void ThePageHasTheCatalogue() =>
        Assert.That(File.ReadAllText(TestFiles.InRepository("tools/README.md")).ReplaceLineEndings("\n"), Does.Contain(Diagnosis.ToMarkdown()));

    [Test]
    public void EveryDiagnosisIsInTheCatalogueOnce()
    {
        var fields = typeof(Diagnosis).GetFields().Where(field => field.FieldType == typeof(Diagnosis)).Select(field => (Diagnosis)field.GetValue(null)!).ToList();
        Assert.That(Diagnosis.All, Is.EquivalentTo(fields));
        Assert.That(Diagnosis.All.Select(one => one.Code), Is.Unique);
        Assert.That(Diagnosis.All, Has.All.Matches<Diagnosis>(one => one!.Sentence.EndsWith('.') && one.NextStep.EndsWith('.')));
    }

    [TestCase(LinkFault.None, null)]
    [TestCase(LinkFault.NetworkNotFound, "noNetwork")]
    [TestCase(LinkFault.NetworkRefused, "wifiPassword")]
    [TestCase(LinkFault.NoAddress, "noAddress")]
    [TestCase(LinkFault.ClockUnset, "clockOff")]
    [TestCase(LinkFault.HubUnreachable, "hubUnreachable")]
    [TestCase(LinkFault.HubRefused, "hubRefusesNode")]
    [TestCase(LinkFault.RegistrationFailed, "enrolmentRefused")]
    [TestCase(LinkFault.Count, null)]
    public void WhatTheNodeTellsOfItsLinkIsUnderstood(int fault, string? code) =>
        Assert.That(LinkDiagnosis.Of(new BoardStatus { LinkFault = fault })?.Code, Is.EqualTo(code));
}
