using DeviceTwin.Storage;
using DeviceTwin.Storage.Sequence;

namespace DeviceTwin.Tests.Hub.Fleet;

internal partial class ManualStore
{
    /// <summary>What a hub that starts on this store finds: the windows committed last.</summary>
    public StoredSequences ReadSequences()
    {
        var windows = new List<SequenceWindow>();
        var counters = new Dictionary<string, long>();
        foreach (var change in Committed)
        {
            switch (change)
            {
                case PutSequence { Window: var window }:
                    windows.RemoveAll(known => known.DeviceId == window.DeviceId && known.BootId == window.BootId);
                    windows.Add(window);
                    break;
                case DropSequence drop:
                    windows.RemoveAll(known => known.DeviceId == drop.DeviceId && known.BootId == drop.BootId);
                    break;
                case StoreChange.Count count:
                    counters[count.Name] = counters.GetValueOrDefault(count.Name) + count.By;
                    break;
            }
        }

        return new StoredSequences(windows, counters);
    }

    /// <summary>The process ends: what waits is gone without a word.</summary>
    public void Forget() => queue.Clear();
}
