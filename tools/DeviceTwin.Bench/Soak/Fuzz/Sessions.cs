using System.Buffers;
using System.Text;
using DeviceTwin.Mqtt;
using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.Bench.Soak.Fuzz;

/// <summary>
/// What the three device clients (Azure's for Node and for C#, nanoFramework's) have been seen to write, packet by packet; the names and keys
/// are made up.
/// </summary>
internal static class Sessions
{
    private const string Rid = "c1c92a31-5bcc-4894-a331-804be82437d0";

    public static readonly string[] UserNames =
    [
        "localhost:8883/press-1/?api-version=2021-04-12&model-id=dtmi:com:example:Thermostat;1&DeviceClientType=azure-iot-device%2F1.18.4%20(node%20v20.20.2%3B%20Debian%2012%3B%20x64)",
        "localhost/press-1/?api-version=2020-09-30&DeviceClientType=.NET%2F1.42.3&model-id=dtmi%3Acom%3Adevicetwin%3AvibrationNode%3B1",
        "hub.plant.local/press-1/?api-version=2021-04-12&DeviceClientType=nano%3Bazrsdk%2F1.2.0%3BESP32",
        "localhost/press-1/api-version=2016-11-14",
        "0ne00000001/registrations/press-1/api-version=2019-03-31&ClientVersion=azure-iot-provisioning-device%2F1.9.1",
    ];

    public static readonly string[] Tokens =
    [
        "SharedAccessSignature sr=localhost%3A8883%2Fdevices%2Fpress-1&sig=ZEO4sLNulFiRdKtBG5QMINXZxQ2vUzwd1rSzxf8lKTQ%3D&se=1795317759",
        "SharedAccessSignature sr=localhost%2fdevices%2fpress-1&sig=y7%2Bm%2F0OkDz%2BqZfWStsIu4NOd63CA%2F0Xu7DMf%2B6lGINo%3D&se=1795317760&skn=",
        "SharedAccessSignature sig=y7%2bm%2f0OkDz%3d&se=1795317760&skn=iothubowner&sr=hub.plant.local",
        "SharedAccessSignature sr=0ne00000001/registrations/press-1&sig=AAAA&se=1&skn=registration",
    ];

    public static readonly string[] Bags =
    [
        "%24.mid=mid%201&%24.cid=c%2F1&%24.ct=application%2Fjson&%24.ce=utf-8&alert=true%20%26%20false&%24.sub=thermostat1",
        "%24.ct=application%2Fjson&alert=a%20b/",
        "$.ct=application%2Fjson&$.ce=utf-8&alert=a+b&$.sub=thermostat1",
        "kind=waveform&bootId=7f3a&seq=12&sha256=9f86d081884c7d65&offset=4096&length=65536&axis=x&rate=26700000",
        "flag&empty=&&a=1&a=2",
        "",
    ];

    public static readonly string[] Topics =
    [
        $"$iothub/twin/GET/?$rid={Rid}",
        $"$iothub/twin/PATCH/properties/reported/?$rid={Rid}&$version=7",
        "$iothub/methods/res/200/?$rid=1A",
        .. Bags.Select(bag => $"devices/press-1/messages/events/{bag}"),
        "devices/press%2d1/messages/events",
        "devices/press-1/modules/m/messages/events/%24.on=out/",
        $"$dps/registrations/PUT/iotdps-register/?$rid={Rid}",
        $"$dps/registrations/GET/iotdps-get-operationstatus/?$rid={Rid}&operationId=5.op123",
    ];

    public static readonly string[] Filters =
    [
        "$iothub/twin/res/#", "$iothub/twin/PATCH/properties/desired/#", "$iothub/twin/#", "$iothub/methods/POST/#",
        "devices/press-1/messages/devicebound/#", "$dps/registrations/res/#",
    ];

    public static readonly string[] RegistrationUserNames =
    [
        UserNames[4],
        "0ne00000001/registrations/press-1/api-version=2019-03-31&ClientVersion=Microsoft.Azure.Devices.Provisioning.Client%2F1.19.4%20%28.NET%2010.0.12%3B%20X64%29",
        "0ne00000001/registrations/press-1/api-version=2019-03-31&DeviceClientType=nano%3Bazrsdk1.2.0.0%3BESP32_REV3",
        "0ne00000001/registrations/press-1",
    ];

    public static readonly string[] Waveforms =
    [
        "kind=waveform&bootId=7f3a&seq=12&sha256=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08&offset=0&length=65536&axis=x&rate=26700000&scale=488000&format=i16le&capture=7",
        "kind=waveform&sha256=9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08&offset=4096&length=60000&axis=x%2cy%2Cz&rate=26700000&scale=0&at=1795317759000&coverage=990&saturated=1&overrun=true&rid=12",
        "kind=waveform&sha256=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08&rid=1",
        Bags[3],
    ];

    /// <summary>Compressed samples, each behind two bytes that say how many there are.</summary>
    public static readonly byte[][] Codes = [.. new[] { 1, 300, 2000 }.Select(Code)];

    public static readonly string[] Bodies =
    [
        """{"temp":21.5,"fw":{"v":"1.0"},"gone":null}""",
        """{"firmware":"1.0","interval":{"av":1,"ad":"ok","ac":200,"value":5}}""",
        """{"detection":{"__t":"c","velocityLimitUmPerSecond":{"value":4500,"ac":200,"av":2}},"list":[1,2.50,{"a":true},[]],"ä\n😀":"\ud83d\ude00\u0000"}""",
        """{"$version":3,"$metadata":{"$lastUpdated":"2026-11-22T08:00:00Z"},"big":4503599627370495,"small":-1e-7}""",
        """{"tags":{"line":"A","place":{"row":7}},"properties":{"desired":{"x":{"y":1},"z":null},"reported":{}},"etag":"AAAAAAAAAAE="}""",
        "{}",
        " ",
    ];

