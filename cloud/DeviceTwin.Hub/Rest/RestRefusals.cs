using System.Text.Json.Nodes;
using DeviceTwin.Hub.Logging;
using DeviceTwin.Hub.Operation;

namespace DeviceTwin.Hub.Rest;

/// <summary>
/// Every refusal leaves in Azure's shape: <c>Message</c> with <c>ErrorCode:NAME;text</c>, <c>ExceptionMessage</c> with the tracking
/// id, header <c>iothub-errorcode</c>; and the six-digit <c>code</c> as a number besides.
/// </summary>
internal sealed class RestRefusals(HubMetrics metrics, ILogger<RestRefusals> logger)
{
    /// <summary>Answers with a row of the catalogue.</summary>
    public async Task Answer(HttpContext context, HubError error, string message)
    {
        var tracking = context.TraceIdentifier;
        Log(context, error, message);
        if (!context.Response.HasStarted)
        {
            await Write(context, error, message, tracking);
        }
    }

    /// <summary>Writes the log line without the answer.</summary>
    public void Log(HttpContext context, HubError error, string message)
    {
        metrics.Error("rest", error.Code);
        logger.RequestRefused(context.Request.Method, context.Request.Path, error.Name, error.Code, message, context.TraceIdentifier);
    }

    /// <summary>Writes the answer without a log line.</summary>
    public static Task Write(HttpContext context, HubError error, string message, string tracking)
    {
        context.Response.Headers["iothub-errorcode"] = error.Name;
        var body = new JsonObject
        {
            ["Message"] = Message(error, message),
            ["ExceptionMessage"] = $"Tracking ID:{tracking}",
            ["code"] = error.Code,
        };
        return new JsonResult(body, error.HttpStatus).ExecuteAsync(context);
    }

    /// <summary>Name and text as Azure joins them. Its client for node ends the text at the next semicolon, so there is none.</summary>
    public static string Message(HubError error, string text) => $"ErrorCode:{error.Name};{text.Replace(';', ',')}";
}
