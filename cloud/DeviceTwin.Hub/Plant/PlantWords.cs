using DeviceTwin.Storage.Plant;

namespace DeviceTwin.Hub.Plant;

/// <summary>The words of the levels, as they stand in addresses and JSON.</summary>
internal static class PlantWords
{
    public static readonly PlantLevel[] Levels = [PlantLevel.Site, PlantLevel.Line, PlantLevel.Machine, PlantLevel.Point];

    public static string Of(PlantLevel level) => level switch
    {
        PlantLevel.Site => "site",
        PlantLevel.Line => "line",
        PlantLevel.Machine => "machine",
        _ => "point",
    };

    public static string Plural(PlantLevel level) => Of(level) + "s";
}
