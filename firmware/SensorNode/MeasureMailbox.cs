using DeviceTwin.SensorNode.Methods;

namespace DeviceTwin.SensorNode;

/// <summary>
/// Hands one request of the talk loop to the measure loop, and its result back. Both loops may call at once: talk through
/// <see cref="IMeasureRequests"/>, measure through <see cref="Take"/> and <see cref="Answer"/>.
/// </summary>
public sealed class MeasureMailbox : IMeasureRequests
{
    private readonly object _gate = new object();
    private int _request;
    private int _argument;
    private bool _isTaken;
    private bool _isAbandoned;
    private MeasureResult _result;

    /// <inheritdoc/>
    public bool Post(int request, int argument)
    {
        lock (_gate)
        {
            if (_request != MeasureRequest.None)
            {
                return false;
            }

            _request = request;
            _argument = argument;
            _isTaken = false;
            _isAbandoned = false;
            _result = null;
            return true;
        }
    }

    /// <inheritdoc/>
    public MeasureResult TakeResult()
    {
        lock (_gate)
        {
            MeasureResult result = _result;
            if (result != null)
            {
                _result = null;
                _request = MeasureRequest.None;
            }

            return result;
        }
    }

    /// <inheritdoc/>
    public void Abandon()
    {
        lock (_gate)
        {
            _isAbandoned = true;
            if (_result != null)
            {
                _result = null;
                _request = MeasureRequest.None;
            }
        }
    }

    /// <summary>Takes the request out, once.</summary>
    /// <returns>A constant of <see cref="MeasureRequest"/>.</returns>
    public int Take()
    {
        lock (_gate)
        {
            if (_isTaken)
            {
                return MeasureRequest.None;
            }

            _isTaken = _request != MeasureRequest.None;
            return _request;
        }
    }

    /// <summary>The argument of the request that was taken.</summary>
    public int Argument()
    {
        lock (_gate)
        {
            return _argument;
        }
    }

    /// <summary>Puts the result of the request in.</summary>
    /// <param name="payload">JSON: one object. Not changed any more.</param>
    public void Answer(int status, byte[] payload)
    {
        lock (_gate)
        {
            if (_isAbandoned)
            {
                _request = MeasureRequest.None;
            }
            else if (_request != MeasureRequest.None)
            {
                _result = new MeasureResult(status, payload);
            }
        }
    }
}
