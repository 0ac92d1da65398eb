using System.Text;

namespace DeviceTwin.Hub.Certificates;

/// <summary>Small text files, replaced whole: after a crash either the old or the new content is there.</summary>
internal static class PrivateFiles
{
    /// <param name="secret">Readable by the hub's own user only (0600).</param>
    public static void Write(string path, string content, bool secret)
    {
        string fresh = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            options.UnixCreateMode = secret ? Owner : Owner | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        }

        // A left-over from a crash could have other rights.
        File.Delete(fresh);
        using (var file = new FileStream(fresh, options))
        {
            file.Write(Encoding.ASCII.GetBytes(content));
            file.Flush(flushToDisk: true);
        }

        File.Move(fresh, path, overwrite: true);
    }
}
