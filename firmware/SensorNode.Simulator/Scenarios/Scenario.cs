#nullable enable

using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.SensorNode.Simulator.Board;
using DeviceTwin.SensorNode.Simulator.Machines;

namespace DeviceTwin.SensorNode.Simulator.Scenarios;

/// <summary>What happens to some nodes in a piece of virtual time. Written as a short text, a line each: see <see cref="ScenarioCatalogue"/>.</summary>
public sealed record Scenario
{
    private const int MostNodes = 100;

    private static readonly string[] Methods = ["acknowledgeAlarm", "relearnBaseline", "capture", "getTrace", "reboot"];

    /// <summary>Decides everything random.</summary>
    public int Seed { get; init; } = 1;

    public int Nodes { get; init; } = 6;

    /// <summary>Length of the bad part, in milliseconds.</summary>
    public long ForMs { get; init; } = 24 * 3_600_000L;

    /// <summary>Interval of captures and of features, in milliseconds.</summary>
    public long CaptureMs { get; init; } = 60_000;

    /// <summary>What happens, in the order of time.</summary>
    public IReadOnlyList<ScenarioStep> Steps { get; init; } = [];

    /// <summary>Reads a scenario.</summary>
    /// <exception cref="ScenarioException">A line is not understood.</exception>
    public static Scenario Parse(string text)
    {
        var scenario = new Scenario();
        var steps = new List<ScenarioStep>();
        string[] lines = text.Split('\n');
        for (int index = 0; index < lines.Length; index++)
        {
            string line = lines[index].Split('#')[0].Trim();
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0)
            {
                continue;
            }

            var reader = new Reader(index + 1);
            if (words[0] == "at")
            {
                ScenarioStep step = reader.Step(words);
                if (step.Node > scenario.Nodes)
                {
                    throw reader.Error($"there is no node {step.Node}: the scenario has {scenario.Nodes}; 'nodes COUNT' at the top makes it more");
                }

                if (step.AtMs >= scenario.ForMs)
                {
                    throw reader.Error($"it happens after the end; 'for DURATION' at the top says when that is, and is {Duration(scenario.ForMs)}");
                }

                steps.Add(step);
            }
            else if (steps.Count > 0)
            {
                throw reader.Error($"'{words[0]}' belongs before the first 'at'");
            }
            else
            {
                scenario = reader.Head(scenario, words);
            }
        }

