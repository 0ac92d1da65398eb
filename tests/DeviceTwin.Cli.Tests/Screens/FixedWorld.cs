using System.Text.Json.Nodes;
using DeviceTwin.Cli.Doctor;
using DeviceTwin.Provisioning.Identities;
using DeviceTwin.Provisioning.Serial;
using DeviceTwin.Provisioning.Tray;
using DeviceTwin.Tests.Cli.Changes;
using DeviceTwin.Tests.Cli.Doctor;

namespace DeviceTwin.Tests.Cli.Screens;

/// <summary>A hub that always says the same, a machine that always looks the same, and files that always hold the same: nothing on a screen moves.</summary>
internal sealed class FixedWorld : IDisposable
{
    private const string Azure = "?api-version=2021-04-12";
    private const string Hash = "5f2d3a9c0b1e4d6f8a7b9c0d1e2f3a4b5c6d7e8f90a1b2c3d4e5f60718293a4b";
    private const string Noon = "Mon, 23 Nov 2026 12:00:00 GMT";

    private const string Node7 = """{"deviceId":"press-7","machine":"press-7","line":"3","kind":null,"verdict":"outer","zone":"C","alarms":["outer"],"state":"InSync","connected":true,"desiredVersion":4,"reportedVersion":12}""";
    private const string Node8 = """{"deviceId":"pump-8","machine":"Cooling pump 8","line":"3","verdict":"normal","zone":"A","alarms":[],"state":"Pending","connected":true,"desiredVersion":5,"reportedVersion":9}""";
    private const string Node9 = """{"deviceId":"fan-9","machine":null,"line":null,"verdict":null,"zone":null,"alarms":null,"state":"Unknown","connected":false,"desiredVersion":1,"reportedVersion":1}""";
    private const string Identity = """
        {"deviceId":"press-7","generationId":"1","etag":"AAAA","connectionState":"Connected","status":"enabled","lastActivityTime":"2026-11-23T11:59:30Z",
        "authentication":{"symmetricKey":{"primaryKey":"c2VjcmV0","secondaryKey":"c2VjcmV0"},"type":"sas"}}
        """;
    private const string Twin = """
        {"deviceId":"press-7","etag":"AAAA","status":"enabled","connectionState":"Connected","lastActivityTime":"2026-11-23T11:59:30Z","version":16,
        "tags":{"site":"north","line":"3","machine":"press-7","point":"press-7-de"},"properties":{"desired":{"detection":{"velocityLimitUmPerSecond":4500},"$version":4},"reported":{"$version":12}}}
        """;
    private const string State = """{"severity":"fault","zone":"C","twin":"InSync","activeAlarms":1,"unacknowledgedAlarms":1,"nodes":2,"connected":2,"offline":0}""";
    private const string Good = """{"severity":"good","zone":"A","twin":"Pending","activeAlarms":0,"unacknowledgedAlarms":0,"nodes":1,"connected":1,"offline":0}""";
    private const string Press = $$"""{"id":"press-7","name":"Press 7","class":"press","isoGroup":2,"isoSupport":"rigid","bearing":"6205","line":"3","level":"machine","etag":"AAAA","state":{{State}}}""";
    private const string Pump = $$"""{"id":"pump-8","name":"Cooling pump 8","class":"pump","line":"3","level":"machine","etag":"AAAB","state":{{Good}}}""";
    private const string Points = $$"""
        [{"id":"press-7-de","name":"Drive end","position":"driveEnd","machine":"press-7","level":"point","etag":"AAAC","state":{{State}},"node":"press-7","nodeSince":"2026-11-01T08:00:00Z"},
        {"id":"pump-8-de","name":"Drive end","machine":"pump-8","level":"point","etag":"AAAD","state":{{Good}},"node":"pump-8","nodeSince":"2026-11-02T08:00:00Z"}]
        """;
    private const string AlarmMembers = """
        "id":"press-7~17","deviceId":"press-7","nodeAlarmId":"17","alarm":"outer","raisedAt":"2026-11-23T09:41:07Z","nodeAt":null,
        "clearedAt":null,"clearedReason":null,"site":"north","line":"3","machine":"press-7","point":"press-7-de","verdict":"outer","zone":"C","capture":412,"settingsHash":"9c41aa07",
        "fingerprint":"0a1b2c3d-9c41aa07","waveforms":["5f2d3a9c0b1e4d6f8a7b9c0d1e2f3a4b5c6d7e8f90a1b2c3d4e5f60718293a4b"]
        """;
    private const string Raised = "{" + AlarmMembers + ""","state":"raised","acknowledgedAt":null,"acknowledgedBy":null,"note":null,"labels":[]}""";
    private const string Finding = """{"number":3,"alarmId":"press-7~17","deviceId":"press-7","machine":"press-7","point":"press-7-de","from":null,"to":null,"kind":"outer","text":"Outer race [pitted] at the load zone","foundAt":"2026-11-23T10:30:00Z","by":"grace","writtenAt":"2026-11-23T10:31:00Z","author":"ada","amends":null,"amended":false}""";
    private const string Seen = "{" + AlarmMembers + ""","state":"acknowledged","acknowledgedAt":"2026-11-23T10:00:00Z","acknowledgedBy":"ada","note":"Bearing is ordered","labels":["outer"]""";
    private const string Waveform = $$"""
        {"sha256":"{{Hash}}","deviceId":"press-7","receivedAt":"2026-11-23T12:00:05Z","takenAt":"2026-11-23T12:00:01Z","bootId":"b1","capture":413,"axis":"z","frames":32768,"rateMilliHertz":26667000,
        "nanoGPerCount":61000,"coveragePermille":1000,"saturatedCount":0,"overrun":false,"bytes":65536,"storedBytes":57000,"damaged":false,"keptByAlarm":false}
        """;
    private const string Limits = """
        {"id":"limits","targetCondition":"tags.line = '[3]'","priority":7,"version":4,"etag":"AAAA","content":{"deviceContent":{"properties.desired.detection.velocityLimitUmPerSecond":4500}},
        "systemMetrics":{"results":{"targetedCount":12,"appliedCount":11,"reportedSuccessfulCount":10,"reportedFailedCount":1}}}
        """;
    private const string Draft = """{"id":"c1","title":"Lower limit","state":"draft","configurationId":"limits","devices":0,"replay":null,"evidence":null}""";
    private const string Canary = """
        {"id":"c1","title":"Lower [limit]","state":"canary","configurationId":"limits","baseVersion":3,"author":"rest/ada","createdAt":"2026-11-22T10:00:00Z","stageSince":"2026-11-22T12:00:00Z",
        "devices":12,"replay":null,"asksPerson":true,"approvals":[{"by":"rest/grace","why":"tried","at":"2026-11-22T11:00:00Z"}],"groups":[{"group":"canary","size":4,"admitted":4,"applied":3},
        {"group":"wave 1","size":8,"admitted":0,"applied":0}],"gates":{"gates":[{"gate":"alarmRate","outcome":"waiting","words":"too few windows"},{"gate":"safeMode","outcome":"passed","words":"none"}]}}
        """;

