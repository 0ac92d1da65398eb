using System;
using DeviceTwin.SensorNode.Boards;

namespace DeviceTwin.SensorNode.Provisioning;

/// <summary>A PEM of an identity: in memory, or in a file from which it is read when it is asked for.</summary>
public sealed class PemText
{
    private string _text;
    private LongText _file;
    private IFiles _files;
    private int _most;

    /// <summary>A PEM in memory, or none.</summary>
    public PemText()
    {
    }

    /// <summary>A PEM in a file.</summary>
    /// <param name="most">Bytes that are read of it.</param>
    public PemText(IFiles files, LongText file, int most)
    {
        _files = files;
        _file = file;
        _most = most;
    }

    /// <summary>The text; null where there is none or its file cannot be read.</summary>
    public string Read()
    {
        if (_file == null)
        {
            return _text;
        }

        try
        {
            return _file.Read(_files, _most);
        }
        catch (Exception)
        {
            // Without it no connection comes about, and the next attempt reads again.
            return null;
        }
    }

    /// <summary>Has it in memory.</summary>
    public void Set(string text)
    {
        _text = text;
        _file = null;
    }

    /// <summary>Has it where another one has it.</summary>
    public void SetFile(PemText other)
    {
        _files = other._files;
        _file = other._file;
        _most = other._most;
    }
}
