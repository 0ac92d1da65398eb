using DeviceTwin.Load.Client;
using DeviceTwin.Load.Servers;

namespace DeviceTwin.Load.Measures;

/// <summary>Connects many clients to one server.</summary>
internal static class Clients
{
    private const int HandshakesAtOnce = 32;

    public static async Task<LoadClient[]> Connect(ServerProcess server, Target target, int count, CancellationToken cancellation)
    {
        var clients = new LoadClient[count];
        try
        {
            await Parallel.ForAsync(
                0,
                count,
                new ParallelOptions { MaxDegreeOfParallelism = HandshakesAtOnce, CancellationToken = cancellation },
                async (number, token) => clients[number] = await LoadClient.Connect(target with { Port = server.Port }, server.Credentials(number), token));
            return clients;
        }
        catch
        {
            Close(clients);
            throw;
        }
    }

    public static void Close(IEnumerable<LoadClient?> clients)
    {
        foreach (var client in clients)
        {
            client?.Dispose();
        }
    }
}