    private const string Plan = """
        deviceId,line,machine,bearing,isoGroup,isoSupport,shaftRpm,wifi,identity
        pump-7,packing,Cooling pump 7,6205,2,rigid,1770,plant,sas
        pump-8,packing,Cooling pump 8,,,,,plant,x509

        """;
    private const string WrongPlan = """
        deviceId,line,machine,bearing,wifi,identity
        pump 7,packing,,6205,plant,key
        pump-8,packing,Cooling pump 8,62O5,plant,sas

        """;
    private static readonly BundleKit Kit = new("tray", Convert.ToBase64String(new byte[32]), new HubFacts("hub.plant.example", 8883, "-----BEGIN CERTIFICATE-----", "0ne0A1B2C3D", null));

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dtwin-screen-");
    private readonly IMachine machine = ThisMachine.Current;
    private readonly string before = Environment.CurrentDirectory;
    private readonly string? configuration = Environment.GetEnvironmentVariable("XDG_CONFIG_HOME");

    public FixedWorld()
    {
        Environment.SetEnvironmentVariable("XDG_CONFIG_HOME", InFolder("config"));
        ThisMachine.Current = new FixedMachine();
        File.WriteAllText(InFolder("limits.json"), Limits);
        File.WriteAllText(InFolder("token"), "not-to-be-seen\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(InFolder("token"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        File.WriteAllText(InFolder("tray.csv"), Plan);
        File.WriteAllText(InFolder("wrong.csv"), WrongPlan);
        PrivateFile.Write(InFolder("wifi.json"), """{"plant":{"network":"plant","password":"not-to-be-seen"}}""");
        Kit.Write(InFolder("kit.json"));
        File.WriteAllText(InFolder("tray.bundle"), NodeBundle.Write(Kit, [Bundled("pump-7", "Cooling-pump-7", "02d7b0a2d001"), Bundled("pump-8", "Cooling-pump-8", "02d7b0a2d002")]));
        PrivateFile.Write(InFolder("devices.txt"), """{"id":"pump-7","authentication":{"symmetricKey":{"primaryKey":"c2VjcmV0","secondaryKey":"c2VjcmV0"}}}""" + "\n\n" + """{"id":"pump-8","tags":{"line":"3"}}""" + "\n");
        WriteRecording();
        Answer();

        // Paths on a screen are as short as a person types them, wherever the folder is.
        Environment.CurrentDirectory = folder.FullName;
    }

    public FakeHub Hub { get; } = new();

    /// <summary>Where the files of the commands are; commands are run in it.</summary>
    public string Folder => folder.FullName;

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("XDG_CONFIG_HOME", configuration);
        ThisMachine.Current = machine;
        Environment.CurrentDirectory = before;
        Hub.Dispose();
        folder.Delete(recursive: true);
    }

