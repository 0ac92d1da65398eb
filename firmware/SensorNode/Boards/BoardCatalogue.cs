namespace DeviceTwin.SensorNode.Boards;

/// <summary>The boards this firmware knows.</summary>
public static class BoardCatalogue
{
    /// <summary>All boards.</summary>
    public static BoardDescription[] All()
    {
        return new BoardDescription[] { Esp32S3DevKitC1.Describe(), Esp32DevKitC32E.Describe() };
    }

    /// <summary>The board for a firmware image, or null where none is known: wrong pins can harm, so the node does not guess.</summary>
    /// <param name="target">Name of the image, e.g. <c>ESP32_S3_OCTAL</c>.</param>
    public static BoardDescription ForTarget(string target)
    {
        BoardDescription[] boards = All();
        for (int index = 0; index < boards.Length; index++)
        {
            if (boards[index].RunsOn(target))
            {
                return boards[index];
            }
        }

        return null;
    }

    /// <summary>The board of a name, or null where there is none.</summary>
    public static BoardDescription Named(string name)
    {
        BoardDescription[] boards = All();
        for (int index = 0; index < boards.Length; index++)
        {
            if (boards[index].Name == name)
            {
                return boards[index];
            }
        }

        return null;
    }
}
