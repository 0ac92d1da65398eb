using DeviceTwin.SensorNode.Twin.Json;

namespace DeviceTwin.SensorNode.Twin;

/// <summary>
/// What is desired, what is in force and what was acknowledged, property by property. A desired value that is not
/// acceptable by itself leaves the old one in force. What is acceptable changes component by component, in one go: where values
/// of a component do not go together, none of it changes. Each property that was asked for is answered in any case.
/// </summary>
public sealed class PropertyBook
{
    /// <summary>Strays acknowledged one by one; those beyond are counted in <see cref="Unacknowledged"/>.</summary>
    public const int MaximumStrays = 16;

    /// <summary>Longest name of a stray in bytes that is acknowledged by itself.</summary>
    public const int MaximumStrayName = 128;

    private readonly bool[] _isWanted = new bool[TwinModel.Count];
    private readonly byte[] _wantedToken = new byte[TwinModel.Count];
    private readonly int[] _wantedInteger = new int[TwinModel.Count];
    private readonly bool[] _isMet = new bool[TwinModel.Count];
    private readonly string[] _wantedText = new string[TwinModel.TextCount];
    private readonly int[] _wantedTextReason = new int[TwinModel.TextCount];
    private readonly string[] _wantedTextFault = new string[TwinModel.TextCount];

    // There while a document is applied.
    private SettingsValues _candidate;
    private byte[] _candidateReason;
    private readonly StrayProperty[] _strays = new StrayProperty[MaximumStrays];

    private readonly TextRule _textRule;
    private bool _isRepeat;

    /// <param name="values">Settings in force at the start.</param>
    /// <param name="textRule">Judges texts.</param>
    public PropertyBook(SettingsValues values, TextRule textRule)
    {
        _textRule = textRule;
        Values.CopyFrom(values);
        for (int index = 0; index < TwinModel.Count; index++)
        {
            Codes[index] = Acknowledgement.Initial;
        }
    }

    /// <summary>The settings in force. Changed only by <see cref="Apply"/>; copy them to keep them.</summary>
    public SettingsValues Values { get; } = new SettingsValues();

    /// <summary>Counts how often <see cref="Values"/> changed.</summary>
    public int Changes { get; private set; }

    /// <summary>Values rejected since the start.</summary>
    public int Rejections { get; private set; }

    /// <summary>Strays of the present document that have no acknowledgement of their own.</summary>
    public int Unacknowledged { get; private set; }

    /// <summary>Acknowledgement code per property.</summary>
    public short[] Codes { get; } = new short[TwinModel.Count];

    /// <summary>Acknowledged desired version per property.</summary>
    public int[] Versions { get; } = new int[TwinModel.Count];

    /// <summary>Reason of a rejection per property.</summary>
    public byte[] Reasons { get; } = new byte[TwinModel.Count];

    /// <summary>Per property: to be reported.</summary>
    public bool[] IsDirty { get; } = new bool[TwinModel.Count];

    /// <summary>Per property: part of the report under way.</summary>
    public bool[] IsInFlight { get; } = new bool[TwinModel.Count];

    /// <summary>What is wrong with the text that is desired at a place (<see cref="TwinModel.TextOf"/>); null where it is not malformed.</summary>
    public string TextFault(int place)
    {
        return _wantedTextFault[place];
    }

    /// <summary>A stray, or null where this place is free.</summary>
    /// <param name="place">0 to <see cref="MaximumStrays"/> - 1.</param>
    public StrayProperty Stray(int place)
    {
        return _strays[place];
    }

    /// <summary>Everything counts as not reported.</summary>
    public void MarkAll()
    {
        for (int index = 0; index < TwinModel.Count; index++)
        {
            IsDirty[index] = true;
        }

        for (int place = 0; place < MaximumStrays; place++)
        {
            if (_strays[place] != null)
            {
                _strays[place].IsDirty = true;
            }
        }
    }

