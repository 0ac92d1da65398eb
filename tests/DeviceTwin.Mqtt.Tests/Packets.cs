using DeviceTwin.Mqtt;
using FsCheck;
using FsCheck.Fluent;

namespace DeviceTwin.Tests.Mqtt;

/// <summary>Arbitrary packets that can be expressed.</summary>
internal static class Packets
{
    private static readonly Gen<byte[]> Payload = ArbMap.Default.GeneratorFor<byte[]>();

    private static readonly Gen<int> Id = Gen.Choose(1, 0xFFFF);

    private static readonly Gen<bool> Flag = ArbMap.Default.GeneratorFor<bool>();

    private static readonly Gen<string> Text = Gen.Elements("a", "B", "/", "$", "%24", "é", "水", "😀", " ", "=", "&", "\u0001", "\uFEFF", "�")
        .ListOf().Select(parts => string.Concat(parts));

    private static readonly Gen<string> Name = Text.Select(text => "t" + text);

    private static readonly Gen<string> Filter = Gen.Elements("a", "+", "b c", "", "$iothub")
        .NonEmptyListOf().SelectMany(levels => Flag.Select(all => string.Join('/', levels) + (all ? "/#" : "")))
        .Where(filter => filter.Length > 0);

    public static Arbitrary<MqttPacket> Any() => Gen.OneOf(
        Connect(),
        Flag.SelectMany(present => Gen.Choose(0, 5).Select<int, MqttPacket>(
            code => new MqttConnAck(present && code == 0, (MqttConnectReturnCode)code))),
        Publish(),
        Id.Select<int, MqttPacket>(id => new MqttPubAck(id)),
        Id.Select<int, MqttPacket>(id => new MqttPubRec(id)),
        Id.Select<int, MqttPacket>(id => new MqttPubRel(id)),
        Id.Select<int, MqttPacket>(id => new MqttPubComp(id)),
        Id.Select<int, MqttPacket>(id => new MqttUnsubAck(id)),
        Id.SelectMany(id => Subscription().NonEmptyListOf().Select<List<MqttSubscription>, MqttPacket>(
            list => new MqttSubscribe(id, [.. list]))),
        Id.SelectMany(id => Filter.NonEmptyListOf().Select<List<string>, MqttPacket>(list => new MqttUnsubscribe(id, [.. list]))),
        Id.SelectMany(id => Gen.Elements<byte>(0, 1, 2, 0x80).NonEmptyListOf().Select<List<byte>, MqttPacket>(
            list => new MqttSubAck(id, [.. list]))),
        Gen.Elements<MqttPacket>(new MqttPingReq(), new MqttPingResp(), new MqttDisconnect())).ToArbitrary();

    private static Gen<MqttSubscription> Subscription() =>
        Filter.SelectMany(filter => Gen.Choose(0, 2).Select(qos => new MqttSubscription(filter, qos)));

    private static Gen<MqttPacket> Publish() =>
        from topic in Name
        from payload in Payload
        from qos in Gen.Choose(0, 2)
        from id in Id
        from retain in Flag
        from duplicate in Flag
        select (MqttPacket)new MqttPublish(topic, payload, qos, qos == 0 ? 0 : id, retain, qos > 0 && duplicate);

    private static Gen<MqttPacket> Connect() =>
        from client in Text
        from clean in Flag
        from keepAlive in Gen.Choose(0, 0xFFFF)
        from user in Text
        from hasUser in Flag
        from password in Payload
        from hasPassword in Flag
        from will in Will()
        from hasWill in Flag
        select (MqttPacket)new MqttConnect(
            client, clean, keepAlive, hasUser ? user : null, hasUser && hasPassword ? (ReadOnlyMemory<byte>?)password : null, hasWill ? will : null);

    private static Gen<MqttWill> Will() =>
        from topic in Name
        from payload in Payload
        from qos in Gen.Choose(0, 2)
        from retain in Flag
        select new MqttWill(topic, payload, qos, retain);
}
