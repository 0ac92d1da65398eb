using System.Text;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Provisioning;
using DeviceTwin.SensorNode.Simulator.Board;

namespace DeviceTwin.Tests.SensorNode.Simulator.Provisioning;

/// <summary>Certificates and keys in files of their own: stored whole or not at all, and never more of them than are needed.</summary>
public sealed class LongTextTests
{
    private static readonly string OldAuthority = DialogueScene.Pem("CERTIFICATE", 28);
    private static readonly string Certificate = DialogueScene.Pem("CERTIFICATE", 20);
    private static readonly string CertificateKey = DialogueScene.Pem("PRIVATE KEY", 24);

    [Test]
    public void AtWhicheverOperationThePowerIsCutTheOldOrTheNewConfigurationIsThereWhole([Values] PowerCut cut)
    {
        int before = Provisioned().Operations;
        SimulatedFiles whole = Provisioned();
        Replace(whole);
        Assert.That(KindOf(whole), Is.EqualTo(IdentityKind.X509));
        var seen = new HashSet<int>();
        for (int at = before + 1; at <= whole.Operations; at++)
        {
            SimulatedFiles files = Provisioned();
            files.Cut = cut;
            files.CutAt = at;
            Replace(files);
            Assert.That(files.IsOff, Is.True);
            files.PowerOn();
            seen.Add(KindOf(files));

            // The next start keeps what is stored and nothing else.
            _ = new DialogueScene(files);
            int kind = KindOf(files);
            seen.Add(kind);
            Assert.That(Texts(files), Has.Length.EqualTo(kind == IdentityKind.X509 ? 3 : 1), $"cut at {at}");
        }

        Assert.That(seen, Is.EquivalentTo(new[] { IdentityKind.Sas, IdentityKind.X509 }));
    }

    [Test]
    public void WhatIsStagedAndForgottenLeavesNoFile([Values(SerialCommand.Discard, SerialCommand.Close)] int command)
    {
        SimulatedFiles files = Provisioned();
        DialogueScene scene = Open(files);
        scene.Put(StagedField.CertificateKey, CertificateKey);
        Assert.That(Texts(files), Has.Length.EqualTo(2));
        scene.Ask(command);
        Assert.That(Texts(files), Has.Length.EqualTo(1), "a private key least of all");
        Assert.That(KindOf(files), Is.EqualTo(IdentityKind.Sas));
    }

    [Test]
    public void UntilTheRestartTheNodeReadsWhatItStartedWith()
    {
        SimulatedFiles files = Provisioned();
        NodeIdentity running = new IdentityStore(files).Load();
        DialogueScene scene = Open(files);
        for (int round = 0; round < 3; round++)
        {
            scene.Put(StagedField.CertificateAuthority, DialogueScene.Pem("CERTIFICATE", 10 + round));
            Assert.That(DialogueScene.StatusOf(scene.Ask(SerialCommand.Commit)), Is.Zero);
        }

        Assert.That(running.CertificateAuthority, Is.EqualTo(OldAuthority));
        Assert.That(new IdentityStore(files).Load().CertificateAuthority, Is.EqualTo(DialogueScene.Pem("CERTIFICATE", 12)));
        Assert.That(Texts(files), Has.Length.EqualTo(2), "what was stored in between is gone");
        _ = new DialogueScene(files);
        Assert.That(Texts(files), Has.Length.EqualTo(1));
    }

    [Test]
    public void AFactoryResetTakesThemAll()
    {
        SimulatedFiles files = Provisioned();
        Open(files).Ask(SerialCommand.FactoryReset, """{"confirm":"factoryReset"}""");
        Assert.That(Texts(files), Is.Empty);
    }

    [Test]
    public void AStoredTextIsContinuedInACopy()
    {
        SimulatedFiles files = Provisioned();
        DialogueScene scene = Open(files);
        Assert.That(DialogueScene.StatusOf(scene.Ask(SerialCommand.Put, DialogueScene.Piece(StagedField.CertificateAuthority, OldAuthority.Length, "more\n"))), Is.Zero);
        Assert.That(new IdentityStore(files).Load().CertificateAuthority, Is.EqualTo(OldAuthority));
        Assert.That(DialogueScene.StatusOf(scene.Ask(SerialCommand.Commit)), Is.Zero);
        Assert.That(new IdentityStore(files).Load().CertificateAuthority, Is.EqualTo(OldAuthority + "more\n"));
    }

