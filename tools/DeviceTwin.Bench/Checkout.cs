namespace DeviceTwin.Bench;

/// <summary>Finds the checkout that a verb works on.</summary>
public static class Checkout
{
    /// <returns>The nearest folder at or above the current one that holds <c>DeviceTwin.sln</c>.</returns>
    /// <exception cref="UsageException">There is none.</exception>
    public static string Find()
    {
        for (DirectoryInfo? folder = new(Directory.GetCurrentDirectory()); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "DeviceTwin.sln")))
            {
                return folder.FullName;
            }
        }

        throw new UsageException("no DeviceTwin.sln here or above; name the checkout with --root DIR");
    }
}
