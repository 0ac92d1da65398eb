using DeviceTwin.Bench;

namespace DeviceTwin.Tests.Bench;

/// <summary>The command line says what it did, or what it takes.</summary>
public sealed class VerbsTests
{
    [TestCase(new string[0], "no verb was given")]
    [TestCase(new[] { "frobnicate" }, "there is no verb 'frobnicate'")]
    [TestCase(new[] { "generate", "--force" }, "generate does not take '--force'")]
    [TestCase(new[] { "il", "--jsonn" }, "il does not take '--jsonn'")]
    [TestCase(new[] { "reconcile", "--jsonn" }, "reconcile does not take '--jsonn'")]
    [TestCase(new[] { "size", "2048" }, "size does not take '2048'")]
    [TestCase(new[] { "startup", "--runs", "2" }, "startup does not take '--runs'")]
    [TestCase(new[] { "soak" }, "soak what? there are: arithmetic, crash, node-twin, node, day, fuzz, reconcile")]
    [TestCase(new[] { "soak", "--seed", "5" }, "soak what? there are: arithmetic, crash, node-twin, node, day, fuzz, reconcile")]
    [TestCase(new[] { "soak", "bread" }, "there is no soak 'bread'; there are: arithmetic, crash, node-twin, node, day, fuzz, reconcile")]
    [TestCase(new[] { "soak", "arithmetic", "--seed", "x" }, "soak arithmetic does not take '--seed x'; it takes --seed NUMBER")]
    [TestCase(new[] { "soak", "arithmetic", "--inputs", "5" }, "soak arithmetic does not take '--inputs 5'; it takes --seed NUMBER")]
    [TestCase(new[] { "soak", "crash", "--inputs", "5" }, "soak crash does not take '--inputs 5'; it takes --seed NUMBER, --rounds COUNT, --for 90s|10m|2h, --start-timeout 90s|10m")]
    [TestCase(new[] { "soak", "crash", "--rounds", "0" }, "soak crash does not take '--rounds 0'; it takes --seed NUMBER, --rounds COUNT, --for 90s|10m|2h, --start-timeout 90s|10m")]
    [TestCase(new[] { "soak", "fuzz", "--rounds", "5" }, "soak fuzz does not take '--rounds 5'; it takes --seed NUMBER, --for 90s|10m|2h, --inputs COUNT, --target NAME")]
    [TestCase(new[] { "soak", "fuzz", "--for", "soon" }, "soak fuzz does not take '--for soon'; it takes --seed NUMBER, --for 90s|10m|2h, --inputs COUNT, --target NAME")]
    [TestCase(new[] { "soak", "fuzz", "--target" }, "soak fuzz does not take '--target'; it takes --seed NUMBER, --for 90s|10m|2h, --inputs COUNT, --target NAME")]
    [TestCase(new[] { "soak", "fuzz", "--target", "x" }, "there is no parser 'x'; there are: mqtt packets, mqtt body, topic, property bag, user name, sas token, json, query, provisioning topic, provisioning user name, waveform properties, waveform chunk")]
    [TestCase(new[] { "generate", "--root" }, "generate does not take '--root'")]
    [TestCase(new[] { "generate", "--root", "/nowhere" }, "'/nowhere' is no checkout: it has no firmware/SensorNode/Twin/Model")]
    public void AMisuseIsNamedAndTheUsageFollows(string[] arguments, string message)
    {
        var (code, output, error) = Run(arguments);
        Assert.That(code, Is.EqualTo(Verbs.Misused));
        Assert.That(output, Is.Empty);
        Assert.That(error, Does.StartWith($"error: {message}{Environment.NewLine}"));
        Assert.That(error, Does.Contain("usage: DeviceTwin.Bench <verb>"));
    }

    [TestCase("help")]
    [TestCase("--help")]
    [TestCase("-h")]
    public void HelpNamesEveryVerb(string verb)
    {
        var (code, output, error) = Run(verb);
        Assert.That(code, Is.EqualTo(Verbs.Done));
        Assert.That(output, Does.Contain("generate [--check]").And.Contain("il [--json]").And.Contain("size [--json]").And.Contain("soak arithmetic"));
        Assert.That(error, Is.Empty);
    }

    internal static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        var output = new StringWriter();
        var error = new StringWriter();
        int code = Verbs.Run(arguments, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
