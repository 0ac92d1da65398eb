using System.Text.Json.Nodes;
using DeviceTwin.Hub;
using DeviceTwin.Hub.Backup;
using DeviceTwin.Hub.Gateway;
using DeviceTwin.Hub.Operation;
using DeviceTwin.Hub.Options;

if (args.Contains("--help") || args.Contains("-h"))
{
    Console.Out.WriteLine(CommandLine.Help);
    return (int)ExitCode.Stopped;
}

if (args.Contains("--version"))
{
    Console.Out.WriteLine(VersionText.Current);
    return (int)ExitCode.Stopped;
}

if (Environment.GetEnvironmentVariable(DeviceTransport.InlineCompletions) is null)
{
    Environment.SetEnvironmentVariable(DeviceTransport.InlineCompletions, "1");
}

try
{
    if (args.Contains("--check-health"))
    {
        return (int)await HealthProbe.Run(CommandLine.ParseHealthCheck(args));
    }

    var options = CommandLine.Parse(args);
    if (OfflineBackup.Run(options) is { } done)
    {
        Console.Out.WriteLine(done.ToJsonString(DeviceTwin.Twins.Json.Relaxed));
        return (int)ExitCode.Stopped;
    }

    await using var hub = HubApplication.Create(options);
    await hub.Start(CancellationToken.None);
    var ready = new JsonObject
    {
        ["ready"] = true,
        ["mqttPort"] = hub.MqttPort,
        ["httpUrl"] = hub.HttpUrl,
        ["caFile"] = hub.AuthorityFile,
        ["hostName"] = options.HostName,
        ["idScope"] = hub.IdScope,
    };
    if (hub.HttpsPort is { } https)
    {
        ready["httpsPort"] = https;
    }

    Console.Out.WriteLine(ready.ToJsonString(DeviceTwin.Twins.Json.Relaxed));
    Console.Out.Flush();
    if (options.ExitWithStdin)
    {
        hub.StopWithStandardInput();
    }

    await hub.WaitForStop();
    return (int)ExitCode.Stopped;
}
catch (StartException problem)
{
    Console.Error.WriteLine($"devicetwin-hub: error {(int)problem.Code} {problem.Code}: {problem.Message}");
    return (int)problem.Code;
}
