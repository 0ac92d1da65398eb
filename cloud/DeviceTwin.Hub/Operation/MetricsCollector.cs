using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace DeviceTwin.Hub.Operation;

/// <summary>
/// Adds up what the instruments of one meter measure, and writes it in Prometheus' text format 0.0.4. A family has a bounded number of
/// series: whatever would come on top is counted as <c>other</c>.
/// </summary>
internal sealed class MetricsCollector : IDisposable
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Series per family.</summary>
    public const int MaxSeries = 100;

    private const string Other = "other";
    private readonly MeterListener listener = new();
    private readonly ConcurrentDictionary<Instrument, Family> families = new();
    private readonly Lock collecting = new();

    public MetricsCollector(HubMetrics metrics)
    {
        var meter = metrics.Meter;
        listener.InstrumentPublished = (instrument, listening) =>
        {
            // Several hubs may live in one process, each with a meter of its own.
            if (ReferenceEquals(instrument.Meter, meter))
            {
                listening.EnableMeasurementEvents(instrument, families.GetOrAdd(instrument, Family.For));
            }
        };
        listener.SetMeasurementEventCallback<int>((_, value, tags, state) => ((Family)state!).Take(value, tags));
        listener.SetMeasurementEventCallback<long>((_, value, tags, state) => ((Family)state!).Take(value, tags));
        listener.SetMeasurementEventCallback<double>((_, value, tags, state) => ((Family)state!).Take(value, tags));
        listener.Start();
    }

    /// <summary>The names of all families, with their sentences: what the documentation lists.</summary>
    public IEnumerable<(string Name, string Type, string Sentence)> Catalogue =>
        families.Values.Select(family => (family.Name, family.Type, family.Sentence)).OrderBy(family => family.Name, StringComparer.Ordinal);

    public string Collect()
    {
        lock (collecting)
        {
            listener.RecordObservableInstruments();
            var text = new StringBuilder();
            foreach (var family in families.Values.OrderBy(family => family.Name, StringComparer.Ordinal))
            {
                family.Write(text);
            }

            return text.ToString();
        }
    }

    public void Dispose() => listener.Dispose();

    private abstract class Family(Instrument instrument)
    {
        private readonly ConcurrentDictionary<(string? First, string? Second), Series> series = new();
        private string[] labels = [];

        public string Name => instrument.Name;

        public abstract string Type { get; }

        public string Sentence => instrument.Description ?? "";

        protected abstract bool Adds { get; }

        protected virtual double[] Bounds => [];

        public static Family For(Instrument instrument) => instrument switch
        {
            Histogram<double> histogram => new Spread(histogram),
            Counter<long> => new Count(instrument, adds: true),
            ObservableCounter<double> or ObservableCounter<long> => new Count(instrument, adds: false),
            _ => new Level(instrument),
        };

        public void Take(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (labels.Length != tags.Length)
            {
                labels = [.. tags.ToArray().Select(tag => tag.Key)];
            }

            var key = (tags.Length > 0 ? tags[0].Value as string : null, tags.Length > 1 ? tags[1].Value as string : null);
            if (!series.TryGetValue(key, out var found))
            {
                key = series.Count < MaxSeries ? key : (key.Item1 is null ? null : Other, key.Item2 is null ? null : Other);
                found = series.GetOrAdd(key, _ => new Series(Bounds));
            }

            found.Take(value, Adds);
        }

        public void Write(StringBuilder text)
        {
            text.Append(CultureInfo.InvariantCulture, $"# HELP {Name} {Sentence}\n# TYPE {Name} {Type}\n");
            if (series.IsEmpty && labels.Length == 0 && Type == "histogram")
            {
                // A histogram that never saw anything is still there, with zeros.
                new Series(Bounds).Write(text, Name, "");
            }

            foreach (var (key, one) in series.OrderBy(entry => entry.Key.First, StringComparer.Ordinal).ThenBy(entry => entry.Key.Second, StringComparer.Ordinal))
            {
                one.Write(text, Name, string.Join(',', labels.Zip(new[] { key.First, key.Second }, (label, value) => $"{label}=\"{Escape(value ?? "")}\"")));
            }
        }

        private static string Escape(string value) => value.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n");
    }

    private sealed class Count(Instrument instrument, bool adds) : Family(instrument)
    {
        public override string Type => "counter";

        protected override bool Adds => adds;
    }

    private sealed class Level(Instrument instrument) : Family(instrument)
    {
        public override string Type => "gauge";

        protected override bool Adds => false;
    }

    private sealed class Spread(Histogram<double> instrument) : Family(instrument)
    {
        private readonly double[] bounds = [.. instrument.Advice?.HistogramBucketBoundaries ?? []];

        public override string Type => "histogram";

        protected override bool Adds => true;

        protected override double[] Bounds => bounds;
    }

    private sealed class Series(double[] bounds)
    {
        private readonly Lock gate = new();
        private readonly long[] buckets = new long[bounds.Length];
        private double sum;
        private long count;

        public void Take(double value, bool adds)
        {
            lock (gate)
            {
                sum = adds ? sum + value : value;
                count++;
                for (var index = 0; index < bounds.Length; index++)
                {
                    if (value <= bounds[index])
                    {
                        buckets[index]++;
                        break;
                    }
                }
            }
        }

        public void Write(StringBuilder text, string name, string labels)
        {
            lock (gate)
            {
                if (bounds.Length == 0)
                {
                    text.Append(name).Append(labels.Length == 0 ? "" : $"{{{labels}}}").Append(' ').Append(Number(sum)).Append('\n');
                    return;
                }

                var below = 0L;
                for (var index = 0; index < bounds.Length; index++)
                {
                    below += buckets[index];
                    text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{le=\"{Number(bounds[index])}\"}} {below}\n");
                }

                text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{le=\"+Inf\"}} {count}\n{name}_sum {Number(sum)}\n{name}_count {count}\n");
            }
        }

        private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
    }
}
