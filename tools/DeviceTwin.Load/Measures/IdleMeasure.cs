using DeviceTwin.Load.Servers;

namespace DeviceTwin.Load.Measures;

/// <summary>Private memory that an idle TLS connection costs.</summary>
internal static class IdleMeasure
{
    private const double BoundKibibytes = 50;

    public static async Task<IReadOnlyList<Row>> Run(Stage stage, Plan plan)
    {
        // Fresh processes: what an earlier measure left behind would hide what these connections need.
        await stage.Hub(plan.IdleConnections);
        await stage.Restart();
        var ours = await PerConnection(stage, plan, await stage.Hub(0));
        var theirs = await PerConnection(stage, plan, await stage.Mosquitto());
        return
        [
            Row.AtMost($"private memory per idle TLS connection ({plan.IdleConnections} connections, no resumption)", "KiB", ours, theirs, "mosquitto", BoundKibibytes),
        ];
    }

    private static async Task<double> PerConnection(Stage stage, Plan plan, ServerProcess server)
    {
        // What the first connections make the process load is not theirs. They are few beside those that are measured:
        // what they leave free in the process's heap is used again.
        Clients.Close(await Clients.Connect(server, stage.Target, (plan.IdleConnections + 29) / 30, stage.Cancellation));
        await Task.Delay(TimeSpan.FromSeconds(2), stage.Cancellation);
        var before = server.PrivateBytes;
        var clients = await Clients.Connect(server, stage.Target, plan.IdleConnections, stage.Cancellation);
        try
        {
            var first = server.PrivateBytes;
            await Task.Delay(plan.Settling, stage.Cancellation);
            var after = server.PrivateBytes;
            var each = (after - before) / 1024.0 / plan.IdleConnections;
            stage.Note($"idle {server.Name}: {before / 1048576.0:0} MiB before, {first / 1048576.0:0} at once, {after / 1048576.0:0} after {plan.Settling.TotalSeconds:0} s: {each:0.0} KiB each");
            return each;
        }
        finally
        {
            Clients.Close(clients);
        }
    }
}
