using System.Globalization;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Gateway.Messaging;
using DeviceTwin.Hub.Rest;
using DeviceTwin.Storage.Jobs;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Conditions;
using DeviceTwin.Twins.Jobs;

namespace DeviceTwin.Hub.Jobs;

/// <summary>Azure's shapes of jobs.</summary>
internal static class JobJson
{
    /// <summary>Characters of an id.</summary>
    public const int LongestId = 64;

    private const long StandardSeconds = 3600;

    /// <summary>30 days.</summary>
    public const long LongestSeconds = 30 * 24 * 3600;

    /// <summary>How far ahead a job may begin.</summary>
    public static readonly TimeSpan Furthest = TimeSpan.FromDays(366);

    /// <summary>Characters of a condition: as many as a query may have.</summary>
    public static readonly int LongestCondition = TwinCondition.MaximumLength - JobService.Selecting.Length;

    /// <summary>A job as it is asked for.</summary>
    /// <exception cref="HubException">It makes no sense, on whatever device.</exception>
    public static JobOrder Read(string id, JsonObject body, string author, DateTimeOffset at)
    {
        CheckId(id);
        if (RequestBody.Text(body, "jobId") is { } named && named != id)
        {
            throw new HubException(HubError.ArgumentInvalid, $"jobId is \"{named}\", the address says \"{id}\". Give one of them, or the same twice.");
        }

        var type = JobWords.Type(RequestBody.Text(body, "type") ?? throw new HubException(HubError.ArgumentInvalid, "type is missing: scheduleUpdateTwin or scheduleDeviceMethod."));
        var name = JobWords.BodyOf(type);
        var what = RequestBody.Object(body, name) ?? throw new HubException(HubError.ArgumentInvalid, $"{name} is missing: what is to be done.");
        if (type == JobType.UpdateTwin)
        {
            CheckPatch(what, at);
        }
        else
        {
            DirectMethods.Serialize(MessagingEndpoints.ReadCall(what));
        }

        return new JobOrder(
            id, type, Condition(RequestBody.Text(body, "queryCondition")), what.ToJsonString(Json.Relaxed), StartAt(RequestBody.Text(body, "startTime"), at), Longest(body), author, at);
    }

    public static JsonObject Write(Job job)
    {
        var order = job.Order;
        var json = new JsonObject
        {
            ["jobId"] = job.Id,
            ["type"] = JobWords.Of(order.Type),
            [JobWords.BodyOf(order.Type)] = Json.Parse(order.Body),
            ["queryCondition"] = order.Condition,
            ["createdTime"] = Json.Timestamp(order.CreatedAt),
            ["startTime"] = Json.Timestamp(order.StartAt),
            ["maxExecutionTimeInSeconds"] = (long)order.Longest.TotalSeconds,
            ["status"] = JobWords.Of(job.Status),
        };

        // Clients that cannot do without a time take no null for one: what is not there is left out.
        if (job.EndedAt is { } endedAt)
        {
            json["endTime"] = Json.Timestamp(endedAt);
        }

        if (job.Reason is { } reason)
        {
            json[job.Status == JobStatus.Failed ? "failureReason" : "statusMessage"] = reason;
        }

        if (job.BegunAt is not null)
        {
            var statistics = new JsonObject
            {
                ["deviceCount"] = job.Counts.Devices,
                ["failedCount"] = job.Counts.Failed,
                ["succeededCount"] = job.Counts.Completed,
                ["runningCount"] = job.Counts.Running,
                ["pendingCount"] = job.Counts.Pending,
            };
            if (job.Counts.Canceled > 0)
            {
                statistics["canceledCount"] = job.Counts.Canceled;
            }

            json["deviceJobStatistics"] = statistics;
        }

        return json;
    }

