using Spectre.Console;

namespace DeviceTwin.Cli;

/// <summary>Text beside something: where the screen ends it goes on below its own beginning.</summary>
internal static class Folding
{
    /// <summary>Columns that a text takes at least.</summary>
    public const int Least = 20;

    /// <param name="before">Markup that stands before the first line.</param>
    /// <param name="indent">Columns that it takes.</param>
    /// <param name="text">Markup; its colours are lost where it has to be folded.</param>
    public static void Write(string before, int indent, string text)
    {
        var plain = Markup.Remove(text);
        var room = ScreenForm.IsFolded ? Math.Max(Least, Screen.Width - indent) : int.MaxValue;
        if (plain.Length <= room)
        {
            Screen.Unfolded(before + text);
            return;
        }

        foreach (var line in Lines(plain, room))
        {
            Screen.Unfolded(before + Markup.Escape(line));
            before = new string(' ', indent);
        }
    }

    /// <summary>The text in lines of at most so many columns; a word that is longer is cut.</summary>
    internal static IEnumerable<string> Lines(string text, int width)
    {
        while (text.Length > width)
        {
            var space = text.LastIndexOf(' ', width);
            var end = space > 0 ? space : width;
            yield return text[..end];
            text = text[end..].TrimStart();
        }

        yield return text;
    }
}
