using DeviceTwin.Dashboard.View;
using DeviceTwin.Hub.Rest;

namespace DeviceTwin.Hub.Access;

/// <summary>Puts access into the application.</summary>
internal static class AccessHosting
{
    /// <param name="token">Of the first start, where the hub listens beyond loopback; else null.</param>
    public static IServiceCollection AddAccess(this IServiceCollection services, AccessOptions options, HttpToken? token)
    {
        services.AddSingleton(options);
        services.AddSingleton<AccessService>();
        services.AddSingleton<IServicePolicies>(provider => provider.GetRequiredService<AccessService>());
        services.AddSingleton(provider => new FirstToken(provider.GetRequiredService<AccessService>(), token));
        services.AddSingleton<RequestSas>();
        services.AddSingleton<AuditArchive>();
        services.AddScoped<IPageCaller, PageCaller>();
        services.AddScoped<IAccessView, AccessView>();
        services.AddAntiforgery(antiforgery =>
        {
            antiforgery.Cookie.Name = "devicetwin-form";
            antiforgery.Cookie.SameSite = SameSiteMode.Strict;
            antiforgery.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        });
        return services;
    }
}
