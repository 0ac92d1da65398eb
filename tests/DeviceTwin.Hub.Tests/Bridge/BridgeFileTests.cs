using System.Security.Cryptography.X509Certificates;
using DeviceTwin.Hub.Bridge;
using DeviceTwin.Hub.Options;
using DeviceTwin.Hub.Provisioning;
using DeviceTwin.Tests.Hub.Gateway;

namespace DeviceTwin.Tests.Hub.Bridge;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class BridgeFileTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("devicetwin-bridge-");

    private string File => Path.Combine(folder.FullName, "bridge.json");

    public void Dispose() => folder.Delete(recursive: true);

    [Test]
    public void Everything_is_taken()
    {
        var settings = Read(
            """
            {
              "host": "contoso.azure-devices.net", "port": 18883, "mirror": ["reported", "telemetry", "methods"], "desired": "there",
              "query": "SELECT * FROM devices WHERE tags.moving = true", "groupKey": "Z3JvdXA=", "connections": 10000, "pause": 0,
              "devices": [ { "id": "pump-7", "connectionString": "HostName=Contoso.azure-devices.net;DeviceId=pump-seven;SharedAccessKey=a2V5" }, { "id": "pump-8" } ]
            }
            """);
        Assert.That((settings.Host, settings.Port, settings.Desired, settings.Connections, settings.Pause), Is.EqualTo(("contoso.azure-devices.net", 18883, DesiredOwner.There, 10_000, TimeSpan.Zero)));
        Assert.That(settings.Mirrored(), Is.EqualTo(new[] { "reported", "telemetry", "methods" }));
        Assert.That(settings.CredentialOf("pump-7"), Is.EqualTo(new BridgeCredential.Key("pump-seven", "a2V5")));
        Assert.That(settings.CredentialOf("pump-9"), Is.EqualTo(new BridgeCredential.Key("pump-9", ProvisioningKeys.Derive("Z3JvdXA=", "pump-9"))));
        Assert.That(settings.CredentialOf("pump-7")!.ToString(), Does.Not.Contain("a2V5"), "keys stay out of the log");
    }

    [Test]
    public void Little_is_enough()
    {
        var settings = Read("""{"host":"h.example","devices":[{"id":"d","connectionString":"HostName=h.example;DeviceId=d;SharedAccessKey=a2V5"}]}""");
        Assert.That((settings.Port, settings.Desired, settings.Connections, settings.Pause), Is.EqualTo((8883, DesiredOwner.Here, 1000, TimeSpan.FromSeconds(1))));
        Assert.That(settings.Mirrored(), Is.EqualTo(new[] { "reported" }));
        Assert.That(settings.CredentialOf("other"), Is.Null);
    }

    [Test]
    public void Certificates_are_read_beside_the_file()
    {
        using X509Certificate2 made = TestCertificates.SelfSigned("d", DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        System.IO.File.WriteAllText(Path.Combine(folder.FullName, "d.pem"), made.ExportCertificatePem());
        Private(Path.Combine(folder.FullName, "d.key"), made.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        const string Text = """{"host":"h.example","devices":[{"id":"d","certificate":"d.pem","key":"d.key"}]}""";
        var certificate = (BridgeCredential.Certificate)Read(Text).CredentialOf("d")!;
        Assert.That((certificate.Leaf.Thumbprint, certificate.Leaf.HasPrivateKey), Is.EqualTo((made.Thumbprint, true)));
        Assert.That(Read(Text).CredentialOf("d"), Is.EqualTo(certificate), "the same, read again");

        if (!OperatingSystem.IsWindows())
        {
            System.IO.File.SetUnixFileMode(Path.Combine(folder.FullName, "d.key"), UnixFileMode.UserRead | UnixFileMode.GroupRead);
            Assert.That(Refusal(Text), Does.Contain("chmod 600").And.Contain("d.key"));
        }
    }

    [TestCase("{", ":1: this is not JSON")]
    [TestCase("[]", ":1: the file must hold one JSON object")]
    [TestCase("{}", ":1: \"host\" is missing")]
    [TestCase("{\n\"host\": \"https://h\"}", ":2: \"host\" takes a name without scheme or port")]
    [TestCase("{\"host\":\"h\",\n\"prot\":1}", ":2: \"prot\" is not known here; known are host, port")]
    [TestCase("{\"host\":\"h\",\n\"port\":0}", ":2: \"port\" takes a whole number from 1 to 65535")]
    [TestCase("{\"host\":\"h\",\n\"port\":65536}", ":2: \"port\" takes a whole number from 1 to 65535")]
    [TestCase("{\"host\":\"h\",\n\n\"mirror\":[\"tags\"]}", ":3: \"mirror\" takes \"reported\", \"telemetry\" and \"methods\", not \"tags\"")]
    [TestCase("{\"host\":\"h\",\"mirror\":[]}", ":1: \"mirror\" takes a list")]
    [TestCase("{\"host\":\"h\"}", ":1: no device is selected")]
    [TestCase("{\"host\":\"h\",\n\"query\":\"SELECT * FROM devices\"}", ":2: \"query\" needs \"groupKey\"")]
    [TestCase("{\"host\":\"h\",\"groupKey\":\"AAAA\",\n\"query\":\"SELECT deviceId FROM devices\"}", ":2: \"query\" selects whole twins")]
    [TestCase("{\"host\":\"h\",\"groupKey\":\"AAAA\",\n\"query\":\"SELECT * FROM devices WHERE\"}", ":2: ")]
    [TestCase("{\"host\":\"h\",\n\"groupKey\":\"no key\"}", ":2: \"groupKey\" takes a key in base64")]
    [TestCase("{\"host\":\"h\",\"devices\":[\n{\"id\":\"d\"}]}", ":2: nothing opens \"d\" there")]
    [TestCase("{\"host\":\"h\",\"groupKey\":\"AAAA\",\"devices\":[{\"id\":\"d\"},\n{\"id\":\"d\"}]}", ":2: \"d\" is listed twice")]
    [TestCase("{\"host\":\"h\",\"devices\":[{\"id\":\"d\",\n\"connectionString\":\"HostName=h;SharedAccessKeyName=p;SharedAccessKey=a2V5\"}]}", ":2: the connectionString of \"d\" must be")]
    [TestCase("{\"host\":\"h\",\"devices\":[{\"id\":\"d\",\n\"connectionString\":\"HostName=other;DeviceId=d;SharedAccessKey=a2V5\"}]}", ":2: the connectionString of \"d\" is of the hub other, not h")]
    [TestCase("{\"host\":\"h\",\"devices\":[{\"id\":\"d\",\n\"connectionString\":\"HostName=h;DeviceId=d;ModuleId=m;SharedAccessKey=a2V5\"}]}", ":2: the connectionString of \"d\" is of a module")]
    [TestCase("{\"host\":\"h\",\"devices\":[{\"id\":\"d\",\n\"connectionString\":\"HostName=h;DeviceId=d;SharedAccessKey=???\"}]}", ":2: the SharedAccessKey of \"d\" is not base64")]
    [TestCase("{\"host\":\"h\",\"devices\":[{\"id\":\"d\",\"certificate\":\"nowhere.pem\"}]}", ":1: the key of a device,")]
    [TestCase("{\"host\":\"h\",\n\"ca\":\"nowhere.pem\"}", ":2: ")]
    [TestCase("{\"host\":\"h\",\n\"desired\":\"both\",\"groupKey\":\"AAAA\",\"query\":\"SELECT * FROM devices\"}", ":2: \"desired\" takes \"here\" or \"there\"")]
    [TestCase("{\"host\":\"h\",\n\"host\":\"i\"}", ":2: this is not JSON: \"host\" stands twice")]
    public void What_is_wrong_is_refused_with_its_line(string text, string expected)
    {
        var problem = Refusal(text.Contains("nowhere.pem", StringComparison.Ordinal) && text.Contains("\"ca\"", StringComparison.Ordinal) ? text.Replace("}", ",\"groupKey\":\"AAAA\",\"query\":\"SELECT * FROM devices\"}", StringComparison.Ordinal) : text);
        Assert.That(problem, Does.StartWith($"{File}{expected}"));
        Assert.That(problem, Does.Not.Contain("a2V5"), "keys stay out of the log");
    }

    [Test]
    public void A_file_that_others_may_read_is_refused()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("Windows has no modes.");
            return;
        }

        foreach (var mode in new[] { UnixFileMode.GroupRead, UnixFileMode.OtherRead, UnixFileMode.GroupWrite })
        {
            Private(File, "{}");
            System.IO.File.SetUnixFileMode(File, UnixFileMode.UserRead | mode);
            Assert.That(Assert.Throws<StartException>(() => BridgeFile.Read(File))!.Message, Does.Contain($"chmod 600 {File}"));
        }

        System.IO.File.Delete(File);
        Assert.That(Assert.Throws<StartException>(() => BridgeFile.Read(File))!.Message, Does.Contain("cannot be read"));
    }

    private BridgeSettings Read(string text)
    {
        Private(File, text);
        return BridgeFile.Read(File);
    }

    private string Refusal(string text)
    {
        Private(File, text);
        var refusal = Assert.Throws<StartException>(() => BridgeFile.Read(File))!;
        Assert.That(refusal.Code, Is.EqualTo(ExitCode.BridgeFileUnusable));
        return refusal.Message;
    }

    private static void Private(string path, string text) => DeviceTwin.Hub.Certificates.PrivateFiles.Write(path, text, secret: true);
}
