using DeviceTwin.Hub.Certificates;
using DeviceTwin.Hub.Feedback;
using DeviceTwin.Hub.Gateway.Authentication;
using DeviceTwin.Hub.Gateway.Messaging;
using DeviceTwin.Hub.Operation;
using DeviceTwin.Hub.Provisioning;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace DeviceTwin.Hub.Gateway;

/// <summary>Puts the device gateway into the application.</summary>
public static class GatewayHosting
{
    /// <summary>
    /// Adds the gateway's endpoint to Kestrel: MQTT 3.1.1 over TLS 1.2. Needs <see cref="Fleet.IFleet"/> among the services; a
    /// <see cref="TimeProvider"/> there is used, else the system's. <see cref="GatewayEndpoint"/> then tells the port.
    /// </summary>
    /// <param name="certificates">The hub's own; the caller disposes them after the application.</param>
    public static WebApplicationBuilder AddDeviceGateway(
        this WebApplicationBuilder builder, GatewayOptions options, HubNames names, LocalCertificates certificates)
    {
        var endpoint = new GatewayEndpoint();
        var tls = new GatewayTls(certificates);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(names);
        builder.Services.AddSingleton(endpoint);
        builder.Services.TryAddSingleton<HubPhase>();
        builder.Services.TryAddSingleton<HubMetrics>();
        builder.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<FeedbackBook>(services, FeedbackBook.MostRecords));
        builder.Services.AddSingleton<CloudToDeviceQueues>();
        builder.Services.AddSingleton(certificates);
        builder.Services.AddSingleton(tls);
        builder.Services.AddProvisioning(options);
        builder.Services.AddSingleton<DeviceAuthenticator>();
        builder.Services.AddSingleton<GatewayServices>();
        builder.Services.AddSingleton(services => services.GetRequiredService<GatewayServices>().Methods);
        builder.Services.AddSingleton<IMethodCaller>(services => services.GetRequiredService<GatewayServices>().Methods);
        builder.Services.AddSingleton(services => services.GetRequiredService<GatewayServices>().FleetMethods);
        builder.Services.AddSingleton(services => LimitOf(services.GetRequiredService<GatewayServices>()));
        builder.Services.AddSingleton<IConnectionListenerFactory, DeviceTransport>();
        builder.Services.AddSingleton<DeviceHandshake>();
        builder.Services.AddSingleton<DeviceConnectionHandler>();
        builder.Services.AddSingleton<WebSocketGateway>();
        builder.Services.AddHostedService<DesiredPushService>();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(new DeviceEndPoint(options.Address, options.Port), listen =>
        {
            endpoint.Listening = listen;

            listen.Use(next => listen.ApplicationServices.GetRequiredService<ConnectionLimit>().Apply(next));
            listen.Use(next => listen.ApplicationServices.GetRequiredService<DeviceHandshake>().Apply(next));
            listen.UseConnectionHandler<DeviceConnectionHandler>();
        }));
        return builder;
    }

    /// <summary>Has MQTT over WebSocket answered where Azure's clients look for it; before anybody asks who calls, for CONNECT says it.</summary>
    public static void UseWebSocketGateway(this WebApplication app) => app.MapWhen(
        static context => context.Request.Path.Equals(WebSocketGateway.Path, StringComparison.OrdinalIgnoreCase),
        branch => branch.UseWebSockets().Run(branch.ApplicationServices.GetRequiredService<WebSocketGateway>().Serve));

    private static ConnectionLimit LimitOf(GatewayServices services) => new(services.Options.MaxConnections, remote =>
    {
        services.Metrics.ConnectRefused("tooManyConnections");
        services.Logger.TooManyConnections(remote, services.Options.MaxConnections);
    });
}
