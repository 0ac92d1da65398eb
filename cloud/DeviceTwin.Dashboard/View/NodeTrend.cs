namespace DeviceTwin.Dashboard.View;

/// <summary>A stretch of a node's past.</summary>
/// <param name="Resolution"><c>raw</c>, <c>minute</c>, <c>hour</c> or <c>day</c>: what a sample is the mean of.</param>
/// <param name="Samples">Oldest first.</param>
public sealed record NodeTrend(string Resolution, IReadOnlyList<TrendSample> Samples);

/// <summary>Means of what was measured from <paramref name="At"/> on; null where nothing was.</summary>
public sealed record TrendSample(DateTimeOffset At, double? VelocityUmPerSecond, double? TemperatureCentiCelsius);
