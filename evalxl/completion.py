"""Completion of commands, options and their known values in bash, zsh and PowerShell.

A script is made from the declared commands and stands for itself: pressing Tab starts no program. What is
no option and no known value is completed as a file.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable

from evalxl import manual
from evalxl.actions import ACTIONS, Argument, Command


@dataclasses.dataclass(frozen=True, slots=True)
class Words:
    """What may follow: ``options`` of a command by name, each with its values; ``words`` by themselves."""

    options: dict[str, tuple[str, ...]]
    words: tuple[str, ...] = ()


def script(shell: str) -> str:
    """The script of ``bash``, ``zsh`` or ``powershell``. KeyError for another shell."""
    return SHELLS[shell]({command.name: _words(command) for command in ACTIONS.values()})


def _words(command: Command) -> Words:
    options: dict[str, tuple[str, ...]] = {}
    words: tuple[str, ...] = ()
    for argument in (*command.arguments, *manual.COMMON):
        known = _known(command, argument)
        if argument.positional:
            words = known
        else:
            options |= dict.fromkeys(argument.names, known)
    return Words(options, words)


def _known(command: Command, argument: Argument) -> tuple[str, ...]:
    """The values that an argument can have, where they are known beforehand."""
    if argument.choices:
        return argument.choices
    if argument.name == "--form":
        from workbook import form

        return tuple(form.ids())
    if (command.name, argument.name) == ("rules", "code"):
        from evalxl.rules import registry

        return tuple(registry.iter_codes())
    return ()


def _first(names: Iterable[str]) -> list[str]:
    """The first words of commands, each once."""
    return list(dict.fromkeys(name.split()[0] for name in names))


def _seconds(names: Iterable[str]) -> dict[str, list[str]]:
    """First word → second words of the commands that have two."""
    found: dict[str, list[str]] = {}
    for name in names:
        if " " in name:
            found.setdefault(name.split()[0], []).append(name.split()[1])
    return found


def _bash(commands: dict[str, Words]) -> str:
    families = _seconds(commands)
    lines = [
        "# evalxl completion bash > ~/.local/share/bash-completion/completions/evalxl",
        "_evalxl() {",
        '  local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}"',
        '  local command="${COMP_WORDS[1]}" words=""',
        "  if (( COMP_CWORD == 1 )); then",
        f'    words="{" ".join([*_first(commands), "--help", "--version"])}"',
        "  else",
        '    case "$command" in',
        *(
            f'      {first}) (( COMP_CWORD > 2 )) && command="$command ${{COMP_WORDS[2]}}"'
            f' || words="{" ".join(rest)}" ;;'
            for first, rest in families.items()
        ),
        "    esac",
        '    [[ -z $words ]] && case "$command|$before" in',
        *(f'      "{name}|{option}") words="{" ".join(values)}" ;;'
          for name, found in commands.items() for option, values in found.options.items() if values),
        "    esac",
        '    [[ -z $words ]] && case "$command" in',
        *(
            f'      "{name}") [[ $word == -* ]] && words="{" ".join(found.options)}"'
            f' || words="{" ".join(found.words)}" ;;'
            for name, found in commands.items()
        ),
        "    esac",
        "  fi",
        '  COMPREPLY=($(compgen -W "$words" -- "$word"))',
        "}",
        "complete -o default -F _evalxl evalxl",
    ]  # fmt: skip
    return "\n".join(lines)


def _zsh(commands: dict[str, Words]) -> str:
    """zsh runs bash's function: its own layer for that is part of every zsh."""
    return "\n".join(
        [
            "# evalxl completion zsh > ~/.evalxl.zsh; then in ~/.zshrc: source ~/.evalxl.zsh",
            "(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }",
            "autoload -Uz bashcompinit && bashcompinit",
            *_bash(commands).splitlines()[1:],
        ]
    )


def _powershell(commands: dict[str, Words]) -> str:
    families = _seconds(commands)
    lines = [
        "# evalxl completion powershell | Out-String | Invoke-Expression   (in $PROFILE for every session)",
        "Register-ArgumentCompleter -Native -CommandName evalxl -ScriptBlock {",
        "  param($word, $tree, $cursor)",
        "  $given = @($tree.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })",
        "  if ($word -ne '' -and $given.Count) { $given = @($given | Select-Object -SkipLast 1) }",
        "  $first = @{}",
        *(f"  $first['{name}'] = @({_listed(rest)})" for name, rest in families.items()),
        "  $options = @{}; $values = @{}; $words = @{}",
        *(f"  $options['{name}'] = @({_listed(found.options)})" for name, found in commands.items()),
        *(f"  $words['{name}'] = @({_listed(found.words)})"
          for name, found in commands.items() if found.words),
        *(f"  $values['{name}|{option}'] = @({_listed(known)})"
          for name, found in commands.items() for option, known in found.options.items() if known),
        f"  if ($given.Count -eq 0) {{ $offer = @({_listed([*_first(commands), '--help', '--version'])}) }}",
        "  elseif ($given.Count -eq 1 -and $first.ContainsKey($given[0])) { $offer = $first[$given[0]] }",
        "  else {",
        "    $name = if ($first.ContainsKey($given[0])) { \"$($given[0]) $($given[1])\" } else { $given[0] }",
        "    $offer = $values[\"$name|$($given[-1])\"]",
        "    if (-not $offer) { $offer = if ($word -like '-*') { $options[$name] } else { $words[$name] } }",
        "  }",
        "  $offer | Where-Object { $_ -like \"$word*\" } | ForEach-Object {",
        "    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)",
        "  }",
        "}",
    ]  # fmt: skip
    return "\n".join(lines)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


SHELLS: dict[str, Callable[[dict[str, Words]], str]] = {"bash": _bash, "zsh": _zsh, "powershell": _powershell}
"""Shell → what writes its script."""
