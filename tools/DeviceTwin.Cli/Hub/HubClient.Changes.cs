using System.Text.Json.Nodes;

namespace DeviceTwin.Cli.Hub;

/// <summary>Changes of configurations.</summary>
internal sealed partial class HubClient
{
    private const string Rollouts = "api/v1/rollouts";

    /// <param name="state">Only changes in this state; null = all.</param>
    public async Task<JsonObject> ListChanges(string? state, CancellationToken cancellation) =>
        (JsonObject)await Send(HttpMethod.Get, Rollouts + (state is null ? "" : $"?state={Escape(state)}"), null, cancellation);

    public async Task<JsonObject> CreateChange(JsonObject proposal, CancellationToken cancellation) =>
        (JsonObject)await Send(HttpMethod.Post, Rollouts, proposal, cancellation);

    public async Task<JsonObject> GetChange(string id, CancellationToken cancellation) =>
        (JsonObject)await Send(HttpMethod.Get, $"{Rollouts}/{Escape(id)}", null, cancellation);

    /// <param name="step"><c>approve</c>, <c>start</c>, <c>pass</c> or <c>abort</c>.</param>
    /// <param name="reason">Why; null = nobody said.</param>
    public async Task<JsonObject> StepChange(string id, string step, string? reason, CancellationToken cancellation) =>
        (JsonObject)await Send(
            HttpMethod.Post, $"{Rollouts}/{Escape(id)}/{step}", reason is null ? new JsonObject() : new JsonObject { ["reason"] = reason }, cancellation);

    /// <param name="from">The first moment of the waveforms; null = all that are stored.</param>
    public async Task<JsonObject> BeginReplay(string id, string? from, CancellationToken cancellation) =>
        (JsonObject)await Send(HttpMethod.Post, $"{Rollouts}/{Escape(id)}/replay", from is null ? new JsonObject() : new JsonObject { ["from"] = from }, cancellation);

    public async Task<JsonObject> GetReplay(string id, CancellationToken cancellation) =>
        (JsonObject)await Send(HttpMethod.Get, $"{Rollouts}/{Escape(id)}/replay", null, cancellation);

    /// <param name="format"><c>html</c>, <c>csv</c> or <c>text</c>.</param>
    public Task<string> GetReplay(string id, string format, CancellationToken cancellation) => Text($"{Rollouts}/{Escape(id)}/replay?format={format}", cancellation);

    public async Task<JsonObject> GetChangeReport(string id, CancellationToken cancellation) =>
        (JsonObject)await Send(HttpMethod.Get, $"{Rollouts}/{Escape(id)}/report", null, cancellation);

    public Task<string> GetChangeReportHtml(string id, CancellationToken cancellation) => Text($"{Rollouts}/{Escape(id)}/report?format=html", cancellation);

    /// <summary><c>change</c> with how it stands, at once and whenever something is new, until <c>deleted</c>.</summary>
    /// <exception cref="CommandFailedException">The hub refused, or ended the stream.</exception>
    public IAsyncEnumerable<(string Name, JsonObject Data)> FollowChange(string id, CancellationToken cancellation) =>
        Follow($"{Rollouts}/{Escape(id)}/events", cancellation);

    private async Task<string> Text(string path, CancellationToken cancellation)
    {
        using var response = await SendRaw(HttpMethod.Get, path, null, cancellation);
        if (!response.IsSuccessStatusCode)
        {
            await Read(response, cancellation);
        }

        return await response.Content.ReadAsStringAsync(cancellation);
    }
}
