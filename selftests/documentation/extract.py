# SPDX-License-Identifier: GPL-2.0-or-later
"""The commands that documentation tells its readers to give.

In Markdown: fences marked sh, bash or console, and indented code blocks; other fences marked
text, or not at all, if each line in them begins with the name of a program. In manual pages:
what stands between .nf and .fi (or .EX and .EE) below EXAMPLES.

A comment of one word behind a command (but not "print"), or one that begins with "=> ", is
a line that the command, or what runs in the background, prints.
"""
import glob
import os
import re

FENCES = ("sh", "bash", "shell", "console")
# The examples of a page about a configuration are checked by the program that reads it.
CHECKS = {
    "printport.conf.5": ("example/printport.conf",
                         "PRINTPORT_CONFIG_DIR=example printportctl config check"),
    "printportd.conf.5": ("example.conf", "printportd --check -c example.conf 0"),
}


class Command:
    def __init__(self, line, text):
        self.line = line
        self.text = text
        self.claims = []

    @property
    def words(self):
        """One line, without comments: what selftests/documentation/not-run names."""
        lines = (split_comment(line)[0].rstrip() for line in self.text.split("\n"))
        text = " ".join(re.sub(r"\\$", "", line) for line in lines)
        return re.sub(r"\s+", " ", text).strip()


class Block:
    def __init__(self, file, commands):
        self.file = file
        self.commands = commands


def split_comment(line):
    """(command, comment) of a line of shell; a # in quotes begins no comment."""
    quote = None
    for i, c in enumerate(line):
        if quote:
            if c == quote:
                quote = None
        elif c in "'\"" and (i == 0 or line[i - 1] != "\\"):
            quote = c
        elif c == "#" and (i == 0 or line[i - 1].isspace()):
            return line[:i], line[i + 1:].strip()
    return line, ""


def claim_of(comment):
    if comment.startswith("=> "):
        return comment[3:].strip()
    return None if re.search(r"\s", comment) or comment in ("", "print") else comment


def open_quote(text):
    quote = None
    escaped = False
    for c in text:
        if escaped:
            escaped = False
        elif c == "\\" and quote != "'":
            escaped = True
        elif quote:
            if c == quote:
                quote = None
        elif c in "'\"":
            quote = c
    return quote is not None


def goes_on(text):
    """Whether a command needs more lines."""
    bare = "\n".join(split_comment(line)[0].rstrip() for line in text.split("\n"))
    if bare.endswith(("\\", "|", "&&", "||")) or open_quote(bare):
        return True
    here = re.search(r"<<-?\s*['\"]?(\w+)", bare)
    if here and not re.search(r"^\t*%s$" % here.group(1), text, re.M):
        return True
    begun = len(re.findall(r"(?:^|[;&|]\s*|\s)(?:for|while|until|if|case)\s", bare))
    ended = len(re.findall(r"(?:^|[;\s])(?:done|fi|esac)\b", bare))
    return begun > ended and bool(re.match(r"(for|while|until|if|case)\s", bare))


def commands_of(lines):
    """lines: (number, text) -> commands; what is wrong there shows when they are run."""
    commands, pending, number = [], [], 0
    for at, line in lines:
        if not pending:
            if not split_comment(line)[0].strip():
                continue
            number = at
        pending.append(line)
        if not goes_on("\n".join(pending)):
            commands.append(Command(number, "\n".join(pending)))
            pending = []
    if pending:
        commands.append(Command(number, "\n".join(pending)))
    for command in commands:
        claims = [claim_of(split_comment(line)[1]) for line in command.text.split("\n")]
        command.claims = [claim for claim in claims if claim]
    return commands


def console_of(lines):
    """What follows a prompt is a command, the lines behind it are what it prints."""
    commands = []
    for at, line in lines:
        prompt = re.match(r"[$#] (.*)", line)
        if prompt:
            commands += commands_of([(at, prompt.group(1))])
        elif line.strip() and line.strip() != "..." and commands:
            commands[-1].claims.append(line.strip())
    return commands


