using System.Globalization;
using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Bench.Evaluation.Trends;

/// <summary>
/// Labelled telemetry of a pump at one sample per second (SKAB): eight channels, of which the first <see cref="Learned"/> samples are learned
/// from, as that set's own comparisons do, and the others are ranked.
/// </summary>
/// <param name="Channels">Values by channel.</param>
/// <param name="IsAnomalous">Label of each sample.</param>
public sealed record PumpSeries(double[][] Channels, bool[] IsAnomalous)
{
    /// <summary>Samples that are learned from.</summary>
    public const int Learned = 400;

    private const int ChannelCount = 8;

    /// <summary>Weight of a new distance in its running mean: faults of a pump last for more than a second.</summary>
    private const double Weight = 1.0 / 8;

    /// <summary>Distance in standard deviations beyond which a sample counts no more.</summary>
    private const double Largest = 12;

    /// <summary>Largest value that the channel's range while learning is stretched to: the firmware's levels are integers.</summary>
    private const double LearnedRange = 8000;

    /// <summary>Reads a file; null where it has no labels.</summary>
    public static PumpSeries? Read(TrendItem item)
    {
        string[][] rows = [.. File.ReadLines(item.Path).Where(line => line.Length > 0).Select(line => line.Split(';'))];
        int label = Array.IndexOf(rows[0], "anomaly");
        if (label < 0 || rows.Length <= Learned + 1)
        {
            return null;
        }

        return new PumpSeries(
            [.. Enumerable.Range(1, ChannelCount).Select(column => rows.Skip(1).Select(row => Number(row[column])).ToArray())],
            [.. rows.Skip(1).Select(row => Number(row[label]) > 0)]);
    }

    /// <summary>
    /// The score: the distance of each channel from what the firmware's <see cref="RobustLevel"/> learned, held, averaged over some samples,
    /// squared and added up.
    /// </summary>
    public double[] Score() => Sum(Channels.Select(channel => Running(Distances(channel), Weight)).ToArray());

    /// <summary>Hotelling's T² from mean and covariance of the learned samples.</summary>
    /// <param name="weight">Weight of a new sample in the running mean of its channel; 1 = the plain rule.</param>
    public double[] TSquared(double weight = 1) => Hotelling([.. Channels.Select(channel => Running(channel, weight))]);

    /// <summary>T² of the same running means as those of the score: what of the score's lead is only the averaging.</summary>
    public double[] SmoothTSquared() => TSquared(Weight);

    /// <summary>Area under the ROC curve of a score over the samples that were not learned from.</summary>
    public double Auc(double[] score)
    {
        (double Score, bool IsAnomalous)[] samples = [.. score.Zip(IsAnomalous).Skip(Learned).OrderBy(sample => sample.First)];
        double positives = samples.Count(sample => sample.IsAnomalous);
        double ranks = 0;
        for (int i = 0; i < samples.Length;)
        {
            int end = i;
            while (end < samples.Length && samples[end].Score == samples[i].Score)
            {
                end++;
            }

            // Ties share their mean rank.
            ranks += samples[i..end].Count(sample => sample.IsAnomalous) * (i + end + 1) / 2.0;
            i = end;
        }

        return (ranks - (positives * (positives + 1) / 2)) / (positives * (samples.Length - positives));
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static double[] Distances(double[] channel)
    {
        double origin = channel[0];
        double range = channel.Take(Learned).Max(value => Math.Abs(value - origin));
        double scale = range > 0 ? LearnedRange / range : 1;
        var level = new RobustLevel();
        int[] values = [.. channel.Select(value => (int)Math.Round(Math.Clamp((value - origin) * scale, -RobustLevel.LargestValue, RobustLevel.LargestValue)))];
        foreach (int value in values.Take(Learned))
        {
            level.Learn(value, Learned, 1, RobustLevel.LargestValue);
        }

        return [.. values.Select(value => Math.Clamp(level.MilliSigma(value) / 1000.0, -Largest, Largest))];
    }

    private static double[] Running(double[] values, double weight)
    {
        double mean = values[0];
        return [.. values.Select(value => mean += weight * (value - mean))];
    }

    private static double[] Sum(double[][] distances) =>
        [.. Enumerable.Range(0, distances[0].Length).Select(i => distances.Sum(channel => channel[i] * channel[i]))];

    private static double[] Hotelling(double[][] channels)
    {
        int count = channels.Length;
        double[] means = [.. channels.Select(channel => channel.Take(Learned).Average())];
        double[][] inverse = Inverse([.. Enumerable.Range(0, count).Select(i => Enumerable.Range(0, count).Select(j => Covariance(i, j)).ToArray())]);
        return [.. Enumerable.Range(0, channels[0].Length).Select(sample => Distance(sample))];

        double Covariance(int i, int j) =>
            Enumerable.Range(0, Learned).Sum(sample => (channels[i][sample] - means[i]) * (channels[j][sample] - means[j])) / (Learned - 1);

        double Distance(int sample)
        {
            double sum = 0;
            for (int i = 0; i < count; i++)
            {
                for (int j = 0; j < count; j++)
                {
                    sum += (channels[i][sample] - means[i]) * inverse[i][j] * (channels[j][sample] - means[j]);
                }
            }

            return sum;
        }
    }

    /// <summary>Gauss and Jordan with column pivots; a hair is added to the diagonal, so that a constant channel does not stop it.</summary>
    private static double[][] Inverse(double[][] matrix)
    {
        int count = matrix.Length;
        double[][] rows = [.. matrix.Select((row, i) => row.Concat(Enumerable.Range(0, count).Select(j => i == j ? 1.0 : 0.0)).ToArray())];
        for (int i = 0; i < count; i++)
        {
            rows[i][i] += 1e-12;
        }

        for (int i = 0; i < count; i++)
        {
            int pivot = Enumerable.Range(i, count - i).MaxBy(row => Math.Abs(rows[row][i]));
            (rows[i], rows[pivot]) = (rows[pivot], rows[i]);
            double divisor = rows[i][i];
            rows[i] = [.. rows[i].Select(value => value / divisor)];
            for (int k = 0; k < count; k++)
            {
                if (k != i)
                {
                    double factor = rows[k][i];
                    rows[k] = [.. rows[k].Zip(rows[i], (value, other) => value - (factor * other))];
                }
            }
        }

        return [.. rows.Select(row => row[count..])];
    }
}