    [Test]
    public void ATextThatIsNotWholeIsNone()
    {
        SimulatedFiles files = Provisioned();
        files.Spoil("pem.1.s", 700, 1);
        var store = new IdentityStore(files);
        Assert.That(store.Load(), Is.Null);
        Assert.That(store.Refusal, Is.EqualTo(IdentityRefusal.CertificateAuthority));
    }

    [Test]
    public void AMediumThatRefusesIsToldAndTheTextBeginsAnew()
    {
        SimulatedFiles files = Provisioned();
        DialogueScene scene = Open(files);
        scene.Put(StagedField.Certificate, Certificate[..400]);
        files.Refuses = true;
        var answer = scene.Ask(SerialCommand.Put, DialogueScene.Piece(StagedField.Certificate, 400, "x"));
        Assert.That((DialogueScene.StatusOf(answer), (int)answer["offset"]!), Is.EqualTo((SerialStatus.StorageFailed, 0)));
        files.Refuses = false;
        scene.Put(StagedField.Certificate, Certificate);
    }

    [Test]
    public void AnIdentityOfAnOlderFirmwareKeepsItsTexts()
    {
        var files = new SimulatedFiles();
        string json = $$"""{"deviceId":"pump-7","hubHost":"hub.plant.example","key":"{{DialogueScene.Key}}","ca":"{{OldAuthority.Replace("\n", "\\n", StringComparison.Ordinal)}}","provisioningSecret":"{{DialogueScene.Secret}}"}""";
        files.Write(IdentityStore.FileName, Encoding.UTF8.GetBytes(json));
        DialogueScene scene = Open(files);
        scene.Ask(SerialCommand.WifiSet, """{"network":"other"}""");
        Assert.That(DialogueScene.StatusOf(scene.Ask(SerialCommand.Commit)), Is.Zero);
        NodeIdentity identity = new IdentityStore(files).Load();
        Assert.That((identity.Network, identity.CertificateAuthority), Is.EqualTo(("other", OldAuthority)));
    }

    [TestCase("")]
    [TestCase("1.2")]
    [TestCase("1.2.3")]
    [TestCase("0.2.01020304")]
    [TestCase("1..01020304")]
    [TestCase("x.2.01020304")]
    [TestCase("1.2.0102030g")]
    public void AWordThatNamesNoTextIsRefused(string word)
    {
        Assert.That(LongText.Of(word), Is.Null);
    }

    [Test]
    public void AWordNamesItsText()
    {
        Assert.That(LongText.Of("12.1877.89abcdef").Word(), Is.EqualTo("12.1877.89abcdef"));
    }

    private static SimulatedFiles Provisioned()
    {
        var files = new SimulatedFiles();
        new DialogueScene(files).Provision();
        return files;
    }

    private static DialogueScene Open(SimulatedFiles files)
    {
        var scene = new DialogueScene(files);
        Assert.That(DialogueScene.StatusOf(scene.Authenticate()), Is.Zero);
        return scene;
    }

    // Another kind of identity; after a cut nobody answers any more.
    private static void Replace(SimulatedFiles files)
    {
        DialogueScene scene = Open(files);
        Say(SerialCommand.IdentitySet, """{"kind":"x509","key":null}"""u8.ToArray());
        Put(StagedField.Certificate, Certificate);
        Put(StagedField.CertificateKey, CertificateKey);
        Put(StagedField.CertificateAuthority, Certificate);
        Say(SerialCommand.Commit, []);
        if (!files.IsOff)
        {
            // The restart that follows removes what was stored before.
            _ = new DialogueScene(files);
        }

        void Put(int field, string text)
        {
            for (int offset = 0; offset < text.Length && !files.IsOff; offset += 200)
            {
                Say(SerialCommand.Put, DialogueScene.Piece(field, offset, text.Substring(offset, Math.Min(200, text.Length - offset))));
            }
        }

        void Say(int command, byte[] payload)
        {
            if (!files.IsOff)
            {
                scene.Send(command, payload);
                scene.Run(20);
            }
        }
    }

    private static int KindOf(SimulatedFiles files)
    {
        NodeIdentity identity = new IdentityStore(files).Load();
        Assert.That(identity, Is.Not.Null);
        bool isNew = identity.Kind == IdentityKind.X509;
        Assert.That(
            (identity.CertificateAuthority, identity.Certificate, identity.CertificateKey, identity.Key),
            Is.EqualTo(isNew ? (Certificate, Certificate, CertificateKey, (string?)null) : (OldAuthority, null, null, DialogueScene.Key)));
        return identity.Kind;
    }

    private static string[] Texts(IFiles files) => [.. files.List().Where(name => name.StartsWith("pem.", StringComparison.Ordinal))];
}
