using System.Text.Json.Nodes;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Gateway.Messaging;
using DeviceTwin.Hub.Rest;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Jobs;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Jobs;

namespace DeviceTwin.Hub.Jobs;

/// <summary>
/// What a job does on one device. A twin has the change and the job its end with the same commit. A call is written down before it leaves: what a hub
/// that stops leaves behind may have been carried out, and is not repeated.
/// </summary>
internal sealed class JobWork
{
    private readonly IFleet fleet;
    private readonly IMethodCaller methods;
    private readonly TimeProvider time;
    private readonly JobOrder order;
    private readonly JsonObject? patch;
    private readonly MethodCall? call;

    public JobWork(IFleet fleet, IMethodCaller methods, TimeProvider time, JobOrder order)
    {
        (this.fleet, this.methods, this.time, this.order) = (fleet, methods, time, order);
        var body = Json.ParseObject(order.Body);
        (patch, call) = order.Type == JobType.UpdateTwin ? (body, null) : (default(JsonObject), MessagingEndpoints.ReadCall(body));
    }

    /// <summary>How what a job does is signed.</summary>
    public static string Author(JobOrder order) => $"job/{order.Id} of {order.Author}";

    /// <param name="patience">How long a device is waited for at least that is to be called.</param>
    /// <param name="keep">Whether so many characters of an answer may be kept.</param>
    /// <returns>How it ended, and whether that is durable already.</returns>
    /// <exception cref="HubException"><see cref="HubError.ServiceUnavailable"/>: nothing was done, for the store has failed.</exception>
    /// <exception cref="OperationCanceledException">The hub stops, and nobody knows whether the device has been called.</exception>
    public async Task<(DeviceJob Ended, bool IsDurable)> Do(DeviceJob device, TimeSpan patience, Func<int, bool> keep, CancellationToken cancellation)
    {
        try
        {
            if (patch is not null)
            {
                var done = device.Complete(null, time.GetUtcNow());

                // What has begun is finished, and known to be: nobody's hurry cuts it short.
                await fleet.PatchTwinWith(new PutDeviceJob(done), device.DeviceId, patch, Author(order), CancellationToken.None);
                return (done, true);
            }

            var patient = call!.ConnectTimeout >= patience ? call : call with { ConnectTimeout = patience };
            var result = await methods.Invoke(device.DeviceId, patient, Author(order), new PutDeviceJob(device), cancellation);
            return (Answered(device, result, keep), false);
        }
        catch (HubException refusal) when (refusal.Error != HubError.ServiceUnavailable)
        {
            return (device.Fail(new JobError(refusal.Error.Name, refusal.Message), time.GetUtcNow()), false);
        }
    }

    private DeviceJob Answered(DeviceJob device, MethodResult result, Func<int, bool> keep)
    {
        var payload = result.Payload?.ToJsonString(Json.Relaxed) ?? "null";
        var kept = keep(payload.Length);
        return device.Complete(
            new JobAnswer(result.Status, kept ? payload : null),
            time.GetUtcNow(),
            kept ? null : new JobError(HubError.RequestEntityTooLarge.Name, "The device has answered; the payload was not kept, for the answers of this job are too large together. Have the method answer less."));
    }
}