def dedent(lines):
    margin = min(len(t) - len(t.lstrip()) for _, t in lines if t.strip())
    return [(at, t[margin:]) for at, t in lines]


def markdown_blocks(text):
    """(language or None for indented ones, [(number, line)])"""
    fence, language, block, blank = None, "", [], True
    for at, line in enumerate(text.expandtabs().split("\n") + [""], 1):
        mark = re.match(r"\s*(```+|~~~+)\s*(\w*)", line)
        if fence:
            if mark and mark.group(1).startswith(fence):
                yield language, block
                fence, block = None, []
            else:
                block.append((at, line))
            blank = False
        elif mark:
            if block:
                yield None, block
            fence, language, block = mark.group(1), mark.group(2), []
        elif line.startswith("    ") and line.strip() and (blank or block):
            block.append((at, line))
        elif line.strip() or at > text.count("\n"):
            if block:
                yield None, block
            block = []
        elif block:
            block.append((at, ""))
        if not fence:
            blank = not line.strip()


def is_program(word):
    if re.match(r"[\w.+-]+$", word):
        return any(os.access(os.path.join(path, word), os.X_OK)
                   for path in os.environ["PATH"].split(":"))
    return False


def are_commands(lines):
    return all(is_program(command.words.split(" ")[0]) for command in commands_of(lines))


def markdown(file, text):
    for language, lines in markdown_blocks(text):
        if not any(t.strip() for _, t in lines):
            continue
        if language is None or language in FENCES or \
                language in ("", "text") and are_commands(dedent(lines)):
            parse = console_of if language == "console" else commands_of
            yield Block(file, parse(dedent(lines)))


def roff(line):
    """A line between .nf and .fi as a terminal shows it, or None."""
    macro = re.match(r"\.([A-Z]{1,2})\s+(.*)", line)
    if macro and macro.group(1) in ("B", "I", "BI", "BR", "RB", "IR", "RI", "IB"):
        words = re.findall(r'"[^"]*"|\S+', macro.group(2))
        joint = " " if len(macro.group(1)) == 1 else ""
        line = joint.join(word.strip('"') for word in words)
    elif line.startswith((".", "'\\\"")):
        return None
    line = re.sub(r"\\f(\[\w*\]|.)", "", line)
    line = line.replace("\\&", "").replace("\\-", "-").replace("\\(dq", '"')
    line = line.replace("\\(aq", "'").replace("\\(ti", "~").replace("\\(ha", "^")
    return line.replace("\\e", "\\").replace("\\\\", "\\")


def configuration(page):
    """What makes commands of the example of a page about a configuration."""
    def parse(lines):
        begin = next((line for _, line in lines if not line.startswith("#")), "")
        if not begin.startswith("["):
            return commands_of(lines)
        path, check = CHECKS[page]
        text = "".join(f"{line}\n" for _, line in lines)
        at = lines[0][0]
        return [Command(at, f"mkdir -p example; cat > {path} <<'END'\n{text}END"),
                Command(at, check)]
    return parse


def manual(file, text):
    parse = configuration(os.path.basename(file)) if file.endswith(".5") else commands_of
    within, literal, lines = False, False, []
    for at, line in enumerate(text.split("\n"), 1):
        if line.startswith(".SH"):
            within = "EXAMPLE" in line
        elif within and line in (".nf", ".EX"):
            literal, lines = True, []
        elif literal and line in (".fi", ".EE"):
            literal = False
            if lines:
                yield Block(file, parse(lines))
        elif literal:
            shown = roff(line)
            if shown is not None and shown.strip():
                lines.append((at, shown))


def files(top):
    """The pages, as paths below top."""
    found = ["README.md"]
    for pattern in ("Documentation/*.md", "tools/man/*.[0-9]"):
        found += sorted(glob.glob(os.path.join(top, pattern)))
    return [os.path.relpath(os.path.join(top, name), top) for name in found]


def blocks(top, file):
    with open(os.path.join(top, file), encoding="utf-8") as f:
        text = f.read()
    if file.endswith(".md"):
        return list(markdown(file, text))
    # Those are C.
    if file.endswith(".3"):
        return []
    return list(manual(file, text))
