using System.Net;
using DeviceTwin.Hub.Certificates;
using DeviceTwin.Hub.Logging;

namespace DeviceTwin.Hub.Rest;

/// <summary>
/// Keeps other sites' pages out of a hub that trusts its own machine. A page in the operator's browser can send requests to
/// loopback: by a DNS name that it points there (seen by the Host header), or straight across sites (seen by Origin and
/// Sec-Fetch-Site). Programs send neither and are not concerned.
/// </summary>
internal sealed class RequestGuard(RequestDelegate next, HubNames names, RestRefusals refusals, ILogger<RequestGuard> logger)
{
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (!IsThisHub(context))
        {
            logger.HostRefused(request.Host.Value ?? "");
            return refusals.Answer(context, RestErrors.Forbidden, $"\"{request.Host.Value}\" is not a name of this hub. Start it with --host-name to give it this name.");
        }

        if (!IsOwnPage(request))
        {
            logger.OriginRefused(request.Method, request.Path, request.Headers.Origin.ToString());
            return refusals.Answer(context, RestErrors.Forbidden, "Pages of other sites may not call this hub.");
        }

        // The pages have buttons that change machines: nobody may put them into a frame of their own.
        context.Response.Headers.XFrameOptions = "DENY";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers["Referrer-Policy"] = "same-origin";
        context.Response.Headers.ContentSecurityPolicy =
            "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";
        return next(context);
    }

    /// <summary>A name of the hub, or the very address that the caller reached: an address cannot be rebound.</summary>
    private bool IsThisHub(HttpContext context)
    {
        var host = (context.Request.Host.Host ?? "").Trim('[', ']');
        return names.Contains(host)
            || (IPAddress.TryParse(host, out var address) && context.Connection.LocalIpAddress is { } local
                && (address.Equals(local) || address.MapToIPv6().Equals(local.MapToIPv6())));
    }

    private static bool IsOwnPage(HttpRequest request)
    {
        if (request.Headers.Origin.Count > 0)
        {
            return string.Equals(request.Headers.Origin.ToString(), $"{request.Scheme}://{request.Host.Value}", StringComparison.OrdinalIgnoreCase);
        }

        // A link that somebody follows to the pages is fine; a picture, script or form of another site is not.
        return request.Headers["Sec-Fetch-Site"].ToString() is "" or "same-origin" or "none"
            || (HttpMethods.IsGet(request.Method) && request.Headers["Sec-Fetch-Mode"] == "navigate" && request.Headers["Sec-Fetch-Dest"] == "document");
    }
}