    /// <summary>Whether something is to be reported.</summary>
    public bool HasNews()
    {
        for (int index = 0; index < TwinModel.Count; index++)
        {
            if (IsDirty[index])
            {
                return true;
            }
        }

        for (int place = 0; place < MaximumStrays; place++)
        {
            if (_strays[place] != null && _strays[place].IsDirty)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The report under way arrived: what was in it counts as reported, unless it changed since.</summary>
    public void Confirm()
    {
        for (int index = 0; index < TwinModel.Count; index++)
        {
            IsInFlight[index] = false;
        }

        for (int place = 0; place < MaximumStrays; place++)
        {
            StrayProperty stray = _strays[place];
            if (stray != null && stray.IsInFlight)
            {
                stray.IsInFlight = false;
                if (stray.Leaving && !stray.IsDirty)
                {
                    _strays[place] = null;
                }
            }
        }
    }

    /// <summary>The report under way may not have arrived: what was in it is to be reported again.</summary>
    public void Abandon()
    {
        for (int index = 0; index < TwinModel.Count; index++)
        {
            IsDirty[index] |= IsInFlight[index];
            IsInFlight[index] = false;
        }

        for (int place = 0; place < MaximumStrays; place++)
        {
            StrayProperty stray = _strays[place];
            if (stray != null && stray.IsInFlight)
            {
                stray.IsDirty = true;
                stray.IsInFlight = false;
            }
        }
    }

    /// <summary>Applies desired properties.</summary>
    /// <param name="reader">Stands behind the opening brace of a document that is known to be well formed; is read to the closing one.</param>
    /// <param name="isWhole">The document holds all desired properties: what is not in it is not desired. Else it is a patch.</param>
    /// <param name="version">The desired version it brings.</param>
    /// <param name="isRepeat">The same version was applied before: only what differs all the same is answered anew.</param>
    public void Apply(JsonReader reader, bool isWhole, int version, bool isRepeat)
    {
        _isRepeat = isRepeat;
        for (int index = 0; index < TwinModel.Count; index++)
        {
            _isMet[index] = false;
        }

        for (int place = 0; place < MaximumStrays; place++)
        {
            if (_strays[place] != null)
            {
                _strays[place].Seen = false;
            }
        }

        if (isWhole)
        {
            Unacknowledged = 0;
        }

        for (JsonToken token = reader.Next(); token == JsonToken.Name; token = reader.Next())
        {
            TakeFromRoot(reader, version);
        }

        if (isWhole)
        {
            ForgetWhatIsMissing();
        }

        _candidate = new SettingsValues();
        _candidateReason = new byte[TwinModel.Count];
        bool changed = false;
        for (int component = 0; component < TwinModel.ComponentCount; component++)
        {
            changed |= Settle(component, version);
        }

        _candidate = null;
        _candidateReason = null;

        if (changed)
        {
            Changes++;
        }
    }

    /// <summary>
    /// Looks through reported properties for acknowledgements of strays from before the start: nobody else would ever take them out.
    /// </summary>
    /// <param name="reader">Stands behind the opening brace of the reported properties; is read to the closing one.</param>
    public void AdoptStrays(JsonReader reader)
    {
        for (JsonToken token = reader.Next(); token == JsonToken.Name; token = reader.Next())
        {
            int component = SettingsCodec.ComponentNamed(reader);
            if (component < 0)
            {
                if (!IsFact(reader) && !reader.TextIs(HealthFacts.Component))
                {
                    Adopt(-1, reader);
                }

                reader.Skip(reader.Next());
                continue;
            }

            token = reader.Next();
            if (token != JsonToken.ObjectStart)
            {
                reader.Skip(token);
                continue;
            }

            int last = -1;
            for (token = reader.Next(); token == JsonToken.Name; token = reader.Next())
            {
                if (reader.TextIs("ac"))
                {
                    Adopt(component, null);
                }
                else if (!IsOfAcknowledgement(reader))
                {
                    int index = SettingsCodec.IndexNamed(reader, component, last);
                    last = index >= 0 ? index : last;
                    if (index < 0)
                    {
                        Adopt(component, reader);
                    }
                }

                reader.Skip(reader.Next());
            }
        }
    }

    private static bool IsFact(JsonReader reader)
    {
        for (int fact = 0; fact < TwinFacts.Count; fact++)
        {
            if (reader.TextIs(TwinFacts.Name(fact)))
            {
                return true;
            }
        }

        return reader.TextStartsWith('$');
    }

    private static bool IsOfAcknowledgement(JsonReader reader)
    {
        return reader.TextIs("__t") || reader.TextIs("av") || reader.TextIs("ad") || reader.TextIs("value");
    }

    private void Adopt(int component, JsonReader reader)
    {
        if (reader == null)
        {
            AdoptNamed(component, null);
        }
        else if (CanKeepName(reader))
        {
            AdoptNamed(component, reader.Text());
        }
    }

    private void AdoptNamed(int component, string name)
    {
        if (Find(component, name) == null)
        {
            StrayProperty stray = Claim(component, name);
            if (stray != null)
            {
                stray.Leaving = true;
                stray.IsDirty = true;
            }
        }
    }

    private void TakeFromRoot(JsonReader reader, int version)
    {
        if (reader.TextStartsWith('$'))
        {
            // $version and $metadata are the hub's.
            reader.Skip(reader.Next());
            return;
        }

        int component = SettingsCodec.ComponentNamed(reader);
        if (component < 0)
        {
            TakeStray(reader, -1, version);
            return;
        }

        JsonToken token = reader.Next();
        if (token != JsonToken.ObjectStart)
        {
            // Whatever stands in the place of the component, what was desired of it is desired no more.
            ForgetComponent(component, token == JsonToken.Null);
            if (token != JsonToken.Null)
            {
                Acknowledge(component, null, RejectReason.WrongType, version);
                reader.Skip(token);
            }

            return;
        }

        Release(component, null);
        int last = -1;
        for (token = reader.Next(); token == JsonToken.Name; token = reader.Next())
        {
            int index = SettingsCodec.IndexNamed(reader, component, last);
            if (index >= 0)
            {
                last = index;
                token = reader.Next();
                _isMet[index] = true;
                _isWanted[index] = token != JsonToken.Null;
                _wantedToken[index] = (byte)token;
                _wantedInteger[index] = Held(reader.Integer);
                if (TwinModel.TextOf(index) >= 0)
                {
                    TakeText(index, token, reader);
                }

                reader.Skip(token);
            }
            else if (reader.TextIs("__t"))
            {
                reader.Skip(reader.Next());
            }
            else
            {
                TakeStray(reader, component, version);
            }
        }
    }

    // No limit of the model lies as far out, so what is beyond is refused as it would have been.
    private static int Held(long number)
    {
        return number > int.MaxValue ? int.MaxValue : number < int.MinValue ? int.MinValue : (int)number;
    }

    // Judged at once, so that a text that is refused need not be kept.
    private void TakeText(int index, JsonToken token, JsonReader reader)
    {
        int place = TwinModel.TextOf(index);
        string text = "";
        int reason = Rules.Judge(index, token, 0);
        if (token == JsonToken.String && !_textRule.IsFitted(index, reader.TextLength()))
        {
            reason = RejectReason.NotFitted;
        }
        else if (token == JsonToken.String)
        {
            text = SettingsCodec.TextFor(index, reader);
            reason = text == null && reader.TextLength() > TwinModel.Maximum(index)
                ? RejectReason.AboveMaximum
                : Rules.JudgeText(index, text, _textRule);
        }

        _wantedTextReason[place] = reason;
        _wantedTextFault[place] = reason != RejectReason.Malformed ? null
            : text == null ? "the text holds characters that cannot be kept"
            : _textRule.Fault(index, text);
        _wantedText[place] = reason == RejectReason.None ? text : "";
        _wantedInteger[index] = _wantedText[place].Length;
    }

    // A name that comes back altered would acknowledge something nobody asked for.
    private static bool CanKeepName(JsonReader reader)
    {
        return reader.TextLength() <= MaximumStrayName && reader.IsTextPortable();
    }

    private void TakeStray(JsonReader reader, int component, int version)
    {
        string name = CanKeepName(reader) ? reader.Text() : null;
        JsonToken token = reader.Next();
        if (token == JsonToken.Null)
        {
            Release(component, name);
        }
        else if (name == null)
        {
            Unacknowledged++;
        }
        else
        {
            Acknowledge(component, name, RejectReason.UnknownProperty, version);
        }

        reader.Skip(token);
    }

    private void Acknowledge(int component, string name, int reason, int version)
    {
        StrayProperty stray = Find(component, name);
        if (stray == null)
        {
            stray = Claim(component, name);
        }

        if (stray == null)
        {
            Unacknowledged++;
            return;
        }

        stray.Seen = true;
        if (_isRepeat && !stray.Leaving && stray.Reason == reason && stray.Version == version)
        {
            return;
        }

        stray.Reason = reason;
        stray.Version = version;
        stray.Leaving = false;
        stray.IsDirty = true;
        Rejections++;
    }

    private void Release(int component, string name)
    {
        StrayProperty stray = Find(component, name);
        if (stray != null && !stray.Leaving)
        {
            stray.Leaving = true;
            stray.IsDirty = true;
        }
    }

    private StrayProperty Find(int component, string name)
    {
        for (int place = 0; place < MaximumStrays; place++)
        {
            if (_strays[place] != null && _strays[place].Is(component, name))
            {
                return _strays[place];
            }
        }

        return null;
    }

    private StrayProperty Claim(int component, string name)
    {
        for (int place = 0; place < MaximumStrays; place++)
        {
            if (_strays[place] == null)
            {
                _strays[place] = new StrayProperty();
                _strays[place].Component = component;
                _strays[place].Name = name;
                return _strays[place];
            }
        }

        return null;
    }

    // Whoever writes null asks for it of every property, and each is answered.
    private void ForgetComponent(int component, bool isAsked)
    {
        Release(component, null);
        for (int index = TwinModel.First(component); index < TwinModel.First(component + 1); index++)
        {
            _isMet[index] = isAsked || _isWanted[index];
            _isWanted[index] = false;
        }

        for (int place = 0; place < MaximumStrays; place++)
        {
            if (_strays[place] != null && _strays[place].Component == component)
            {
                Release(component, _strays[place].Name);
            }
        }
    }

    private void ForgetWhatIsMissing()
    {
        for (int index = 0; index < TwinModel.Count; index++)
        {
            if (!_isMet[index] && _isWanted[index])
            {
                _isMet[index] = true;
                _isWanted[index] = false;
            }
        }

        for (int place = 0; place < MaximumStrays; place++)
        {
            StrayProperty stray = _strays[place];
            if (stray != null && !stray.Seen)
            {
                Release(stray.Component, stray.Name);
            }
        }
    }

    // Judges all properties of a component against what is desired, then switches them in one go.
    private bool Settle(int component, int version)
    {
        int first = TwinModel.First(component);
        int end = TwinModel.First(component + 1);
        for (int index = first; index < end; index++)
        {
            Consider(index);
        }

        bool isTorn = false;
        for (int index = first; index < end; index++)
        {
            int above = TwinModel.Below(index);
            if (above >= 0 && !Rules.IsBelow(_candidate.Numbers[index], _candidate.Numbers[above]))
            {
                Refuse(index, RejectReason.NotAllowed);
                Refuse(above, RejectReason.NotAllowed);
                isTorn = true;
            }
        }

        for (int index = first; isTorn && index < end; index++)
        {
            // What is in force goes together, so keeping it is always possible.
            Refuse(index, RejectReason.NotTogether);
            Keep(index);
        }

        bool changed = false;
        for (int index = first; index < end; index++)
        {
            changed |= Enforce(index, version);
        }

        return changed;
    }

    private void Consider(int index)
    {
        _candidateReason[index] = RejectReason.None;
        if (!_isWanted[index])
        {
            Choose(index, TwinModel.Default(index), "");
            return;
        }

        int place = TwinModel.TextOf(index);
        JsonToken token = (JsonToken)_wantedToken[index];
        int reason = place >= 0 ? _wantedTextReason[place] : Rules.Judge(index, token, _wantedInteger[index]);
        int number = Rules.Encode(token, _wantedInteger[index]);
        if (reason == RejectReason.None && !_textRule.IsFitted(index, number))
        {
            reason = RejectReason.NotFitted;
        }

        _candidateReason[index] = (byte)reason;
        if (reason == RejectReason.None)
        {
            Choose(index, number, place < 0 ? "" : _wantedText[place]);
        }
        else
        {
            Keep(index);
        }
    }

    private void Choose(int index, int number, string text)
    {
        _candidate.Numbers[index] = number;
        if (TwinModel.TextOf(index) >= 0)
        {
            _candidate.Texts[TwinModel.TextOf(index)] = text;
        }
    }

    private void Keep(int index)
    {
        int place = TwinModel.TextOf(index);
        Choose(index, Values.Numbers[index], place < 0 ? "" : Values.Texts[place]);
    }

    // What is in force already is no change, and stays acknowledged.
    private void Refuse(int index, int reason)
    {
        if (_candidateReason[index] == RejectReason.None && IsChange(index))
        {
            _candidateReason[index] = (byte)reason;
        }
    }

    private bool IsChange(int index)
    {
        int place = TwinModel.TextOf(index);
        return Values.Numbers[index] != _candidate.Numbers[index] || (place >= 0 && Values.Texts[place] != _candidate.Texts[place]);
    }

    private bool Enforce(int index, int version)
    {
        int reason = _candidateReason[index];
        int place = TwinModel.TextOf(index);
        bool isChanged = IsChange(index);
        int code = reason != RejectReason.None ? TwinModel.RejectCode(index) : _isWanted[index] ? Acknowledgement.Applied : Acknowledgement.Initial;
        if ((_isMet[index] && !_isRepeat) || isChanged || code != Codes[index] || reason != Reasons[index])
        {
            if (reason != RejectReason.None)
            {
                Rejections++;
            }

            Values.Numbers[index] = _candidate.Numbers[index];
            if (place >= 0)
            {
                Values.Texts[place] = _candidate.Texts[place];
            }

            Codes[index] = (short)code;
            Reasons[index] = (byte)reason;
            Versions[index] = version;
            IsDirty[index] = true;
        }

        return isChanged;
    }
}