    private void Answer()
    {
        Hub.Answer("GET", "/healthz", """{"status":"ok","devices":3,"connected":2}""", headers: ("Date", Noon))
            .Answer("GET", "/readyz", """{"status":"ready","checks":{"phase":"ok","mqtt":"ok","store":"ok","disk":"ok","certificates":"ok"},"reasons":[]}""")
            .Answer("GET", "/api/v1/totals", """{"telemetry":1777,"reportedPatches":32,"desiredPatches":19}""")
            .Answer("GET", "/api/v1/certificates", """[{"kind":"authority","name":"plant","daysLeft":3600},{"kind":"server","name":"localhost","daysLeft":61}]""")
            .Answer("POST", "/api/v1/backup?keys=true", """{"createdAt":"2026-11-23T12:00:00Z","hubVersion":"0.1.0","schemaVersion":9,"devices":3,"waveforms":41,"missingWaveforms":[],"files":52,"keys":true,"name":"devicetwin-20261123T120000Z.tar","file":"/var/lib/devicetwin/backups/devicetwin-20261123T120000Z.tar","bytes":48123904}""", 201)
            .Answer("GET", "/api/v1/backup", """[{"name":"devicetwin-20261123T120000Z.tar","bytes":48123904,"createdAt":"2026-11-23T12:00:00Z"}]""")
            .Answer("GET", "/api/v1/fleet", $"[{Node9},{Node7},{Node8}]")
            .Answer("GET", $"/devices/press-7{Azure}", Identity)
            .Answer("PUT", $"/devices/new-1{Azure}", Identity.Replace("press-7", "new-1"))
            .Answer("DELETE", $"/devices/fan-9{Azure}", "", 204)
            .Answer("POST", $"/devices{Azure}", """{"isSuccessful":true,"errors":[],"warnings":[]}""")
            .Answer("GET", "/api/v1/plant/machines", $"[{Press},{Pump}]").Answer("GET", "/api/v1/plant/machines/press-7", Press).Answer("GET", "/api/v1/plant/points", Points)
            .Answer("GET", $"/twins/press-7{Azure}", Twin).Answer("PATCH", $"/twins/press-7{Azure}", Twin)
            .Answer("GET", "/api/v1/devices/press-7/convergence", """
                {"deviceId":"press-7","state":"Rejected","paths":[{"path":"detection.velocityLimitUmPerSecond","desired":4500,"reported":4500,"state":"InSync","reason":null},
                {"path":"detection.temperatureLimitCentiCelsius","desired":99999,"reported":7000,"state":"Rejected","reason":"aboveMaximum"}]}
                """)
            .Events("/api/v1/devices/press-7/events", ("snapshot", """{"section":"snapshot","deviceId":"press-7","time":"2026-11-23T11:59:30Z","version":16,"author":"hub","diff":[]}"""),
                ("desired", """{"section":"desired","deviceId":"press-7","time":"2026-11-23T12:00:00Z","version":5,"author":"ada","diff":[{"path":"detection.velocityLimitUmPerSecond","from":4500,"to":3500}]}"""),
                ("deleted", """{"section":"deleted","deviceId":"press-7","time":"2026-11-23T12:00:01Z","version":5,"author":"ada","diff":[]}"""))
            .Answer("POST", $"/devices/query{Azure}", $"[{Twin}]")
            .Answer("GET", $"/configurations{Azure}", $"[{Limits}]").Answer("GET", $"/configurations/limits{Azure}", Limits)
            .Answer("PUT", $"/configurations/limits{Azure}", """{"id":"limits","version":5}""").Answer("DELETE", $"/configurations/limits{Azure}", "", 204)
            .Answer("GET", "/api/v1/devices/press-7/winners", """
                [{"path":"detection.velocityLimitUmPerSecond","desired":5,"stands":true,"winner":{"source":"override","value":5,"owner":"ada","reason":"trial","expiresAt":"2026-12-01T00:00:00Z"},
                "lost":[{"source":"limits","value":7,"priority":3,"version":2,"staged":true,"why":"override"}]}]
                """)
            .Answer("GET", "/api/v1/rollouts", $$"""{"changes":[{{Draft}}]}""").Answer("POST", "/api/v1/rollouts", Draft, 201).Answer("GET", "/api/v1/rollouts/c1", Canary)
            .Answer("POST", "/api/v1/rollouts/c1/replay", """{"id":"c1","state":"replayed","replay":null,"evidence":"abc"}""")
            .Answer("GET", "/api/v1/rollouts/c1/replay?format=text", "2 of 40 captures are judged otherwise.\n", type: "text/plain").Answer("GET", "/api/v1/rollouts/c1/replay", """{"captures":40,"differ":2}""")
            .Answer("GET", "/api/v1/rollouts/c1/report", """{"changeId":"c1","state":"done","sentences":["Lower limit is done.","12 of 12 devices have it."]}""")
            .Answer("GET", "/api/v1/alarms?limit=100", """{"alarms":[""" + Raised + "," + Seen + """}],"continuation":null,"counts":{"raised":1,"acknowledged":1,"cleared":0,"unreadable":0}}""")
            .Answer("GET", "/api/v1/alarms/press-7~17", Seen + ""","findings":[""" + Finding + "]}").Answer("POST", "/api/v1/alarms/press-7~17/acknowledge", Seen + "}")
            .Answer("POST", "/api/v1/alarms/press-7~17/findings", Finding, 201)
            .Answer("GET", "/api/v1/waveforms?device=press-7&limit=20", "[]").Then("GET", "/api/v1/waveforms?device=press-7&limit=20", $"[{Waveform}]")
            .Answer("GET", $"/api/v1/waveforms/{Hash}?format=wav&device=press-7", "RIFF", type: "audio/wav")
            .Answer("GET", "/api/v1/history?device=press-7&series=verdict%2CvelocityUmPerSecond&resolution=auto&format=csv", "at,device,verdict,velocityUmPerSecond\n2026-11-23T11:00:00.000Z,press-7,outer,4180\n", type: "text/csv")
            .Answer("GET", "/api/v1/history?device=press-7&series=verdict%2CvelocityUmPerSecond&resolution=auto&format=ndjson", """{"at":"2026-11-23T11:00:00.000Z","device":"press-7","values":{"verdict":"outer","velocityUmPerSecond":4180}}""" + "\n", type: "application/x-ndjson")
            .Answer("GET", "/api/v1/logs?after=0&limit=50", """
                {"last":9,"lines":[{"number":8,"at":"2026-11-23T11:58:00Z","level":"information","event":2020,"category":"DeviceTwin.Hub.Fleet","text":"Device press-7 connected"},
                {"number":9,"at":"2026-11-23T11:59:00Z","level":"warning","event":1002,"category":"DeviceTwin.Hub.Gateway","text":"CONNECT of fan-9 from 10.0.0.9 refused with 5: the token's time is over; give the node a clock that is right"}]}
                """)
            .Answer("GET", "/api/v1/audit/verify", $$$"""{"intact":true,"rows":41,"anchor":{"id":0,"hash":"{{{new string('0', 64)}}}"},"head":{"id":41,"hash":"{{{Hash}}}"},"flaw":null}""")
            .Answer("GET", $"/devices/spare-1{Azure}", Identity.Replace("press-7", "spare-1"))
            .Answer("POST", "/api/v1/plant/points/press-7-de/replace", """{"deviceId":"spare-1","machine":"press-7","point":"press-7-de","from":"2026-11-23T12:00:00Z","to":null,"by":"ada","reason":"broken","endedBy":null}""")
            .Answer("GET", "/enrollmentGroups/tray", """{"enrollmentGroupId":"tray","attestation":{"type":"symmetricKey","symmetricKey":{"primaryKey":"c2VjcmV0","secondaryKey":"c2VjcmV0"}}}""")
            .Answer("GET", "/api/v1/provisioning", """{"idScope":"0ne0A1B2C3D","assignedHub":"hub.plant.example","mqttPort":8883,"enrollments":0,"enrollmentGroups":1}""")
            .Answer("GET", "/api/v1/certificates/authority/bundle", "-----BEGIN CERTIFICATE-----", type: "application/x-pem-file")
            .Answer("POST", "/api/v1/provisioning/bundles", """{"group":"tray","nodes":[{"deviceId":"pump-7","outcome":"taken"},{"deviceId":"pump-8","outcome":"refused","error":"PointTaken","message":"The point Cooling-pump-8-1 has the node pump-3. Take it away, or use dtwin replace."}]}""")
            .Answer("GET", "/api/v1/audit/head", $$"""{"id":41,"hash":"{{Hash}}"}""");
        foreach (var step in new[] { "approve", "start", "pass", "abort" })
        {
            Hub.Answer("POST", $"/api/v1/rollouts/c1/{step}", Canary);
        }
    }