    /// <summary>A row of <c>devices.jobs</c>.</summary>
    public static JsonObject Write(DeviceJobRow row)
    {
        var device = row.Device;
        var json = new JsonObject
        {
            ["deviceId"] = device.DeviceId,
            ["jobId"] = device.JobId,
            ["jobType"] = JobWords.Of(row.Type),
            ["status"] = JobWords.Of(device.Status),
            ["createdDateTimeUtc"] = Json.Timestamp(row.CreatedAt),
            ["lastUpdatedDateTimeUtc"] = Json.Timestamp(device.UpdatedAt),
        };
        if (device.BegunAt is { } begunAt)
        {
            json["startTimeUtc"] = Json.Timestamp(begunAt);
        }

        if (device.EndedAt is { } endedAt)
        {
            json["endTimeUtc"] = Json.Timestamp(endedAt);
        }

        var outcome = new JsonObject();
        if (device.Answer is { } answer)
        {
            outcome["deviceMethodResponse"] = new JsonObject { ["status"] = answer.Status, ["payload"] = answer.Payload is { } payload ? Json.Parse(payload) : null };
        }

        json["outcome"] = outcome;
        if (device.Error is { } error)
        {
            json["error"] = new JsonObject { ["code"] = error.Code, ["description"] = error.Description };
        }

        return json;
    }

    private static void CheckId(string id)
    {
        if (id.Length is 0 or > LongestId || !id.All(character => char.IsAsciiLetterOrDigit(character) || character == '-'))
        {
            throw new HubException(HubError.ArgumentInvalid, $"The id of a job takes 1 to {LongestId} letters, digits and dashes of ASCII, not \"{id}\".");
        }

        if (id == "query")
        {
            throw new HubException(HubError.ArgumentInvalid, "A job named \"query\" could not be read: GET /jobs/v2/query lists jobs. Choose another id.");
        }
    }

    /// <summary>What no twin could take is refused before the job is taken on.</summary>
    private static void CheckPatch(JsonObject patch, DateTimeOffset at)
    {
        if (RequestBody.Text(patch, "etag") is { } etag && !ETags.Matches(etag, ""))
        {
            throw new HubException(
                HubError.PreconditionFailed, $"A job writes twins whatever their ETag: updateTwin takes the etag \"*\", not \"{etag}\". Write one twin with its ETag by PATCH /twins/ID.");
        }

        try
        {
            TwinUpdates.Patch(TwinDocument.Create("any", at), patch, at);
        }
        catch (TwinException refusal)
        {
            throw FleetErrors.Translate(refusal);
        }
    }

    private static string Condition(string? text)
    {
        var condition = text?.Trim() ?? "";
        if (condition.Length == 0)
        {
            throw new HubException(HubError.ArgumentInvalid, "queryCondition is missing: which devices, as in tags.line = 'press' or deviceId IN ['a','b']; * for all.");
        }

        if (condition.StartsWith("SELECT ", StringComparison.OrdinalIgnoreCase) || condition.StartsWith("FROM ", StringComparison.OrdinalIgnoreCase))
        {
            throw new HubException(
                HubError.ArgumentInvalid,
                "queryCondition is what stands behind WHERE in a query over devices, as in tags.line = 'press'. Jobs do not run on modules: use PATCH /twins/ID/modules/MODULE, or POST …/methods.");
        }

        if (condition.Length > LongestCondition)
        {
            throw new HubException(
                HubError.ArgumentInvalid, $"queryCondition has {condition.Length} characters, {LongestCondition} are allowed. Select by a tag instead of listing devices.");
        }

        try
        {
            TwinCondition.Parse(condition, ConditionScope.Query);
            return condition;
        }
        catch (TwinException refusal)
        {
            throw FleetErrors.Translate(refusal);
        }
    }

    /// <summary>Times that clients send where nobody has given one are at once: null, and the first of all years.</summary>
    private static DateTimeOffset StartAt(string? text, DateTimeOffset at)
    {
        if (string.IsNullOrEmpty(text))
        {
            return at;
        }

        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var start) || start - at > Furthest)
        {
            throw new HubException(HubError.ArgumentInvalid, $"startTime takes a time in UTC of the next {Furthest.TotalDays:0} days, e.g. {Json.Timestamp(at)}, not \"{text}\". Leave it out to begin at once.");
        }

        return start.Year <= 1970 ? at : start;
    }

    private static TimeSpan Longest(JsonObject body) => body["maxExecutionTimeInSeconds"] switch
    {
        null => TimeSpan.FromSeconds(StandardSeconds),
        var value when Json.Integer(value) is { } seconds and >= 0 and <= LongestSeconds => TimeSpan.FromSeconds(seconds == 0 ? StandardSeconds : seconds),
        _ => throw new HubException(HubError.ArgumentInvalid, $"maxExecutionTimeInSeconds takes a whole number from 1 to {LongestSeconds}."),
    };
}
