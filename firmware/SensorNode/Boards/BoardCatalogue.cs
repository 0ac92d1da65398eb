namespace DeviceTwin.SensorNode.Boards;

/// <summary>The boards this firmware knows.</summary>
public static class BoardCatalogue
{
    /// <summary>All boards.</summary>
    public static BoardDescription[] All()
    {
        return new BoardDescription[] { Esp32S3DevKitC1.Describe(), Esp32Wrover.Describe() };
    }

    /// <summary>The board for a firmware image, or null where none is known: wrong pins can harm, so the node does not guess.</summary>
    /// <param name="target">Name of the image, e.g. <c>ESP32_S3_ALL</c>.</param>
    public static BoardDescription ForTarget(string target)
    {
        BoardDescription[] boards = All();
        for (int index = 0; index < boards.Length; index++)
        {
            if (boards[index].Target == target)
            {
                return boards[index];
            }
        }

        return null;
    }
}
