using DeviceTwin.Hub.Logging;
using DeviceTwin.Hub.Operation;

namespace DeviceTwin.Hub.Rest;

/// <summary>Turns what handlers throw into answers.</summary>
internal sealed class ErrorHandling(RequestDelegate next, RestRefusals refusals, HubMetrics metrics, ILogger<ErrorHandling> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller has gone; there is nobody to answer.
        }
        catch (HubException refusal)
        {
            await refusals.Answer(context, refusal.Error, refusal.Message);
        }
        catch (BadHttpRequestException refusal)
        {
            var error = refusal.StatusCode == StatusCodes.Status413PayloadTooLarge ? HubError.RequestEntityTooLarge : HubError.IotHubFormatError;
            await refusals.Answer(context, error, refusal.Message);
        }
        catch (Exception failure) when (!context.Response.HasStarted)
        {
            var tracking = context.TraceIdentifier;
            metrics.Error("rest", HubError.ServerError.Code);
            logger.RequestFailed(failure, context.Request.Method, context.Request.Path, tracking);
            await RestRefusals.Write(context, HubError.ServerError, "The hub failed to answer; its log has the details under the tracking id.", tracking);
        }
    }
}
