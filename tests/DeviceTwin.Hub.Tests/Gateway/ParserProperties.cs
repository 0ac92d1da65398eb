using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DeviceTwin.Hub.Gateway;
using DeviceTwin.Hub.Gateway.Authentication;
using DeviceTwin.Twins;
using FsCheck;
using FsCheck.Fluent;

namespace DeviceTwin.Tests.Hub.Gateway;

/// <summary>What holds of the gateway's parsers whatever comes: good texts come back as they were meant, others are refused and never thrown at.</summary>
public sealed class ParserProperties
{
    private static readonly Gen<string> Text = Gen.OneOf(
            Gen.Choose(0x20, 0x7E), Gen.Elements<int>('%', '&', '=', '+', '/', '$', '.', '?', ' '), Gen.Choose(0xA0, 0x2FF), Gen.Constant(0x1F600))
        .Select(char.ConvertFromUtf32).ListOf().Select(string.Concat);

    private static readonly Gen<string> Name = Text.Where(text => text.Length > 0);

    private static readonly Gen<string> DeviceId = Gen.Elements("abz019-.%_*?!(),:=@$'".ToCharArray()).NonEmptyListOf().Select(string.Concat)
        .Where(id => !id.Contains("%2f", StringComparison.OrdinalIgnoreCase) && Uri.UnescapeDataString(id) == id);

    private static readonly Gen<Dictionary<string, string?>> Properties =
        Name.Zip(Gen.OneOf(Text.Select(text => (string?)text), Gen.Constant<string?>(null))).ListOf()
            .Select(pairs => pairs.DistinctBy(pair => pair.Item1).ToDictionary(pair => pair.Item1, pair => pair.Item2));

    [TestCase("")]
    [TestCase("/")]
    public void BG1_A_bag_comes_back_however_much_of_it_is_encoded(string behind) => ForAll(Properties, properties =>
    {
        var bag = string.Join('&', properties.Select(pair => Uri.EscapeDataString(pair.Key) + (pair.Value is null ? "" : "=" + Uri.EscapeDataString(pair.Value)))) + behind;
        Assert.That(PropertyBag.Parse(bag), Is.EquivalentTo(properties));
        Assert.That(PropertyBag.Parse(bag.Replace("%24", "$").Replace("%20", "+")), Is.EquivalentTo(properties), "as nanoFramework's client writes it");
    });

    [Test]
    public void Telemetry_is_the_devices_own_and_nobody_elses() => ForAll(DeviceId.Zip(Properties), pair =>
    {
        var (id, properties) = pair;
        var bag = string.Join('&', properties.Keys.Select(Uri.EscapeDataString));
        foreach (var written in new[] { id, Uri.EscapeDataString(id) })
        {
            Assert.That(DeviceTopic.Parse($"devices/{written}/messages/events/{bag}", id), Is.EqualTo(new DeviceTopic(DeviceTopicKind.Telemetry, Bag: bag)));
        }

        Assert.That(DeviceTopic.Parse($"devices/{id}x/messages/events/{bag}", id).Kind, Is.EqualTo(DeviceTopicKind.Foreign));
    });

    [Test]
    public void A_request_keeps_its_identifier_byte_for_byte() => ForAll(Name.Zip(Gen.Choose(0, int.MaxValue)), pair =>
    {
        var (id, version) = (pair.Item1.Replace("&", ""), pair.Item2);
        var topic = DeviceTopic.Parse(string.Create(CultureInfo.InvariantCulture, $"$iothub/twin/PATCH/properties/reported/?$rid={id}&$version={version}"), "a");
        Assert.That(topic, Is.EqualTo(new DeviceTopic(DeviceTopicKind.ReportedPatch, id, version)));
    });

    [Test]
    public void A_user_name_comes_back_with_its_parameters_in_any_order() => ForAll(DeviceId.Zip(Text.Zip(Text)), input =>
    {
        var (id, (model, client)) = input;
        string[] parameters = ["api-version=2021-04-12", $"model-id={Uri.EscapeDataString(model)}", $"DeviceClientType={Uri.EscapeDataString(client)}"];
        foreach (var order in new[] { parameters, [.. parameters.Reverse()] })
        {
            var name = ConnectUserName.Parse($"localhost/{id}/?{string.Join('&', order)}", id, out var wrong);
            Assert.That((name?.Host, name?.ModelId, name?.ClientType, wrong), Is.EqualTo(("localhost", model.Length == 0 ? null : model, client, false)));
        }

        Assert.That(ConnectUserName.Parse($"localhost/{id}x/?api-version=2021-04-12", id, out var foreign), Is.Null);
        Assert.That(foreign);
    });

    [Test]
    public void AU1_A_token_is_good_exactly_as_it_was_signed() => ForAll(DeviceId.Zip(Gen.Choose(0, 5)), input =>
    {
        var (id, order) = input;
        var key = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(id)));
        var scope = order % 2 == 0 ? $"localhost/devices/{id.Replace("%", "%25")}" : Uri.EscapeDataString($"localhost/devices/{id}");
        var signature = Uri.EscapeDataString(Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(key), Encoding.UTF8.GetBytes(scope + "\n1795317759"))));
        string[] fields = [$"sr={scope}", $"sig={signature}", "se=1795317759"];
        var text = "SharedAccessSignature " + string.Join('&', fields.Select((_, index) => fields[(index + order) % 3]));
        var token = SasToken.Parse(text)!;
        Assert.That((token.IsSignedBy(key, ""), token.IsSignedBy("", key), token.IsSignedBy("AAAA", "")), Is.EqualTo((true, true, false)));
        Assert.That(token.Covers(id, host => host == "localhost"));
        Assert.That(SasToken.Parse(text.Replace("1795317759", "1795317760"))!.IsSignedBy(key, ""), Is.False);
    });

    [Test]
    public void Any_text_is_understood_or_refused() => ForAll(Text.Zip(Text), pair =>
    {
        var (one, other) = pair;
        DeviceTopic.Parse(one, other);
        DeviceTopic.Parse("devices/" + one, other);
        PropertyBag.Parse(one);
        DeviceFilters.Canonical(one, other);
        ConnectUserName.Parse(one, other, out _);
        SasToken.Parse("SharedAccessSignature " + one);
    });

    [Test]
    public void Any_bytes_are_an_object_or_no_JSON() => ForAll(Gen.Elements("{}[]\",:\\u0d8e1-. \u00e4ntrfls".ToCharArray()).ListOf().Select(string.Concat), text =>
    {
        try
        {
            Assert.That(StrictJson.ReadObject(Encoding.UTF8.GetBytes(text), "They").ToJsonString(), Is.Not.Empty);
        }
        catch (TwinException refusal)
        {
            Assert.That(refusal.Error, Is.EqualTo(TwinError.Format));
        }
    });

    private static void ForAll<T>(Gen<T> generator, Action<T> property) => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(500).WithReplay(20261122, 7), Prop.ForAll(generator.ToArbitrary(), property));
}
