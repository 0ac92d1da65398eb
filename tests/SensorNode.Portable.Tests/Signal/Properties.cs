using FsCheck;
using FsCheck.Fluent;

namespace DeviceTwin.Tests.SensorNode.Portable.Signal;

/// <summary>How property tests run here: the same cases every time, and enough of them in the time there is.</summary>
internal static class Properties
{
    /// <summary>Throws on the first counterexample.</summary>
    public static Config Config { get; } = Config.QuickThrowOnFailure.WithMaxTest(100).WithReplay(20260401, 7);

    /// <summary>Seeds of random signals.</summary>
    public static Arbitrary<int> Seeds { get; } = Gen.Choose(0, int.MaxValue).ToArbitrary();
}
