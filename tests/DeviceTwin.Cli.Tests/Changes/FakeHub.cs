using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DeviceTwin.Tests.Cli.Changes;

/// <summary>A hub on loopback that gives prepared answers and keeps what it was asked.</summary>
internal sealed class FakeHub : IDisposable
{
    private readonly HttpListener listener;
    private readonly Dictionary<string, Queue<Prepared>> answers = [];
    private readonly List<Question> questions = [];

    public FakeHub()
    {
        (listener, Address) = Listen();
        _ = Task.Run(Serve);
    }

    private sealed record Prepared(int Status, string Type, string Body, (string Name, string Value)[] Headers);

    /// <summary>One request as it came.</summary>
    internal sealed record Question(string Method, string Path, string Body, string? IfMatch, string? Author);

    public string Address { get; }

    public IReadOnlyList<Question> Questions
    {
        get
        {
            lock (questions)
            {
                return [.. questions];
            }
        }
    }

    public FakeHub Answer(string method, string path, string body, int status = 200, string type = "application/json", params (string Name, string Value)[] headers)
    {
        answers[$"{method} {path}"] = new([new Prepared(status, type, body, headers)]);
        return this;
    }

    /// <summary>What the next request of the same gets; the last answer stays.</summary>
    public FakeHub Then(string method, string path, string body)
    {
        answers[$"{method} {path}"].Enqueue(new Prepared(200, "application/json", body, []));
        return this;
    }

    /// <summary>Server-sent events, and then the end of the stream.</summary>
    public FakeHub Events(string path, params (string Name, string Data)[] events) =>
        Answer("GET", path, string.Concat(events.Select(told => $": still here\n\nevent: {told.Name}\ndata: {told.Data.ReplaceLineEndings("")}\n\n")), type: "text/event-stream");

    public void Dispose() => listener.Close();

    private static (HttpListener Listener, string Address) Listen()
    {
        for (var attempt = 0; ; attempt++)
        {
            using var probe = new TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            var address = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/";
            probe.Stop();
            var listener = new HttpListener { Prefixes = { address } };
            try
            {
                listener.Start();
                return (listener, address);
            }
            catch (HttpListenerException) when (attempt < 10)
            {
                // Somebody else took the port in between.
            }
        }
    }

    private Prepared Next(string question)
    {
        lock (questions)
        {
            return !answers.TryGetValue(question, out var prepared)
                ? new Prepared(404, "application/json", """{"Message":"ErrorCode:ChangeNotFound;There is no such thing. GET /api/v1/rollouts lists them."}""", [])
                : prepared.Count > 1 ? prepared.Dequeue() : prepared.Peek();
        }
    }

    private async Task Serve()
    {
        while (true)
        {
            try
            {
                await Serve(await listener.GetContextAsync());
            }
            catch (Exception end) when (end is HttpListenerException or ObjectDisposedException && !listener.IsListening)
            {
                return;
            }
            catch (Exception gone) when (gone is HttpListenerException or IOException)
            {
                // The tool has read enough.
            }
        }
    }

    private async Task Serve(HttpListenerContext context)
    {
        var request = context.Request;
        using var reader = new StreamReader(request.InputStream, Encoding.UTF8);
        var path = request.RawUrl!;
        var question = new Question(request.HttpMethod, path, await reader.ReadToEndAsync(), request.Headers["If-Match"], request.Headers["X-DeviceTwin-Author"]);
        lock (questions)
        {
            questions.Add(question);
        }

        var (status, type, body, headers) = Next($"{question.Method} {path}");
        foreach (var (name, value) in headers)
        {
            context.Response.Headers[name] = value;
        }

        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        if (body.Length > 0)
        {
            await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(body));
        }

        context.Response.Close();
    }
}
