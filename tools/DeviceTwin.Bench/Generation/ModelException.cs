namespace DeviceTwin.Bench.Generation;

/// <summary>A model file contradicts itself or its neighbour; the message says where.</summary>
public sealed class ModelException(string message) : Exception(message);
