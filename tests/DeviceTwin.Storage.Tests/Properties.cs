using FsCheck;
using FsCheck.Fluent;

namespace DeviceTwin.Tests.Storage;

internal static class Properties
{
    /// <summary>Runs a property on cases from a fixed seed; a failure shows the smallest case found and its seed.</summary>
    public static void Check<T>(Gen<T> generator, Action<T> property, int cases = 300) => FsCheck.Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(cases).WithReplay(20261122, 7),
        Prop.ForAll(generator.ToArbitrary(), property));
}
