namespace DeviceTwin.SensorNode.Link;

/// <summary>What the lanes of an outbox share while there is something on file.</summary>
internal sealed class OutboxScratch
{
    private RecordScratch _records;

    /// <summary>Room for codecs, made when it is first needed.</summary>
    public RecordScratch Records()
    {
        if (_records == null)
        {
            _records = new RecordScratch();
        }

        return _records;
    }

    /// <summary>Nothing is on file any more.</summary>
    public void Release()
    {
        _records = null;
    }
}
