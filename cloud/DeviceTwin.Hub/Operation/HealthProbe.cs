using DeviceTwin.Hub.Options;

namespace DeviceTwin.Hub.Operation;

/// <summary>
/// Asks the hub on this machine whether it lives, for a container whose image has no other program that could. It asks its own loopback, so the
/// certificate's name proves nothing and is not looked at.
/// </summary>
internal static class HealthProbe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    public static async Task<ExitCode> Run(int httpPort)
    {
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        using var http = new HttpClient(handler) { Timeout = Patience };
        foreach (var scheme in new[] { "https", "http" })
        {
            try
            {
                using var answer = await http.GetAsync(new Uri($"{scheme}://127.0.0.1:{httpPort}/healthz"));
                return answer.IsSuccessStatusCode ? ExitCode.Stopped : ExitCode.Unexpected;
            }
            catch (Exception problem) when (problem is HttpRequestException or TaskCanceledException)
            {
                // On loopback a hub speaks plain HTTP.
            }
        }

        return ExitCode.Unexpected;
    }
}
