namespace DeviceTwin.Bench.Generation;

/// <summary><c>generate</c>: the C# constants of the twin model from its JSON files.</summary>
public static class GenerateVerb
{
    private const string Folder = "firmware/SensorNode/Twin/Model";

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

        string folder = Path.Combine(root ?? Checkout.Find(), Folder);
        string target = Path.Combine(folder, "TwinModel.g.cs");
        TwinLimits limits;
        DtdlModel model;
        try
        {
            limits = TwinLimits.Load(Path.Combine(folder, "vibrationNode-1.limits.json"));
            model = DtdlModel.Load(Path.Combine(folder, "vibrationNode-1.json"));
            limits.CheckAgainst(model);
        }
        catch (ModelException exception)
        {
            error.WriteLine($"error: {exception.Message}");
            return Verbs.Failed;
        }

        string generated = TwinModelWriter.Write(limits, model);
        if (check)
        {
            if (File.Exists(target) && File.ReadAllText(target) == generated)
            {
                output.WriteLine($"{target} is what generate writes");
                return Verbs.Done;
            }

            error.WriteLine($"error: {target} is not what generate writes; run: dotnet run --project tools/DeviceTwin.Bench -- generate");
            return Verbs.Failed;
        }

        File.WriteAllText(target, generated);
        output.WriteLine($"wrote {target}");
        return Verbs.Done;
    }
}
