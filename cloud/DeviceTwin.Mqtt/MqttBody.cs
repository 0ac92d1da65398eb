namespace DeviceTwin.Mqtt;

/// <summary>The body of each packet type, read strictly.</summary>
internal static class MqttBody
{
    /// <summary>Whether a packet may begin with this byte (sections 2.2.1, 2.2.2 and 3.3.1).</summary>
    public static MqttError CheckFirstByte(byte first)
    {
        int flags = first & 0x0F;
        switch ((MqttPacketType)(first >> 4))
        {
            case 0:
            case (MqttPacketType)15:
                return new MqttError(MqttErrorKind.PacketType, $"packet type {first >> 4} is reserved");
            case MqttPacketType.Publish:
                int qos = (flags >> 1) & 3;
                return qos == 3 || (qos == 0 && (flags & 8) != 0)
                    ? new MqttError(MqttErrorKind.Qos, qos == 3 ? "QoS 3" : "a duplicate with QoS 0")
                    : MqttError.None;
            case MqttPacketType.PubRel:
            case MqttPacketType.Subscribe:
            case MqttPacketType.Unsubscribe:
                return flags == 2 ? MqttError.None : ReservedFlags(first);
            default:
                return flags == 0 ? MqttError.None : ReservedFlags(first);
        }
    }

    /// <returns>The packet, or null with the error.</returns>
    public static MqttPacket? Parse(byte first, ReadOnlySpan<byte> body, MqttReadRules rules, out MqttError error)
    {
        var fields = new MqttFields(body);
        MqttPacket? packet = (MqttPacketType)(first >> 4) switch
        {
            MqttPacketType.Connect => Connect(ref fields),
            MqttPacketType.ConnAck => ConnAck(ref fields),
            MqttPacketType.Publish => Publish(ref fields, first, rules.WildcardsInNames),
            // Identifier 0 is let through: see MqttPubAck.
            MqttPacketType.PubAck => fields.TryUInt16(out int id) ? new MqttPubAck(id) : null,
            MqttPacketType.PubRec => fields.TryPacketId(out int id) ? new MqttPubRec(id) : null,
            MqttPacketType.PubRel => fields.TryPacketId(out int id) ? new MqttPubRel(id) : null,
            MqttPacketType.PubComp => fields.TryPacketId(out int id) ? new MqttPubComp(id) : null,
            MqttPacketType.Subscribe => Subscribe(ref fields),
            MqttPacketType.SubAck => SubAck(ref fields),
            MqttPacketType.Unsubscribe => Unsubscribe(ref fields),
            MqttPacketType.UnsubAck => fields.TryPacketId(out int id) ? new MqttUnsubAck(id) : null,
            MqttPacketType.PingReq => new MqttPingReq(),
            MqttPacketType.PingResp => new MqttPingResp(),
            _ => new MqttDisconnect(),
        };
        if (packet is not null && !fields.TryEnd())
        {
            packet = null;
        }

        error = fields.Error;
        return packet;
    }

    private static MqttConnect? Connect(ref MqttFields fields)
    {
        if (!fields.TryText(out string protocol) || !fields.TryByte(out byte level))
        {
            return null;
        }

        if (protocol is not ("MQTT" or "MQIsdp"))
        {
            fields.Fail(MqttErrorKind.ProtocolName, "the protocol is not MQTT");
            return null;
        }

        if (protocol != "MQTT" || level != 4)
        {
            fields.Fail(MqttErrorKind.ProtocolLevel, $"{protocol} level {level}; only MQTT 3.1.1 (level 4) is spoken");
            return null;
        }

        if (!fields.TryByte(out byte flags) || !fields.TryUInt16(out int keepAlive))
        {
            return null;
        }

        bool hasUser = (flags & 0x80) != 0;
        bool hasPassword = (flags & 0x40) != 0;
        bool hasWill = (flags & 0x04) != 0;
        int willQos = (flags >> 3) & 3;
        if ((flags & 1) != 0 || (!hasUser && hasPassword) || willQos == 3 || (!hasWill && (flags & 0x38) != 0))
        {
            fields.Fail(MqttErrorKind.Flags, $"connect flags 0x{flags:x2} contradict each other");
            return null;
        }

        if (!fields.TryText(out string clientId))
        {
            return null;
        }

        MqttWill? will = null;
        if (hasWill)
        {
            if (!fields.TryTopicName(out string topic) || !fields.TryBinary(out ReadOnlySpan<byte> payload))
            {
                return null;
            }

            will = new MqttWill(topic, payload.ToArray(), willQos, (flags & 0x20) != 0);
        }

        string? user = null;
        if (hasUser && !fields.TryText(out user))
        {
            return null;
        }

        ReadOnlyMemory<byte>? password = null;
        if (hasPassword)
        {
            if (!fields.TryBinary(out ReadOnlySpan<byte> bytes))
            {
                return null;
            }

            password = bytes.ToArray();
        }

        return new MqttConnect(clientId, (flags & 2) != 0, keepAlive, user, password, will);
    }

