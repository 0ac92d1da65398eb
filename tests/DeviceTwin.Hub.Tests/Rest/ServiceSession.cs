using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Access;
using DeviceTwin.Tests.Hub.Gateway;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceTwin.Tests.Hub.Rest;

/// <summary>The unmodified Azure service SDKs in a process of node's, called from here.</summary>
internal sealed class ServiceSession : IAsyncDisposable
{
    private readonly OutsideProgram node;
    private readonly ConcurrentDictionary<int, TaskCompletionSource<string>> open = new();
    private readonly SemaphoreSlim telling = new(1);
    private readonly Task reading;
    private int calls;
    private bool ended;

    private ServiceSession(OutsideProgram node)
    {
        this.node = node;
        reading = Read();
    }

    /// <summary>Signs with a policy of this hub; skips the running test where the package is missing.</summary>
    public static ServiceSession Start(HubFixture hub, string policy = "iothubowner", string package = "azure-iothub")
    {
        string connection = hub.Services.GetRequiredService<IServicePolicies>().Find(policy)!.ConnectionString(hub.Name);
        return new ServiceSession(OutsideProgram.NodeTrusting(hub.AuthorityFile, "service-session.js", package, connection));
    }

    /// <summary>What a call came to: <c>ok JSON</c> or <c>error CLASS: MESSAGE</c>.</summary>
    /// <param name="name">CLIENT.METHOD of <c>tests/node/service-session.js</c>.</param>
    /// <param name="arguments">A JSON array.</param>
    public async Task<string> Try(string name, string arguments)
    {
        int number = Interlocked.Increment(ref calls);
        var end = open[number] = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await telling.WaitAsync();
        try
        {
            await node.Tell($"{number} {name} {arguments.ReplaceLineEndings(" ")}");
        }
        finally
        {
            telling.Release();
        }

        return await end.Task.WaitAsync(GatewayHost.Patience);
    }

    /// <summary>The call succeeds.</summary>
    /// <returns>The body of the answer; null where there is none.</returns>
    public async Task<JsonNode?> Call(string name, string arguments)
    {
        string end = await Try(name, arguments);
        Assert.That(end, Does.StartWith("ok "), $"{name} {arguments}");
        return end == "ok \"\"" ? null : JsonNode.Parse(end[3..]);
    }

    /// <summary>The call fails, and the SDK's class of the error says how.</summary>
    public async Task Refused(string name, string arguments, string error, string saying) =>
        Assert.That(await Try(name, arguments), Does.StartWith($"error {error}: ").And.Contain(saying), $"{name} {arguments}");

    public async ValueTask DisposeAsync()
    {
        ended = true;
        await node.DisposeAsync();
        await reading;
        telling.Dispose();
    }

    private async Task Read()
    {
        await foreach (string line in node.Lines)
        {
            string[] parts = line.Split(' ', 2);
            if (open.TryRemove(int.Parse(parts[0]), out var call))
            {
                call.SetResult(parts[1]);
            }
        }

        foreach (var call in ended ? [] : open.Values)
        {
            call.TrySetResult(await node.LastWords());
        }
    }
}
