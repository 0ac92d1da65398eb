namespace DeviceTwin.Tests.SensorNode.Gate.Firmware;

/// <summary>One source file of the firmware, or a snippet that stands for one.</summary>
/// <param name="Path">Path below <c>firmware/</c> with forward slashes (<c>SensorNode/Signal/Division.cs</c>).</param>
/// <param name="Text">The C# source.</param>
internal sealed record SourceFile(string Path, string Text);
