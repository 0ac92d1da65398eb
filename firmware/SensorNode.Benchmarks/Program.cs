using System;

namespace DeviceTwin.SensorNode.Benchmarks;

/// <summary>
/// Prints one line per golden vector: its name and the SHA-256 of what this runtime computes. Runs on a board or on the virtual device;
/// the lines must equal those of golden.json, which the tests compare with .NET.
/// </summary>
public static class Program
{
    /// <summary>Entry point.</summary>
    public static void Main()
    {
        var vectors = new GoldenVectors();
        for (int i = 0; i < GoldenVectors.Count; i++)
        {
            Console.WriteLine(GoldenVectors.Name(i) + " " + vectors.Hash(i));
        }

        Console.WriteLine("done");
    }
}