        // Lines of one moment happen as they are written.
        return scenario with { Steps = [.. steps.OrderBy(step => step.AtMs)] };
    }

    /// <summary>The text that <see cref="Parse"/> reads.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"seed {Seed}\nnodes {Nodes}\nfor {Duration(ForMs)}\ncapture every {Duration(CaptureMs)}\n");
        foreach (ScenarioStep step in Steps)
        {
            TimeSpan at = TimeSpan.FromMilliseconds(step.AtMs);
            text.Append(CultureInfo.InvariantCulture, $"at {(int)at.TotalHours:00}:{at.Minutes:00}:{at.Seconds:00} ");
            text.Append(step.Node == 0 ? "" : $"node {step.Node} ");
            string pattern = ScenarioCatalogue.Acts.First(row => row.Act == step.Act).Pattern;
            bool isSecond = false;
            text.AppendJoin(' ', pattern.Split(' ').Select(word =>
            {
                string? value = Write(word, step, isSecond || !pattern.Contains("DURATION for", StringComparison.Ordinal));
                isSecond |= word == "DURATION";
                return value ?? word;
            }));
            text.Append('\n');
        }

        return text.ToString();
    }

    /// <summary>A duration as it is written in a scenario.</summary>
    public static string Duration(long ms) =>
        ms % 3_600_000 == 0 && ms != 0 ? $"{ms / 3_600_000}h" : ms % 60_000 == 0 && ms != 0 ? $"{ms / 60_000}m" : ms % 1000 == 0 ? $"{ms / 1000}s" : $"{ms}ms";

    private static string? Write(string word, ScenarioStep step, bool isLength) => word switch
    {
        "DURATION" => Duration(isLength ? step.ForMs : step.Amount),
        "OFFSET" => (step.Amount < 0 ? "-" : "+") + Duration(Math.Abs(step.Amount)),
        "PERCENT" => $"{step.Amount}%",
        "PPM" or "COUNT" or "NUMBER" => step.Amount.ToString(CultureInfo.InvariantCulture),
        "CUT" or "KIND" or "PROPERTY" or "METHOD" => step.Word,
        "VALUE" => step.Value,
        _ => null,
    };

    /// <summary>The kind of machine of a word, or null.</summary>
    internal static MachineKind? Kind(string word) => Enum.GetValues<MachineKind>().Cast<MachineKind?>().FirstOrDefault(kind => MachineFactory.Word(kind!.Value) == word);

    /// <summary>The cut of a word, or null.</summary>
    internal static PowerCut? Cut(string word) => word switch
    {
        "before" => PowerCut.Before,
        "inside" => PowerCut.Torn,
        "after" => PowerCut.After,
        _ => null,
    };

    /// <summary>Reads one line.</summary>
    private sealed class Reader(int line)
    {
        public ScenarioException Error(string message) => new(line, message);

        public Scenario Head(Scenario scenario, string[] words)
        {
            foreach ((string pattern, _) in ScenarioCatalogue.Head)
            {
                string[] expected = pattern.Split(' ');
                if (expected[0] != words[0])
                {
                    continue;
                }

                ScenarioStep read = Match(expected, words, 0, new ScenarioStep(0, 0, default), pattern);
                return expected[0] switch
                {
                    "seed" => scenario with { Seed = (int)read.Amount },
                    "nodes" => read.Amount <= MostNodes ? scenario with { Nodes = (int)read.Amount } : throw Error($"at most {MostNodes} nodes"),
                    "for" => scenario with { ForMs = read.ForMs },
                    _ => read.ForMs >= 1000 && read.ForMs % 1000 == 0
                        ? scenario with { CaptureMs = read.ForMs }
                        : throw Error("captures are taken every so many whole seconds"),
                };
            }

            throw Error($"'{words[0]}' is nothing that a scenario says; there are: at, {string.Join(", ", ScenarioCatalogue.Head.Select(row => row.Pattern.Split(' ')[0]))}");
        }

        public ScenarioStep Step(string[] words)
        {
            if (words.Length < 3)
            {
                throw Error("write 'at TIME' and what happens, such as: at 02:00 radio down for 20m");
            }

            long atMs = Time(words[1]);
            int from = 2;
            int node = 0;
            if (words[2] == "node")
            {
                node = words.Length > 3 && int.TryParse(words[3], NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0
                    ? number
                    : throw Error("'node' is followed by its number, from 1");
                from = 4;
            }

            string what = string.Join(' ', words.Skip(from));
            ScenarioCatalogue.Row[] rows = [.. ScenarioCatalogue.Acts.Where(row => from < words.Length && row.Pattern.Split(' ')[0] == words[from])];
            if (rows.Length == 0)
            {
                throw Error($"'{what}' is nothing that can happen; there are: {string.Join(", ", ScenarioCatalogue.Acts.Select(row => row.Pattern.Split(' ')[0]).Distinct())}");
            }

            // Of the rows that begin alike the one that has as many words, and as many of them.
            ScenarioCatalogue.Row best = rows.OrderByDescending(row => Likeness(row.Pattern.Split(' '), words, from)).First();
            return Match(best.Pattern.Split(' '), words, from, new ScenarioStep(atMs, node, best.Act), best.Pattern);
        }

        private static int Likeness(string[] expected, string[] words, int from)
        {
            int alike = expected.Length == words.Length - from ? 1 : 0;
            for (int index = 0; index < expected.Length && from + index < words.Length; index++)
            {
                alike += expected[index] == words[from + index] ? 2 : 0;
            }

            return alike;
        }

        private ScenarioStep Match(string[] expected, string[] words, int from, ScenarioStep step, string pattern)
        {
            if (words.Length - from != expected.Length)
            {
                throw Error($"'{string.Join(' ', words.Skip(from))}' is not complete, or too much; write: {pattern}");
            }

            for (int index = 0; index < expected.Length; index++)
            {
                string word = words[from + index];
                bool isLength = index + 1 == expected.Length;
                ScenarioStep? taken = expected[index] switch
                {
                    "DURATION" => Length(word) is { } ms ? isLength ? step with { ForMs = ms } : step with { Amount = ms } : null,
                    "OFFSET" => word[0] is '+' or '-' && Length(word[1..]) is { } ms ? step with { Amount = word[0] == '-' ? -ms : ms } : null,
                    "PERCENT" => word[^1] == '%' && Whole(word[..^1], 0, 100) is { } percent ? step with { Amount = percent } : null,
                    "PPM" => Whole(word, -500, 500) is { } ppm ? step with { Amount = ppm } : null,
                    "COUNT" => Whole(word, 1, int.MaxValue) is { } count ? step with { Amount = count } : null,
                    "NUMBER" => Whole(word, 0, int.MaxValue) is { } number ? step with { Amount = number } : null,
                    "CUT" => Cut(word) is null ? null : step with { Word = word },
                    "KIND" => Kind(word) is null ? null : step with { Word = word },
                    "PROPERTY" => word.Count(character => character == '.') == 1 ? step with { Word = word } : null,
                    "VALUE" => IsJson(word) ? step with { Value = word } : null,
                    "METHOD" => Methods.Contains(word) ? step with { Word = word } : null,
                    _ => word == expected[index] ? step : throw Error($"'{word}' where '{expected[index]}' belongs; write: {pattern}"),
                };
                step = taken ?? throw Error(
                    $"'{word}' is no {expected[index]}: {ScenarioCatalogue.Values.First(row => row.Word == expected[index]).Hint}; write: {pattern}");
            }

            return step;
        }

        private long Time(string word)
        {
            string[] parts = word.Split(':');
            long[] numbers = [.. parts.Select(part => part.Length == 2 && Whole(part, 0, 99) is { } number ? number : -1)];
            return parts.Length is 2 or 3 && numbers.All(number => number >= 0) && numbers.Skip(1).All(number => number < 60)
                ? ((((numbers[0] * 60) + numbers[1]) * 60) + numbers.ElementAtOrDefault(2)) * 1000
                : throw Error($"'{word}' is no TIME: {ScenarioCatalogue.Values[0].Hint}");
        }

        private static long? Whole(string word, long least, long most) =>
            long.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) && number >= least && number <= most ? number : null;

        private static long? Length(string word)
        {
            int digits = word.TakeWhile(char.IsAsciiDigit).Count();
            long? unit = word[digits..] switch
            {
                "ms" => 1,
                "s" => 1000,
                "m" => 60_000,
                "h" => 3_600_000,
                _ => null,
            };
            return unit is { } factor && Whole(word[..digits], 1, 1_000_000) is { } number ? number * factor : null;
        }

        private static bool IsJson(string word)
        {
            try
            {
                _ = JsonNode.Parse(word);
                return true;
            }
            catch (JsonException)
            {
                return false;
            }
        }
    }
}
