using System.Runtime.Versioning;
using DeviceTwin.Provisioning.Tray;

namespace DeviceTwin.Tests.Provisioning.Tray;

/// <summary>Networks and their passwords stand in a file of one's own, or in the environment.</summary>
public sealed class WifiProfilesTests
{
    private string folder = "";

    private string Profiles => Path.Combine(folder, "wifi.json");

    [SetUp]
    public void MakeFolder() => folder = Directory.CreateTempSubdirectory("devicetwin-wifi-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(folder, recursive: true);

    [Test]
    public void AProfileIsFoundInTheFile()
    {
        PrivateFile.Write(Profiles, """{"hall":{"network":"plant","password":"pass word"},"guests":{"network":"open"}}""");
        var wifi = WifiProfiles.Read(Profiles, _ => null);

        Assert.That(wifi.Find("Hall"), Is.EqualTo(new WifiProfile("plant", "pass word")));
        Assert.That(wifi.Find("guests"), Is.EqualTo(new WifiProfile("open", null)));
        Assert.That(wifi.Find("yard"), Is.Null);
        Assert.That($"{wifi.Find("hall")}", Does.Not.Contain("pass word"));
    }

    [Test]
    public void TheEnvironmentWins()
    {
        PrivateFile.Write(Profiles, """{"hall-2":{"network":"plant","password":"old"}}""");
        var wifi = WifiProfiles.Read(Profiles, name => name == "DTWIN_WIFI_HALL_2_PASSWORD" ? "new" : null);

        Assert.That(wifi.Find("hall-2"), Is.EqualTo(new WifiProfile("plant", "new")));
    }

    [Test]
    [Platform(Exclude = "Win")]
    [UnsupportedOSPlatform("windows")]
    public void AFileThatOthersCanReadIsRefused()
    {
        PrivateFile.Write(Profiles, "{}");
        File.SetUnixFileMode(Profiles, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        Assert.That(() => WifiProfiles.Read(Profiles, _ => null), Throws.InstanceOf<IOException>().With.Message.Contains("chmod 600"));
    }

    [Test]
    public void WhatIsNotOfTheFormIsNotRepeated()
    {
        PrivateFile.Write(Profiles, """{"hall":{"network":"plant","password":"pass word" """);
        Assert.That(() => WifiProfiles.Read(Profiles, _ => null), Throws.InstanceOf<IOException>().With.Message.Not.Contains("pass word"));
    }
}