    public static readonly string[] Queries =
    [
        "SELECT * FROM devices",
        "SELECT TOP 10 * FROM devices WHERE tags.line = 'A' AND properties.reported.z > 5",
        "select * from devices where is_defined(properties.reported.fw) or not (tags.[[line-speed]] <> 0x1F)",
        "SELECT * FROM devices WHERE tags.line IN ['a', \"b\", 3, true, null] AND tags.hall NOT IN [1.5e3]",
        "SELECT * FROM devices WHERE STARTSWITH(deviceId, 'press') AND CONTAINS(devices.tags.a, 'it''s') AND ENDSWITH(etag, '=')",
        "SELECT * FROM devices WHERE (tags.a + 2 * -properties.desired.b) % 7 >= properties.desired.$version / 2 - 1",
        "SELECT * FROM devices WHERE properties.reported.$metadata.a.$lastUpdated < '2026-11-22T08:00:00Z' OR connectionState != 'Connected'",
        "SELECT COUNT() AS n FROM devices GROUP BY tags.line",
        "SELECT tags.line, AVG(properties.reported.z) AS mean, MAX(version) FROM devices WHERE IS_NUMBER(properties.reported.z) GROUP BY tags.line, deviceId",
        "SELECT DeviceId, properties.reported.fw AS fw, tags, configurations.[[a b]].status FROM devices WHERE ARRAY_CONTAINS(properties.reported.list, 1)",
        "SELECT TOP 5 moduleId, MIN(tags.a) FROM devices.modules WHERE is_primitive(tags.a) AND NOT IS_NULL(statusReason) GROUP BY moduleId",
        "SELECT * FROM devices.jobs WHERE devices.jobs.jobId = 'j' AND devices.jobs.createdTimeUtc > '2016-09-01' AND IS_OBJECT(outcome.deviceMethodResponse)",
    ];

    /// <summary>Whole sessions as bytes, and every packet by itself.</summary>
    public static IReadOnlyList<byte[]> Bytes { get; } = Build();

    private static List<byte[]> Build()
    {
        MqttPacket[][] sessions =
        [
            [
                new MqttConnect("press-1", false, 180, UserNames[0], Encoding.UTF8.GetBytes(Tokens[0])),
                new MqttSubscribe(51657, [new(Filters[0], 0)]),
                new MqttPublish(Topics[0], " "u8.ToArray()),
                new MqttSubscribe(51658, [new(Filters[1], 0)]),
                new MqttPublish(Topics[1], Encoding.UTF8.GetBytes(Bodies[0])),
                new MqttSubscribe(51659, [new(Filters[3], 0)]),
                new MqttPublish(Topics[2], """{"ok":true,"delay":3}"""u8.ToArray()),
                new MqttSubscribe(51660, [new(Filters[4], 1)]),
                new MqttPubAck(1),
                new MqttPublish(Topics[3], """{"v":1.5}"""u8.ToArray(), 1, 51661),
                new MqttPingReq(),
                new MqttDisconnect(),
            ],
            [
                new MqttConnect("press-1", false, 300, UserNames[1], Encoding.UTF8.GetBytes(Tokens[1]), new MqttWill("devices/press-1/messages/events/", "gone"u8.ToArray(), 1, false)),
                new MqttSubscribe(1, [new(Filters[0], 1)]),
                new MqttPublish(Topics[4], "hello"u8.ToArray(), 1, 2),
                new MqttPubAck(0),
                new MqttPublish(Topics[1], """{"step":1}"""u8.ToArray()),
            ],
            [
                new MqttConnect("press-1", true, 60, UserNames[2], Encoding.UTF8.GetBytes(Tokens[2])),
                new MqttSubscribe(1, [new(Filters[4], 1), new(Filters[2], 1), new(Filters[3], 1)]),
                new MqttPublish(Topics[0], default, 1, 2),
                new MqttPublish(Topics[1], Encoding.UTF8.GetBytes(Bodies[1]), 1, 3, false, true),
                new MqttUnsubscribe(5, [Filters[4], Filters[2], Filters[3]]),
                new MqttDisconnect(),
            ],
            [
                new MqttConnect("press-1", true, 0, UserNames[4], Encoding.UTF8.GetBytes(Tokens[3])),
                new MqttSubscribe(65336, [new(Filters[5], 1)]),
                new MqttPublish(Topics[^2], """{"registrationId":"press-1"}"""u8.ToArray(), 1, 65337),
                new MqttConnAck(true, MqttConnectReturnCode.Accepted),
                new MqttSubAck(65336, [1]),
                new MqttUnsubAck(7),
                new MqttPubRec(8),
                new MqttPubRel(8),
                new MqttPubComp(8),
                new MqttPingResp(),
            ],
        ];
        return [.. sessions.Select(Written), .. sessions.SelectMany(session => session.Select(packet => Written([packet])))];
    }

    private static byte[] Code(int count)
    {
        short[] samples = [.. Enumerable.Range(0, count).Select(index => (short)((9000 * Math.Sin(index / 7.0)) + (index * index % 331)))];
        var bytes = new byte[RiceEncoder.MostBytes(count)];
        var encoder = new RiceEncoder();
        encoder.Start(samples, 0, count, 1, bytes);
        int length;
        do
        {
            length = encoder.Step();
        }
        while (length < 0);
        return [(byte)count, (byte)(count >> 8), .. bytes[..length]];
    }

    private static byte[] Written(MqttPacket[] packets)
    {
        var output = new ArrayBufferWriter<byte>();
        foreach (MqttPacket packet in packets)
        {
            MqttWriter.Write(output, packet);
        }

        return output.WrittenSpan.ToArray();
    }
}
