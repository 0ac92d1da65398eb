namespace DeviceTwin.SensorNode.Link;

/// <summary>What the lanes of an outbox share: each makes it for a call and lets it go behind it.</summary>
internal sealed class OutboxScratch
{
    private RecordScratch _records;

    /// <summary>Room for codecs, made when it is needed.</summary>
    public RecordScratch Records()
    {
        if (_records == null)
        {
            _records = new RecordScratch();
        }

        return _records;
    }

    /// <summary>It is not needed any more.</summary>
    public void Release()
    {
        _records = null;
    }
}
