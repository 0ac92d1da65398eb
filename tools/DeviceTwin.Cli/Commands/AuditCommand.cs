using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json.Nodes;
using DeviceTwin.Cli.Audit;
using DeviceTwin.Storage.Audit;

namespace DeviceTwin.Cli.Commands;

/// <summary><c>dtwin audit</c>: proves that an audit log is as it was written.</summary>
internal static class AuditCommand
{
    public static Command Create(string name, string description) => new(name, description) { Verify(), Head() };

    private static Command Verify()
    {
        var files = new Argument<FileInfo[]>("files")
        {
            HelpName = "FILE",
            Arity = ArgumentArity.ZeroOrMore,
            Description = "Archives, unfiltered exports, backups or databases, in the order of their rows; none = the hub's log.",
        };
        var head = new Option<AuditHead?>("--head") { HelpName = "ID:HASH", Description = "A head that was kept elsewhere: the log must still have it.", CustomParser = ParseHead };
        var hub = new HubOptions();
        var command = new Command("verify", "Prove that every row is there and as it was written, or name the first that does not fit.") { files, head };
        hub.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var kept = parsed.GetValue(head);
            if (parsed.GetValue(files) is { Length: > 0 } named)
            {
                return Say(AuditFiles.Verify([.. named.Select(file => file.FullName)], kept), hub.Json(parsed));
            }

            using var client = hub.Connect(parsed);
            var answer = await client.VerifyAudit(kept is null ? null : (kept.Id, kept.Hash), cancellation);
            return Say(Read(answer), hub.Json(parsed));
        });
        return command;
    }

    private static Command Head()
    {
        var file = new Argument<FileInfo?>("file") { HelpName = "FILE", Arity = ArgumentArity.ZeroOrOne, Description = "An archive, export, backup or database; none = the hub's log." };
        var hub = new HubOptions();
        var command = new Command("head", "Print the number and hash of the last row, to be kept where nobody who can write the log can write.") { file };
        hub.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            AuditHead last;
            if (parsed.GetValue(file) is { } named)
            {
                var proof = AuditFiles.Verify([named.FullName], null);
                if (!proof.IsIntact)
                {
                    return Say(proof, hub.Json(parsed));
                }

                last = proof.Head;
            }
            else
            {
                using var client = hub.Connect(parsed);
                last = ReadHead(await client.GetAuditHead(cancellation));
            }

            if (hub.Json(parsed))
            {
                Output.Json(last);
            }
            else
            {
                Output.Line($"{last.Id}:{last.Hash}");
            }

            return ExitCode.Success.Number;
        });
        return command;
    }

    private static int Say(AuditProof proof, bool json)
    {
        if (json)
        {
            Output.Json(new
            {
                intact = proof.IsIntact,
                rows = proof.Rows,
                anchor = proof.Anchor,
                head = proof.Head,
                flaw = proof.Flaw is { } found ? new { kind = found.Word, id = found.Id, sentence = found.Sentence } : null,
            });
        }
        else if (proof.IsIntact)
        {
            Output.Line($"intact: {proof.Rows} rows after {proof.Anchor.Id}, head {proof.Head.Id}:{proof.Head.Hash}");
        }
        else
        {
            Output.Line($"{proof.Flaw!.Word} {proof.Flaw.Id}: {proof.Flaw.Sentence} {proof.Rows} rows before it fit.");
        }

        return proof.IsIntact ? ExitCode.Success.Number : CommandRunner.Fail(ExitCode.AuditBroken, proof.Flaw!.Sentence);
    }

    private static AuditHead? ParseHead(ArgumentResult result)
    {
        if (result.Tokens[0].Value.Split(':') is [var id, { Length: 64 } hash] && hash.All(char.IsAsciiHexDigit)
            && long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return new AuditHead(number, hash.ToLowerInvariant());
        }

        result.AddError($"'{result.Tokens[0].Value}' is no head as `dtwin audit head` prints it: a number, a colon and 64 hexadecimal digits.");
        return null;
    }

    private static AuditProof Read(JsonObject answer) => new(
        ReadHead(answer["anchor"]!.AsObject()),
        ReadHead(answer["head"]!.AsObject()),
        (long)answer["rows"]!,
        answer["flaw"] is JsonObject flaw ? new AuditFlaw(Enum.Parse<AuditFlawKind>((string)flaw["kind"]!, ignoreCase: true), (long)flaw["id"]!, (string)flaw["sentence"]!) : null);

    private static AuditHead ReadHead(JsonObject head) => new((long)head["id"]!, (string)head["hash"]!);
}
