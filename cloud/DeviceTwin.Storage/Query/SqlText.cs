using System.Globalization;
using System.Text;

namespace DeviceTwin.Storage.Query;

/// <summary>A statement in the making. Whatever comes from a caller goes in as a parameter; the text is ours alone.</summary>
internal sealed class SqlText
{
    private readonly StringBuilder text = new();
    private readonly List<object> parameters = [];
    private readonly Dictionary<object, string> names = [];

    public override string ToString() => text.ToString();

    /// <summary>The values of <c>$0</c>, <c>$1</c>, ….</summary>
    public IReadOnlyList<object> Parameters => parameters;

    public SqlText Add(string sql)
    {
        text.Append(sql);
        return this;
    }

    /// <summary>The name of a parameter with this value; a value that comes again has the same.</summary>
    public string Parameter(object value)
    {
        // 1 and 1.0 are equal keys to nobody: their types differ.
        if (!names.TryGetValue(value, out var name))
        {
            name = "$" + parameters.Count.ToString(CultureInfo.InvariantCulture);
            names.Add(value, name);
            parameters.Add(value);
        }

        return name;
    }
}
