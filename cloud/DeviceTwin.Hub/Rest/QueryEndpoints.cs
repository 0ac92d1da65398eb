using System.Globalization;
using DeviceTwin.Hub.Access;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Queries;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Rest;

/// <summary>Azure's query over twins, modules and jobs, in pages.</summary>
internal static class QueryEndpoints
{
    public const string PageSizeHeader = "x-ms-max-item-count";
    public const string ContinuationHeader = "x-ms-continuation";
    private const int StandardPage = 100;
    private const int LargestPage = 1000;

    public static void MapQuery(this IEndpointRouteBuilder routes) => routes.MapPost("/devices/query", async (HttpContext context, IFleet fleet, QueryService queries) =>
    {
        var body = await RequestBody.ReadObject(context.Request);
        var query = RequestBody.Text(body, "query")
            ?? throw new HubException(HubError.ArgumentInvalid, "The body must hold a query: {\"query\":\"SELECT * FROM devices\"}.");
        var size = PageSize(context.Request.Headers[PageSizeHeader].ToString());
        var page = queries.Ask(query, context.Request.Headers[ContinuationHeader].ToString(), size);

        // Clients ask for pages as long as the header is there, so it must be absent from the last.
        if (page.Continuation is { } continuation)
        {
            context.Response.Headers[ContinuationHeader] = continuation;
        }

        context.Response.Headers["x-ms-item-type"] = page.Items.ToString();
        return new JsonTextResult(writer =>
        {
            writer.WriteStartArray();
            foreach (var row in page.Rows ?? [])
            {
                row.WriteTo(writer, Json.Relaxed);
            }

            foreach (var twin in page.Twins ?? [])
            {
                // A device that was deleted in between is simply no longer part of the answer.
                if (fleet.FindIdentity(twin.DeviceId) is { } identity)
                {
                    TwinTextJson.Write(writer, twin, identity);
                }
            }

            writer.WriteEndArray();
        });
    }).Needs(Role.Viewer, Permission.RegistryRead | Permission.ServiceConnect);

    public static int PageSize(string text) =>
        text.Length == 0 ? StandardPage
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var size) && size is -1 or (>= 1 and <= LargestPage) ? (size == -1 ? StandardPage : size)
        : throw new HubException(HubError.ArgumentInvalid, $"{PageSizeHeader} takes a number from 1 to {LargestPage}, not \"{text}\".");
}
