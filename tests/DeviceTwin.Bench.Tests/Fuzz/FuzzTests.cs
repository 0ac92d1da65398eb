using DeviceTwin.Bench;
using DeviceTwin.Bench.Soak.Fuzz;

namespace DeviceTwin.Tests.Bench.Fuzz;

/// <summary>Spoilt inputs break no parser, and the fuzzer finds those that would.</summary>
[NonParallelizable]
public sealed class FuzzTests
{
    [Test]
    public void No_spoilt_input_breaks_a_parser()
    {
        var (code, output, error) = VerbsTests.Run("soak", "fuzz", "--seed", "20261122", "--inputs", "150000", "--for", "60s");
        Assert.That(code, Is.EqualTo(Verbs.Done), error);
        Assert.That(output, Does.Contain("0 failures"));
    }

    [TestCaseSource(typeof(FuzzTargets), nameof(FuzzTargets.All))]
    public void Every_parser_takes_its_corpus(FuzzTarget target)
    {
        foreach (var good in target.Corpus)
        {
            // Once before: what is made at first use is nobody's input.
            target.Parse(good);
            Assert.That(Fuzzer.Judge(target, good, out _, out _), Is.Null);
        }
    }

    [Test]
    public void An_input_is_the_same_whenever_it_is_made()
    {
        var target = FuzzTargets.All[0];
        Assert.That(Mutator.Make(target, 7, 12345), Is.EqualTo(Mutator.Make(target, 7, 12345)));
        Assert.That(Enumerable.Range(0, 200).Select(number => Convert.ToHexString(Mutator.Make(target, 7, number))).Distinct().Count(), Is.GreaterThan(150));
    }

    [Test]
    public void An_escaping_exception_is_found_and_cut_down_to_what_it_takes()
    {
        var failure = Broken(bytes => _ = bytes.AsSpan().IndexOf("}}"u8) >= 0 ? throw new FormatException("two") : 0);
        Assert.That((failure.What, Convert.ToHexString(failure.Input)), Is.EqualTo(("throws FormatException: two", "7D7D")));
        Assert.That(Fuzzer.Judge(failure.Target, Mutator.Make(failure.Target, failure.Seed, failure.Number), out _, out _), Is.Not.Null, "the number leads to it again");
    }

    [Test]
    public void Memory_beyond_the_input_is_found()
    {
        var failure = Broken(bytes => GC.KeepAlive(bytes.Contains((byte)'[') ? new byte[100_000] : []));
        Assert.That(failure.What, Does.StartWith("allocates 100"));
        Assert.That(failure.Input, Is.EqualTo("["u8.ToArray()));
    }

    [Test]
    public void Work_beyond_the_input_is_found()
    {
        var failure = Broken(bytes =>
        {
            // As a loop that never comes to its end would, but for so long only.
            var until = Environment.TickCount64 + (bytes.Contains((byte)'[') ? 30 : 0);
            SpinWait.SpinUntil(() => Environment.TickCount64 >= until);
        }, inputs: 10, slow: TimeSpan.FromMilliseconds(20));
        Assert.That(failure.What, Does.StartWith("takes "));
    }

    private static FuzzFailure Broken(Action<byte[]> parse, int inputs = 60, TimeSpan? slow = null)
    {
        var target = new FuzzTarget("broken", ["{\"a\":{\"b\":1}}"u8.ToArray()], ["}"u8.ToArray(), "["u8.ToArray()], bytes =>
        {
            if (!bytes.AsSpan().SequenceEqual("{\"a\":{\"b\":1}}"u8))
            {
                parse(bytes);
            }
        }, 64, 4096);
        var fuzzer = slow is null ? new Fuzzer([target], 1) : new Fuzzer([target], 1) { Slow = slow.Value };
        fuzzer.Run(inputs, TimeSpan.FromSeconds(60), 1);
        return fuzzer.Failures.Single();
    }
}
