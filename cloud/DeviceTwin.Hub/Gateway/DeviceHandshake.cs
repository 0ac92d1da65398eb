using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;

namespace DeviceTwin.Hub.Gateway;

/// <summary>Puts TLS between a device's socket and what speaks MQTT.</summary>
internal sealed class DeviceHandshake(GatewayTls tls, ILogger<DeviceHandshake> logger)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>Buffers are taken when something is there to read: most connections are idle most of the time.</summary>
    private static readonly StreamPipeReaderOptions Reading = new(leaveOpen: true, useZeroByteReads: true);
    private static readonly StreamPipeWriterOptions Writing = new(leaveOpen: true);

    public ConnectionDelegate Apply(ConnectionDelegate next) => async connection =>
    {
        await using var stream = new SslStream(((DeviceSocket)connection).Stream);
        if (await Succeeds(stream, connection))
        {
            connection.Features.Set(stream);
            connection.Transport = new Duplex(PipeReader.Create(stream, Reading), PipeWriter.Create(stream, Writing));
            await next(connection);
            await connection.Transport.Input.CompleteAsync();

            // As after a failure: what was not flushed is not sent any more, perhaps to a device that does not read.
            await connection.Transport.Output.CompleteAsync(new ConnectionAbortedException());
        }
    };

    private async Task<bool> Succeeds(SslStream stream, ConnectionContext connection)
    {
        using var deadline = new CancellationTokenSource(Longest);
        try
        {
            await stream.AuthenticateAsServerAsync(tls.Current(), deadline.Token);
            return true;
        }
        catch (Exception error) when (error is AuthenticationException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            logger.NoHandshake(connection.ConnectionId, connection.RemoteEndPoint?.ToString(), error.Message);
            return false;
        }
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
