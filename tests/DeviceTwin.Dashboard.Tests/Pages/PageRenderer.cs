using DeviceTwin.Dashboard.View;
using DeviceTwin.Tests.Dashboard.Circuit;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.JSInterop;
using Radzen;

namespace DeviceTwin.Tests.Dashboard.Pages;

/// <summary>Renders components to HTML as the hub does for a first visit: no browser, no circuit.</summary>
internal static class PageRenderer
{
    public static Task<string> Render<TComponent>(IFleetView fleet, params (string Name, object? Value)[] parameters)
        where TComponent : IComponent => Render<TComponent>(_ => { }, fleet, parameters);

    /// <param name="add">Adds further views that the page needs.</param>
    public static Task<string> Render<TComponent>(Action<IServiceCollection> add, IFleetView fleet, params (string Name, object? Value)[] parameters)
        where TComponent : IComponent => Render<TComponent>(add, fleet, SampleCaller.Engineer, parameters);

    public static Task<string> Render<TComponent>(IFleetView fleet, IPageCaller caller, params (string Name, object? Value)[] parameters)
        where TComponent : IComponent => Render<TComponent>(_ => { }, fleet, caller, parameters);

    private static async Task<string> Render<TComponent>(
        Action<IServiceCollection> add, IFleetView fleet, IPageCaller caller, (string Name, object? Value)[] parameters)
        where TComponent : IComponent
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(fleet);
        services.AddSingleton<IPageCaller>(caller);
        add(services);
        services.AddSingleton<TimeProvider>(new ManualTime());
        services.AddRadzenComponents();
        services.AddScoped<IJSRuntime, NoScript>();
        services.AddScoped<NavigationManager, FixedAddress>();
        await using var provider = services.BuildServiceProvider();
        await using var scope = provider.CreateAsyncScope();
        await using var renderer = new HtmlRenderer(scope.ServiceProvider, NullLoggerFactory.Instance);
        return await renderer.Dispatcher.InvokeAsync(async () =>
        {
            var view = ParameterView.FromDictionary(parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Value));
            return (await renderer.RenderComponentAsync<TComponent>(view)).ToHtmlString();
        });
    }

    private sealed class NoScript : IJSRuntime
    {
        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, object?[]? args) => throw new InvalidOperationException("There is no browser.");

        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, CancellationToken cancellationToken, object?[]? args) =>
            throw new InvalidOperationException("There is no browser.");
    }

    private sealed class FixedAddress : NavigationManager
    {
        public FixedAddress() => Initialize("http://localhost/", "http://localhost/");
    }
}
