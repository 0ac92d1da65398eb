using System.Buffers;
using System.IO.Pipelines;
using DeviceTwin.Hub.Gateway.Authentication;
using DeviceTwin.Hub.Provisioning;
using DeviceTwin.Mqtt;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace DeviceTwin.Hub.Gateway;

/// <summary>Takes a TLS connection from Kestrel as far as an admitted device.</summary>
internal sealed class DeviceConnectionHandler(GatewayServices services) : ConnectionHandler
{
    /// <summary>Before CONNECT nobody is known: this much, and only for <see cref="GatewayOptions.ConnectTimeout"/>.</summary>
    private static readonly MqttReadRules ConnectRules = new(64 * 1024);

    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        using var deadline = new CancellationTokenSource(services.Options.ConnectTimeout, services.Time);
        if (await ReadConnect(connection, deadline.Token) is { } connect)
        {
            if (!await InTurn(deadline.Token))
            {
                await Refuse(connection, connect, new Refusal(MqttConnectReturnCode.ServerUnavailable, "too many clients connect at once"), deadline.Token);
            }
            else if (connect.UserName is { } name && RegistrationUserName.Parse(name, connect.ClientId) is { } registration)
            {
                await Provision(connection, connect, registration, deadline);
            }
            else
            {
                await Admit(connection, connect, deadline);
            }
        }
    }

    private async Task<bool> InTurn(CancellationToken deadline)
    {
        try
        {
            return await services.Connects.Wait(deadline);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>A device that does not yet know its hub speaks to the provisioning service, on the same port.</summary>
    private async Task Provision(ConnectionContext connection, MqttConnect connect, RegistrationUserName name, CancellationTokenSource deadline)
    {
        (ProvisioningAdmission? admission, Refusal? refusal) = Judge(
            connect, () => services.Provisioning.Judge(name, connect.Password, services.Tls.Shown(connection)));
        if (admission is null)
        {
            await Refuse(connection, connect, refusal!, deadline.Token);
            return;
        }

        var session = new ProvisioningConnection(connection, connect, admission, services);
        using CancellationTokenRegistration stopping = connection.Features.Get<IConnectionLifetimeNotificationFeature>()
            ?.ConnectionClosedRequested.Register(() => session.Close("the hub is stopping")) ?? default;
        await session.Run();
    }

    private async Task Admit(ConnectionContext connection, MqttConnect connect, CancellationTokenSource deadline)
    {
        (Admission? admission, Refusal? refusal) = Judge(
            connect, () => services.Authenticator.Judge(connect, services.Tls.Shown(connection)));
        if (admission is null)
        {
            await Refuse(connection, connect, refusal!, deadline.Token);
            return;
        }

        var device = new DeviceConnection(connection, connect, admission, services);

        // When the process stops, Kestrel asks first and cuts later.
        using CancellationTokenRegistration stopping = connection.Features.Get<IConnectionLifetimeNotificationFeature>()
            ?.ConnectionClosedRequested.Register(() => device.Close("the hub is stopping")) ?? default;
        try
        {
            if (await services.Registry.Claim(device, deadline.Token))
            {
                await device.Run(deadline.Token);
            }
            else
            {
                refusal = new Refusal(MqttConnectReturnCode.ServerUnavailable, "two clients with this identity replace one another");
            }
        }
        catch (OperationCanceledException)
        {
            refusal = new Refusal(MqttConnectReturnCode.ServerUnavailable, "the older connection did not end in time");
        }
        finally
        {
            services.Registry.Release(device);
        }

        if (refusal is not null)
        {
            await Refuse(connection, connect, refusal, CancellationToken.None);
        }
    }

    private (T? Admission, Refusal? Refusal) Judge<T>(MqttConnect connect, Func<(T?, Refusal?)> judge)
    {
        if (services.Phase.IsDraining)
        {
            return (default, new Refusal(MqttConnectReturnCode.ServerUnavailable, "the hub is stopping"));
        }

        try
        {
            return judge();
        }
        catch (Exception error)
        {
            // Never 5 for what may pass: Azure's Node client would give up for good.
            services.Logger.ConnectFailed(error, LogText.Of(connect.ClientId));
            return (default, new Refusal(MqttConnectReturnCode.ServerUnavailable, "the hub could not look the device up"));
        }
    }

    /// <returns>Null where the connection is to be closed; it has been answered if it could be.</returns>
    private async Task<MqttConnect?> ReadConnect(ConnectionContext connection, CancellationToken deadline)
    {
        PipeReader input = connection.Transport.Input;
        string reason;
        try
        {
            while (true)
            {
                ReadResult result = await input.ReadAsync(deadline);
                ReadOnlySequence<byte> buffer = result.Buffer;
                MqttReadStatus status = MqttReader.TryRead(ref buffer, ConnectRules, out MqttPacket? packet, out MqttError error);
                input.AdvanceTo(buffer.Start, status == MqttReadStatus.Incomplete ? buffer.End : buffer.Start);
                if (packet is MqttConnect connect)
                {
                    return connect;
                }

                if (error.Kind == MqttErrorKind.ProtocolLevel)
                {
                    var answer = new Refusal(MqttConnectReturnCode.UnacceptableProtocolVersion, error.Reason);
                    await Refuse(connection, new MqttConnect("", true, 0), answer, deadline);
                    return null;
                }

                if (status != MqttReadStatus.Incomplete)
                {
                    reason = packet is null ? $"malformed packet: {error.Reason}" : $"the first packet is {packet.Type}";
                    break;
                }

                if (result.IsCompleted)
                {
                    reason = "the client went away";
                    break;
                }
            }
        }
        catch (OperationCanceledException)
        {
            reason = $"no CONNECT within {services.Options.ConnectTimeout.TotalSeconds:0} s";
        }
        catch (Exception error) when (error is IOException or ConnectionAbortedException or InvalidOperationException)
        {
            reason = error.Message;
        }

        services.Metrics.ConnectRefused("noConnect");
        services.Logger.NoConnect(connection.ConnectionId, connection.RemoteEndPoint?.ToString(), reason);
        return null;
    }

    private async Task Refuse(ConnectionContext connection, MqttConnect connect, Refusal refusal, CancellationToken cancellation)
    {
        services.Metrics.ConnectRefused(refusal.Code);
        services.Logger.ConnectRefused(
            LogText.Of(connect.ClientId), connection.RemoteEndPoint?.ToString(), refusal.Code, LogText.Of(refusal.Reason));
        try
        {
            MqttWriter.Write(connection.Transport.Output, new MqttConnAck(false, refusal.Code));
            await connection.Transport.Output.FlushAsync(cancellation);
        }
        catch (Exception error) when (error is IOException or ConnectionAbortedException or InvalidOperationException or OperationCanceledException)
        {
            // The client did not wait for the answer.
        }
    }
}
