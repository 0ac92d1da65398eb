using DeviceTwin.Storage.Plant;

namespace DeviceTwin.Hub.Plant;

/// <summary>The refusals of the plant.</summary>
internal static class PlantErrors
{
    public static readonly HubError NotFound = new(404542, "PlantItemNotFound", 404);
    public static readonly HubError AlreadyExists = new(409543, "PlantItemAlreadyExists", 409);
    public static readonly HubError InUse = new(409544, "PlantItemInUse", 409);
    public static readonly HubError Occupied = new(409545, "PointOccupied", 409);
    public static readonly HubError Empty = new(409546, "PointEmpty", 409);
    public static readonly HubError NodeElsewhere = new(409547, "NodeElsewhere", 409);
    public static readonly HubError ImportRefused = new(400548, "PlantImportRefused", 400);
    public static readonly HubError TaskNotFound = new(404549, "PlantTaskNotFound", 404);
    public static readonly HubError TaskRefused = new(409550, "PlantTaskRefused", 409);

    public static HubException NoTask(long number) =>
        new(TaskNotFound, $"No task {number} waits for somebody to mend something. GET /api/v1/plant/tasks lists those that do.");

    public static HubException NoItem(PlantLevel level, string id) => new(
        NotFound, $"There is no {PlantWords.Of(level)} \"{id}\". Create it with PUT /api/v1/plant/{PlantWords.Plural(level)}/{id}, or check the spelling.");
}
