namespace DeviceTwin.Tests.Provisioning.Dialogue;

/// <summary>Hears of progress at once, on the thread that tells of it.</summary>
internal sealed class Listener<T>(Action<T> hear) : IProgress<T>
{
    public void Report(T value) => hear(value);
}
