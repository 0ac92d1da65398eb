using System.Text.RegularExpressions;

namespace DeviceTwin.Tests.Hub.Rest;

/// <summary>Keeps cookies and fills in forms, as somebody's browser does.</summary>
internal sealed class Browser(HubFixture hub)
{
    private readonly Dictionary<string, string> cookies = [];

    /// <summary>The session's cookie; null where nobody is signed in.</summary>
    public string? Session => cookies.GetValueOrDefault("devicetwin-session");

    public string Cookies => string.Join("; ", cookies.Select(cookie => $"{cookie.Key}={cookie.Value}"));

    /// <summary>The form is opened, then sent with these fields and what is hidden in it.</summary>
    public async Task<HttpResponseMessage> SignIn(params (string Name, string Value)[] fields)
    {
        using var asked = await Send(HttpMethod.Get, "/sign-in");
        var form = await asked.Content.ReadAsStringAsync();
        var hidden = Regex.Matches(form, "<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\"").Select(match => (match.Groups[1].Value, match.Groups[2].Value));
        return await Post("/sign-in", [.. hidden.Where(field => fields.All(own => own.Name != field.Item1)), .. fields]);
    }

    public Task<HttpResponseMessage> SignInAs(string name, string password) => SignIn(("name", name), ("password", password));

    public Task<HttpResponseMessage> Post(string path, params (string Name, string Value)[] fields) =>
        Send(HttpMethod.Post, path, new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))));

    public async Task<HttpResponseMessage> Send(HttpMethod method, string path, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Add("Accept", "text/html,application/json");
        if (cookies.Count > 0)
        {
            request.Headers.Add("Cookie", Cookies);
        }

        var response = await hub.Http.SendAsync(request);
        foreach (var set in response.Headers.TryGetValues("Set-Cookie", out var all) ? all : [])
        {
            var parts = set.Split(';')[0].Split('=', 2);
            if (parts[1].Length == 0)
            {
                cookies.Remove(parts[0]);
            }
            else
            {
                cookies[parts[0]] = parts[1];
            }
        }

        return response;
    }
}