    private static MqttConnAck? ConnAck(ref MqttFields fields)
    {
        if (!fields.TryByte(out byte flags) || !fields.TryByte(out byte code))
        {
            return null;
        }

        // Section 3.2.2.2: no session with a refusal.
        if (flags > 1 || code > 5 || (flags == 1 && code != 0))
        {
            fields.Fail(MqttErrorKind.Flags, $"CONNACK flags {flags} with code {code}");
            return null;
        }

        return new MqttConnAck(flags == 1, (MqttConnectReturnCode)code);
    }

    private static MqttPublish? Publish(ref MqttFields fields, byte first, bool wildcards)
    {
        int qos = (first >> 1) & 3;
        int id = 0;
        if (!fields.TryTopicName(out string topic, wildcards) || (qos > 0 && !fields.TryPacketId(out id)))
        {
            return null;
        }

        return new MqttPublish(topic, fields.TakeRest(), qos, id, (first & 1) != 0, (first & 8) != 0);
    }

    private static MqttSubscribe? Subscribe(ref MqttFields fields)
    {
        if (!fields.TryPacketId(out int id) || !HasEntries(ref fields))
        {
            return null;
        }

        var subscriptions = new List<MqttSubscription>();
        while (!fields.AtEnd)
        {
            if (!fields.TryTopicFilter(out string filter) || !fields.TryByte(out byte qos))
            {
                return null;
            }

            if (qos > 2)
            {
                fields.Fail(MqttErrorKind.Qos, $"requested QoS byte {qos}");
                return null;
            }

            subscriptions.Add(new MqttSubscription(filter, qos));
        }

        return new MqttSubscribe(id, subscriptions);
    }

    private static MqttSubAck? SubAck(ref MqttFields fields)
    {
        if (!fields.TryPacketId(out int id) || !HasEntries(ref fields))
        {
            return null;
        }

        byte[] codes = fields.TakeRest();
        if (codes.AsSpan().IndexOfAnyExcept((ReadOnlySpan<byte>)[0, 1, 2, MqttSubAck.Failure]) >= 0)
        {
            fields.Fail(MqttErrorKind.Entries, "a SUBACK code that does not exist");
            return null;
        }

        return new MqttSubAck(id, codes);
    }

    private static MqttUnsubscribe? Unsubscribe(ref MqttFields fields)
    {
        if (!fields.TryPacketId(out int id) || !HasEntries(ref fields))
        {
            return null;
        }

        var filters = new List<string>();
        while (!fields.AtEnd)
        {
            if (!fields.TryTopicFilter(out string filter))
            {
                return null;
            }

            filters.Add(filter);
        }

        return new MqttUnsubscribe(id, filters);
    }

    private static bool HasEntries(ref MqttFields fields) =>
        !fields.AtEnd || fields.Fail(MqttErrorKind.Entries, "at least one entry is demanded");

    private static MqttError ReservedFlags(byte first) =>
        new(MqttErrorKind.Flags, $"packet type {first >> 4} with flags {first & 0x0F}");
}