    /// <summary>What a method of the node answers from now on: the hub cannot tell one call from another.</summary>
    public void AnswerMethod(string payload) => Hub.Answer("POST", $"/twins/press-7/methods{Azure}", $$"""{"status":200,"payload":{{payload}}}""");

    private void WriteRecording()
    {
        var samples = MadeUpRecordings.Bearing(3.585, 26400, 7);
        var bytes = new byte[samples.Length * 2];
        Buffer.BlockCopy(samples, 0, bytes, 0, bytes.Length);
        File.WriteAllBytes(InFolder("outer.i16"), bytes);
    }

    private static JsonObject Bundled(string deviceId, string machine, string chipId) => new()
    {
        ["deviceId"] = deviceId,
        ["chipId"] = chipId,
        ["mark"] = "m",
        ["site"] = "north",
        ["line"] = "packing",
        ["machine"] = machine,
        ["machineId"] = machine,
        ["point"] = machine + "-1",
    };

    private string InFolder(string name) => Path.Combine(folder.FullName, name);

    private sealed class FixedMachine : IMachine
    {
        public DateTimeOffset Now => new(2026, 11, 23, 12, 0, 9, TimeSpan.Zero);

        public Task<string?> FirstLine(string program, string[] arguments, CancellationToken cancellation) =>
            Task.FromResult(program switch { "dotnet" => "10.0.401", "esptool.py" => "esptool.py v5.3", _ => null });

        public ISerialPorts Ports(string? folder) => new FixedPorts(Usb("/dev/ttyUSB0", "usb:10c4:ea60:7d6f0c2a:0", "Silicon Labs CP2102N"), Usb("/dev/ttyUSB1", "usb:1a86:7523@1-1.4:0", "QinHeng CH340"));

        public bool MayUse(string port) => port != "/dev/ttyUSB1";

        private static SerialPortInfo Usb(string name, string identity, string description) => new() { PortName = name, Identity = identity, Description = description };

        public (string Folder, long Free) Disk() => ("/tmp/", 41_000_000_000);
    }
}
