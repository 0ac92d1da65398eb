using System.Text.Json;
using DeviceTwin.Hub.Access;
using DeviceTwin.Hub.Feedback;
using DeviceTwin.Storage.Feedback;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Rest;

/// <summary>What became of messages for devices, in the shapes of Azure's HTTPS API.</summary>
internal static class FeedbackEndpoints
{
    private const string Path = "/messages/serviceBound/feedback";

    public static void MapFeedback(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, (HttpResponse response, FeedbackBook feedback) =>
        {
            if (feedback.Take() is not { } batch)
            {
                return Results.NoContent();
            }

            response.Headers.ETag = $"\"{batch.LockToken}\"";
            return new JsonTextResult(writer => Write(writer, batch.Records));
        }).Needs(Role.Technician, Permission.ServiceConnect);

        routes.MapDelete(Path + "/{lockToken}", async (string lockToken, HttpRequest request, FeedbackBook feedback) =>
        {
            await feedback.Complete(Bare(lockToken), request.Author());
            return Results.NoContent();
        }).Needs(Role.Technician, Permission.ServiceConnect);

        routes.MapPost(Path + "/{lockToken}/abandon", (string lockToken, FeedbackBook feedback) =>
        {
            feedback.Abandon(Bare(lockToken));
            return Results.NoContent();
        }).Needs(Role.Technician, Permission.ServiceConnect);
    }

    /// <summary>Some send the token as it stood in the header, with its quotes.</summary>
    private static string Bare(string lockToken) => lockToken.Trim('"');

    private static void Write(Utf8JsonWriter writer, IReadOnlyList<FeedbackRecord> records)
    {
        writer.WriteStartArray();
        foreach (var record in records)
        {
            var (deviceId, moduleId) = TwinAddress.Parse(record.Address);
            writer.WriteStartObject();
            writer.WriteString("originalMessageId", record.OriginalMessageId);
            writer.WriteString("deviceId", deviceId);
            if (moduleId is not null)
            {
                writer.WriteString("moduleId", moduleId);
            }

            writer.WriteString("deviceGenerationId", record.GenerationId);
            writer.WriteString("statusCode", record.Outcome);
            writer.WriteString("description", record.Outcome);
            writer.WriteString("enqueuedTimeUtc", Json.Timestamp(record.At));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
