using DeviceTwin.Bench.Generation.Fft;
using DeviceTwin.Bench.Generation.Filters;
using DeviceTwin.Bench.Generation.Hardware;

namespace DeviceTwin.Bench.Generation;

/// <summary><c>generate</c>: the C# constants of the twin model from its JSON files, the straight-line transforms and filters, the
/// generated sections of the documentation, the wiring of the boards, and the OpenAPI document of the hub.</summary>
public static class GenerateVerb
{
    private const string Folder = "firmware/SensorNode/Twin/Model";
    private const string FormsFolder = "firmware/SensorNode.Portable/Forms";

    /// <param name="options">What follows the verb: <c>--check</c>, <c>--root DIR</c>.</param>
    public static int Run(string[] options, TextWriter output, TextWriter error)
    {
        bool check = false;
        string? root = null;
        for (int index = 0; index < options.Length; index++)
        {
            switch (options[index])
            {
                case "--check":
                    check = true;
                    break;
                case "--root" when index + 1 < options.Length:
                    root = options[++index];
                    break;
                default:
                    throw new UsageException($"generate does not take '{options[index]}'");
            }
        }

        root ??= Checkout.Find();
        if (!Directory.Exists(Path.Combine(root, Folder)))
        {
            throw new UsageException($"'{root}' is no checkout: it has no {Folder}");
        }

        (string Path, string Text)[] files;
        try
        {
            files = [.. TwinModel(root), .. StraightLine(root), .. GeneratedSections.Pages(root), .. WiringDrawing.All(root), .. OpenApiFile.All(root)];
        }
        catch (ModelException exception)
        {
            error.WriteLine($"error: {exception.Message}");
            return Verbs.Failed;
        }

        return check ? Check(files, output, error) : Write(files, output);
    }

    private static (string Path, string Text)[] TwinModel(string root)
    {
        string folder = Path.Combine(root, Folder);
        TwinLimits limits = TwinLimits.Load(Path.Combine(folder, "vibrationNode-1.limits.json"));
        DtdlModel model = DtdlModel.Load(Path.Combine(folder, "vibrationNode-1.json"));
        limits.CheckAgainst(model);
        return
        [
            (Path.Combine(folder, "TwinModel.g.cs"), TwinModelWriter.Write(limits)),
            (Path.Combine(root, FormsFolder, "TwinForms.g.cs"), TwinModelWriter.WriteForms(limits, model)),
        ];
    }

    private static IEnumerable<(string Path, string Text)> StraightLine(string root) =>
        FftFiles.All().Append((Name: HalfBandFile.Name, Text: HalfBandFile.Write()))
            .Select(file => (Path.Combine(root, FftFiles.Folder, file.Name), file.Text));

    private static int Check((string Path, string Text)[] files, TextWriter output, TextWriter error)
    {
        int code = Verbs.Done;
        foreach ((string path, string text) in files)
        {
            if (File.Exists(path) && File.ReadAllText(path) == text)
            {
                output.WriteLine($"{path} is what generate writes");
            }
            else
            {
                error.WriteLine($"error: {path} is not what generate writes; run: dotnet run -c Release --project tools/DeviceTwin.Bench -- generate");
                code = Verbs.Failed;
            }
        }

        return code;
    }

    private static int Write((string Path, string Text)[] files, TextWriter output)
    {
        foreach ((string path, string text) in files)
        {
            File.WriteAllText(path, text);
            output.WriteLine($"wrote {path}");
        }

        return Verbs.Done;
    }
}
