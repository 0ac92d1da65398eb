using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Gateway.Messaging;

namespace DeviceTwin.Hub.Bridge;

internal sealed partial class BridgeLink
{
    private async Task Call(HubThere there, string name, string request, ReadOnlyMemory<byte> payload)
    {
        if (Interlocked.Increment(ref methods) > MostMethods)
        {
            Interlocked.Decrement(ref methods);
            there.Answer(request, 429, new JsonObject { ["message"] = $"{MostMethods} calls of methods of device {DeviceId} are under way through the bridge. Call again when some have ended." });
            return;
        }

        try
        {
            var argument = payload.IsEmpty ? null : JsonNode.Parse(payload.Span);
            var answer = await context.Methods.Invoke(DeviceId, new MethodCall(name, argument, MethodTimeout, TimeSpan.Zero), Author, stop.Token);
            there.Answer(request, answer.Status, answer.Payload);
        }
        catch (HubException refusal)
        {
            there.Answer(request, refusal.Error.HttpStatus, new JsonObject { ["errorCode"] = refusal.Error.Code, ["message"] = refusal.Message });
        }
        catch (JsonException)
        {
            there.Answer(request, 400, new JsonObject { ["message"] = "The payload is not JSON." });
        }
        catch (OperationCanceledException)
        {
            // The bridge ends; who called is told by the time-out there.
        }
        catch (Exception problem)
        {
            context.Logger.BridgeFailed(problem, DeviceId);
            there.Answer(request, 500, new JsonObject { ["message"] = "The bridge failed; the log of its hub says how." });
        }
        finally
        {
            Interlocked.Decrement(ref methods);
        }
    }

    /// <summary>Methods that are asked for on one connection are answered on it.</summary>
    private sealed class Replies(BridgeLink link)
    {
        private readonly TaskCompletionSource<HubThere> there = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public HubThere There
        {
            set => there.TrySetResult(value);
        }

        public void Asked(string name, string request, ReadOnlyMemory<byte> payload)
        {
            if (link.settings.Methods)
            {
                _ = Answered();
            }

            async Task Answered() => await link.Call(await there.Task, name, request, payload);
        }
    }
}
