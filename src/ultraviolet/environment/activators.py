"""The scripts that make a shell use an environment, and the start-up hook that keeps distutils inside it.

All are texts with four marks, replaced when an environment is made: ``@ROOT@`` and ``@PROMPT@`` stand inside or instead of
a quoted literal of the script's own language, ``@BIN@`` is the name of the scripts directory, ``@SITE@`` the way from there
to site-packages.
"""

from __future__ import annotations

POSIX = r"""# Activate the virtual environment in bash, zsh, ksh or another POSIX shell:  . @BIN@/activate
# Leave it again with:  deactivate

if [ -n "${BASH_VERSION:+x}" ]; then
    eval '_uv_script="${BASH_SOURCE[0]}"'
    if [ "$_uv_script" = "$0" ]; then
        echo "You must source this script: \$ source $0" >&2
        exit 33
    fi
elif [ -n "${ZSH_VERSION:+x}" ]; then
    eval '_uv_script="${(%):-%x}"'
elif [ -n "${KSH_VERSION:+x}" ]; then
    eval '_uv_script="${.sh.file}"'
else
    _uv_script=''
fi

deactivate () {
    unset -f pydoc >/dev/null 2>&1 || true
    if [ -n "${_OLD_VIRTUAL_PATH+x}" ]; then
        PATH="$_OLD_VIRTUAL_PATH"
        export PATH
        unset _OLD_VIRTUAL_PATH
    fi
    if [ -n "${_OLD_VIRTUAL_PYTHONHOME+x}" ]; then
        PYTHONHOME="$_OLD_VIRTUAL_PYTHONHOME"
        export PYTHONHOME
        unset _OLD_VIRTUAL_PYTHONHOME
    fi
    if [ -n "${_OLD_VIRTUAL_PS1+x}" ]; then
        PS1="$_OLD_VIRTUAL_PS1"
        export PS1
        unset _OLD_VIRTUAL_PS1
    fi
    unset VIRTUAL_ENV
    unset VIRTUAL_ENV_PROMPT
    hash -r 2>/dev/null || true  # forget where programs were found before
    if [ "${1-}" != nondestructive ]; then
        unset -f deactivate
    fi
}

# An environment that is active already is left first.
deactivate nondestructive

VIRTUAL_ENV=@ROOT@
case "${OSTYPE-}" in
    cygwin | msys) if command -v cygpath >/dev/null 2>&1; then VIRTUAL_ENV=$(cygpath -u "$VIRTUAL_ENV"); fi ;;
esac
export VIRTUAL_ENV
unset _uv_script

_OLD_VIRTUAL_PATH="$PATH"
PATH="$VIRTUAL_ENV/@BIN@:$PATH"
export PATH

VIRTUAL_ENV_PROMPT=@PROMPT@
if [ -z "$VIRTUAL_ENV_PROMPT" ]; then
    VIRTUAL_ENV_PROMPT=$(basename "$VIRTUAL_ENV")
fi
export VIRTUAL_ENV_PROMPT

if [ -n "${PYTHONHOME+x}" ]; then
    _OLD_VIRTUAL_PYTHONHOME="$PYTHONHOME"
    unset PYTHONHOME
fi

if [ -z "${VIRTUAL_ENV_DISABLE_PROMPT-}" ]; then
    _OLD_VIRTUAL_PS1="${PS1-}"
    PS1="(${VIRTUAL_ENV_PROMPT}) ${PS1-}"
    export PS1
fi

unalias pydoc 2>/dev/null || true
pydoc () {
    python -m pydoc "$@"
}

hash -r 2>/dev/null || true
"""

CSH = r"""# Activate the virtual environment in csh or tcsh:  source @BIN@/activate.csh
# Leave it again with:  deactivate

# (`if` would expand the variables of its command before it looks at the condition.)
alias deactivate 'test $?_OLD_VIRTUAL_PATH != 0 && setenv PATH "$_OLD_VIRTUAL_PATH:q"; unset _OLD_VIRTUAL_PATH; test $?_OLD_VIRTUAL_PROMPT != 0 && set prompt="$_OLD_VIRTUAL_PROMPT:q"; unset _OLD_VIRTUAL_PROMPT; unsetenv VIRTUAL_ENV; unsetenv VIRTUAL_ENV_PROMPT; rehash; unalias pydoc; unalias deactivate'

# An environment that is active already is left first.
if ($?_OLD_VIRTUAL_PATH) then
    setenv PATH "$_OLD_VIRTUAL_PATH:q"
    unset _OLD_VIRTUAL_PATH
endif
if ($?_OLD_VIRTUAL_PROMPT) then
    set prompt="$_OLD_VIRTUAL_PROMPT:q"
    unset _OLD_VIRTUAL_PROMPT
endif

setenv VIRTUAL_ENV @ROOT@

set _OLD_VIRTUAL_PATH="$PATH:q"
setenv PATH "$VIRTUAL_ENV:q/@BIN@:$PATH:q"

setenv VIRTUAL_ENV_PROMPT @PROMPT@
if ("$VIRTUAL_ENV_PROMPT:q" == "") then
    setenv VIRTUAL_ENV_PROMPT "$VIRTUAL_ENV:t:q"
endif

set _uv_show_prompt=1
if ($?VIRTUAL_ENV_DISABLE_PROMPT) then
    if ("$VIRTUAL_ENV_DISABLE_PROMPT" != "") set _uv_show_prompt=0
endif
# A shell that is not interactive has no prompt.
if (! $?prompt) set _uv_show_prompt=0
if ($_uv_show_prompt) then
    set _OLD_VIRTUAL_PROMPT="$prompt:q"
    set prompt="($VIRTUAL_ENV_PROMPT:q) $prompt:q"
endif
unset _uv_show_prompt

alias pydoc 'python -m pydoc'

rehash
"""

FISH = r"""# Activate the virtual environment in fish:  source @BIN@/activate.fish
# Leave it again with:  deactivate

function deactivate -d 'Leave the virtual environment'
    if set -q _OLD_VIRTUAL_PATH
        set -gx PATH $_OLD_VIRTUAL_PATH
        set -e _OLD_VIRTUAL_PATH
    end
    if set -q _OLD_VIRTUAL_PYTHONHOME
        set -gx PYTHONHOME $_OLD_VIRTUAL_PYTHONHOME
        set -e _OLD_VIRTUAL_PYTHONHOME
    end
    if set -q _OLD_FISH_PROMPT_OVERRIDE; and functions -q _old_fish_prompt
        set -l fish_function_path  # empty here, so that erasing does not load the function anew
        functions -e fish_prompt
        functions -c _old_fish_prompt fish_prompt
        functions -e _old_fish_prompt
        set -e _OLD_FISH_PROMPT_OVERRIDE
    end
    set -e VIRTUAL_ENV
    set -e VIRTUAL_ENV_PROMPT
    if test "$argv[1]" != nondestructive
        functions -e pydoc
        functions -e deactivate
    end
end

# An environment that is active already is left first.
deactivate nondestructive

set -gx VIRTUAL_ENV @ROOT@
if string match -qr 'CYGWIN|MSYS|MINGW' (uname); and command -s cygpath >/dev/null
    set -gx VIRTUAL_ENV (cygpath -u "$VIRTUAL_ENV")
end

set -gx _OLD_VIRTUAL_PATH $PATH
set -gx PATH "$VIRTUAL_ENV"'/@BIN@' $PATH

set -gx VIRTUAL_ENV_PROMPT @PROMPT@
if test -z "$VIRTUAL_ENV_PROMPT"
    set -gx VIRTUAL_ENV_PROMPT (basename "$VIRTUAL_ENV")
end

if set -q PYTHONHOME
    set -gx _OLD_VIRTUAL_PYTHONHOME $PYTHONHOME
    set -e PYTHONHOME
end

function pydoc
    python -m pydoc $argv
end

if test -z "$VIRTUAL_ENV_DISABLE_PROMPT"
    functions -c fish_prompt _old_fish_prompt
    function fish_prompt
        set -l prompt (_old_fish_prompt)  # first: it may look at $status
        printf '(%s) ' $VIRTUAL_ENV_PROMPT
        string join -- \n $prompt
    end
    set -gx _OLD_FISH_PROMPT_OVERRIDE "$VIRTUAL_ENV"
end
"""

NUSHELL = r"""# Activate the virtual environment in Nushell:  overlay use @BIN@/activate.nu
# Leave it again with:  deactivate
# (Under another name, `overlay use activate.nu as NAME`, leave with `overlay hide NAME`.)

export-env {
    let virtual_env = @ROOT@
    let prompt_given = @PROMPT@
    let prompt_name = if ($prompt_given | is-empty) { $virtual_env | path basename } else { $prompt_given }
    let path_name = if ('Path' in $env) { 'Path' } else { 'PATH' }
    let new_path = ($env | get $path_name | prepend ([$virtual_env '@BIN@'] | path join))
    let variables = { $path_name: $new_path, VIRTUAL_ENV: $virtual_env, VIRTUAL_ENV_PROMPT: $prompt_name }

    let disabled = ($env.VIRTUAL_ENV_DISABLE_PROMPT? | default '')
    let hide_prompt = if (($disabled | describe) == 'bool') { $disabled } else { not ($disabled | is-empty) }
    let variables = if $hide_prompt {
        $variables
    } else {
        let prefix = $'(char lparen)($prompt_name)(char rparen) '
        let old = ($env.PROMPT_COMMAND? | default '')
        let command = if ('closure' in ($old | describe)) {
            {|| $'($prefix)(do $old)' }
        } else {
            {|| $'($prefix)($old)' }
        }
        $variables | merge { PROMPT_COMMAND: $command, VIRTUAL_PREFIX: $prefix }
    }
    load-env $variables
}

export alias pydoc = python -m pydoc
export alias deactivate = overlay hide activate
"""

XONSH = r"""# Activate the virtual environment in xonsh:  source @BIN@/activate.xsh
# Leave it again with:  deactivate


class _UvEnvironment:
    '''One activation: what it changed, and how to undo it.'''

    UNSET = "__virtualenv_was_not_set__"

    def __init__(self):
        import os

        self.variables = __xonsh__.env
        self.root = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
        self.prompt = @PROMPT@

    def save(self, name):
        self.variables["_OLD_VIRTUAL_" + name] = self.variables[name] if name in self.variables else self.UNSET

    def activate(self):
        import os

        self.deactivate(["nondestructive"])
        aliases["deactivate"] = self.deactivate
        aliases["pydoc"] = ["python", "-m", "pydoc"]
        self.variables["VIRTUAL_ENV"] = self.root
        self.variables["VIRTUAL_ENV_PROMPT"] = self.prompt or os.path.basename(self.root)
        self.save("PATH")
        self.variables["PATH"] = [os.path.join(self.root, "@BIN@"), *self.variables["PATH"]]
        self.save("PYTHONHOME")
        self.variables.pop("PYTHONHOME", None)

    def deactivate(self, arguments=None):
        for name in ("PATH", "PYTHONHOME"):
            saved = "_OLD_VIRTUAL_" + name
            if saved not in self.variables:
                continue
            value = self.variables[saved]
            del self.variables[saved]
            if value == self.UNSET:
                self.variables.pop(name, None)
            else:
                self.variables[name] = value
        for name in ("VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT"):
            self.variables.pop(name, None)
        aliases.pop("pydoc", None)
        if arguments is None or "nondestructive" not in arguments:
            aliases.pop("deactivate", None)


_UvEnvironment().activate()
del _UvEnvironment
"""

POWERSHELL = r"""# Activate the virtual environment in PowerShell:  @BIN@/activate.ps1
# Leave it again with:  deactivate

function global:deactivate([switch] $NonDestructive) {
    if (Test-Path variable:_OLD_VIRTUAL_PATH) {
        $env:PATH = $variable:_OLD_VIRTUAL_PATH
        Remove-Variable "_OLD_VIRTUAL_PATH" -Scope global
    }
    if (Test-Path function:_old_virtual_prompt) {
        $function:prompt = $function:_old_virtual_prompt
        Remove-Item function:\_old_virtual_prompt
    }
    foreach ($name in "VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT") {
        if (Test-Path "env:$name") {
            Remove-Item "env:$name" -ErrorAction SilentlyContinue
        }
    }
    if (!$NonDestructive) {
        Remove-Item function:deactivate
        Remove-Item function:pydoc
    }
}

function global:pydoc {
    & python -m pydoc $args
}

# An environment that is active already is left first.
deactivate -NonDestructive

$env:VIRTUAL_ENV = Split-Path (Resolve-Path (Split-Path $MyInvocation.MyCommand.Path -Parent)) -Parent
$env:VIRTUAL_ENV_PROMPT = @PROMPT@
if (!$env:VIRTUAL_ENV_PROMPT) {
    $env:VIRTUAL_ENV_PROMPT = Split-Path $env:VIRTUAL_ENV -Leaf
}

New-Variable -Scope global -Name _OLD_VIRTUAL_PATH -Value $env:PATH
$env:PATH = "$env:VIRTUAL_ENV/@BIN@@SEPARATOR@" + $env:PATH

if (!$env:VIRTUAL_ENV_DISABLE_PROMPT) {
    function global:_old_virtual_prompt { "" }
    $function:_old_virtual_prompt = $function:prompt
    function global:prompt {
        $previous = & $function:_old_virtual_prompt
        "(" + $env:VIRTUAL_ENV_PROMPT + ") " + $previous
    }
}
"""

BATCH = r"""@rem Activate the virtual environment in cmd.exe:  @BIN@\activate.bat
@rem Leave it again with:  deactivate

@rem This file is UTF-8.
@for /f "tokens=2 delims=:." %%a in ('"%SystemRoot%\System32\chcp.com"') do @set _OLD_CODEPAGE=%%a
@if defined _OLD_CODEPAGE "%SystemRoot%\System32\chcp.com" 65001 > nul

@for %%i in ("@ROOT@") do @set "VIRTUAL_ENV=%%~fi"

@set "VIRTUAL_ENV_PROMPT=@PROMPT@"
@if not defined VIRTUAL_ENV_PROMPT (
    @for %%d in ("%VIRTUAL_ENV%") do @set "VIRTUAL_ENV_PROMPT=%%~nxd"
)

@if defined _OLD_VIRTUAL_PROMPT (
    @set "PROMPT=%_OLD_VIRTUAL_PROMPT%"
) else (
    @if not defined PROMPT @set "PROMPT=$P$G"
    @if not defined VIRTUAL_ENV_DISABLE_PROMPT @call set "_OLD_VIRTUAL_PROMPT=%%PROMPT%%"
)
@if not defined VIRTUAL_ENV_DISABLE_PROMPT @set "PROMPT=(%VIRTUAL_ENV_PROMPT%) %PROMPT%"

@rem No blocks from here on: a parenthesis in a path would end them.
@if not defined _OLD_VIRTUAL_PYTHONHOME @set "_OLD_VIRTUAL_PYTHONHOME=%PYTHONHOME%"
@set PYTHONHOME=
@if defined _OLD_VIRTUAL_PATH @set "PATH=%_OLD_VIRTUAL_PATH%"
@if not defined _OLD_VIRTUAL_PATH @set "_OLD_VIRTUAL_PATH=%PATH%"
@set "PATH=%VIRTUAL_ENV%\@BIN@;%PATH%"

@if defined _OLD_CODEPAGE "%SystemRoot%\System32\chcp.com" %_OLD_CODEPAGE% > nul
@set _OLD_CODEPAGE=
"""

BATCH_LEAVE = r"""@rem Leave the virtual environment in cmd.exe.

@set VIRTUAL_ENV=
@set VIRTUAL_ENV_PROMPT=

@rem No blocks: a parenthesis in a path would end them.
@if defined _OLD_VIRTUAL_PROMPT @set "PROMPT=%_OLD_VIRTUAL_PROMPT%"
@set _OLD_VIRTUAL_PROMPT=
@if defined _OLD_VIRTUAL_PYTHONHOME @set "PYTHONHOME=%_OLD_VIRTUAL_PYTHONHOME%"
@set _OLD_VIRTUAL_PYTHONHOME=
@if defined _OLD_VIRTUAL_PATH @set "PATH=%_OLD_VIRTUAL_PATH%"
@set _OLD_VIRTUAL_PATH=
"""

BATCH_PYDOC = """@python.exe -m pydoc %*
"""

PYTHON = r'''"""Use the virtual environment from a Python that runs already.

    import runpy
    runpy.run_path("path/to/@BIN@/activate_this.py")
"""

import os
import site
import sys

try:
    scripts = os.path.dirname(os.path.abspath(__file__))
except NameError:
    raise AssertionError("You must use import runpy; runpy.run_path(this_file)") from None
root = scripts[: -len("@BIN@") - 1]

os.environ["PATH"] = os.pathsep.join([scripts] + os.environ.get("PATH", "").split(os.pathsep))
os.environ["VIRTUAL_ENV"] = root
os.environ["VIRTUAL_ENV_PROMPT"] = @PROMPT@ or os.path.basename(root)

# What is installed here comes before what was importable so far.
before = len(sys.path)
for directory in "@SITE@".split(os.pathsep):
    site.addsitedir(os.path.realpath(os.path.join(scripts, directory)))
sys.path[:] = sys.path[before:] + sys.path[:before]

sys.real_prefix = sys.prefix
sys.prefix = root
'''

DISTUTILS_HOOK_START = (
    'import sys; sys.meta_path.insert(0, type("VirtualenvFinder", (), {"find_spec": staticmethod(lambda name, path=None, '
    'target=None: __import__("_virtualenv").find_spec(name, path) if name in ("distutils.dist", "setuptools.dist") else None)}))'
)
"""The line of a ``.pth`` file that has the hook imported once it is needed: every start of the interpreter pays for this."""

DISTUTILS_HOOK = '''"""Keep distutils' own configuration files from installing outside of this virtual environment.

Imported by a finder in `_virtualenv.pth` when a module that defines `Distribution` is looked for.
"""

import sys

_busy = False


def find_spec(name, path=None):
    """Find a module that defines `Distribution`, and have that patched once it is loaded."""
    global _busy
    if _busy:
        return None
    from importlib.util import find_spec

    _busy = True
    try:
        spec = find_spec(name, path)
    finally:
        _busy = False
    loader = getattr(spec, "loader", None)
    execute = getattr(loader, "exec_module", None)
    if execute is None:
        return spec

    def exec_module(module):
        execute(module)
        _patch(module.Distribution)

    try:
        loader.exec_module = exec_module
    except AttributeError:
        pass
    return spec


def _patch(distribution):
    parse = distribution.parse_config_files

    def parse_config_files(self, *args, **kwargs):
        result = parse(self, *args, **kwargs)
        options = self.get_option_dict("install")
        if "prefix" in options:
            options["prefix"] = __file__, sys.prefix
        for kind in ("purelib", "platlib", "headers", "scripts", "data"):
            options.pop("install_" + kind, None)
        return result

    distribution.parse_config_files = parse_config_files
'''


def activator_texts(
    root: str, prompt: str, bin_name: str, site_packages: tuple[str, ...], *, relocatable: bool, path_separator: str
) -> dict[str, str]:
    """Return {file name: text} of all activators for the environment at ``root``.

    ``site_packages`` are relative to the scripts directory. An empty prompt leaves the name of the directory. csh cannot
    tell where a sourced script lies, so a relocatable environment has no activator for it.
    """
    posix_root, batch_root = quote_posix(root), root
    fish_root = csh_root = posix_root
    nu_root = f"r#'{root}'#" if "'" in root else f"'{root}'"
    if relocatable:
        posix_root = '"$(dirname -- "$(dirname -- "$(realpath -- "$_uv_script")")")"'
        batch_root = "%~dp0.."
        fish_root = "(dirname -- (dirname -- (realpath -- (status -f))))"
        nu_root = "(path self | path dirname | path dirname)"
    python_prompt = repr(prompt)
    texts = {
        "activate": POSIX.replace("@ROOT@", posix_root).replace("@PROMPT@", quote_posix(prompt)),
        "activate.csh": CSH.replace("@ROOT@", csh_root).replace("@PROMPT@", quote_posix(prompt)),
        "activate.fish": FISH.replace("@ROOT@", fish_root).replace("@PROMPT@", quote_posix(prompt)),
        "activate.nu": NUSHELL.replace("@ROOT@", nu_root).replace(
            "@PROMPT@", f"r#'{prompt}'#" if "'" in prompt else f"'{prompt}'"
        ),
        "activate.xsh": XONSH.replace("@PROMPT@", python_prompt),
        "activate.ps1": POWERSHELL.replace("@PROMPT@", "'" + prompt.replace("'", "''") + "'").replace(
            "@SEPARATOR@", path_separator
        ),
        "activate.bat": BATCH.replace("@ROOT@", batch_root).replace("@PROMPT@", prompt).replace("\n", "\r\n"),
        "deactivate.bat": BATCH_LEAVE.replace("\n", "\r\n"),
        "pydoc.bat": BATCH_PYDOC.replace("\n", "\r\n"),
        "activate_this.py": PYTHON.replace("@PROMPT@", python_prompt).replace(
            "@SITE@", path_separator.join(site_packages).replace("\\", "\\\\")
        ),
    }
    if relocatable:
        del texts["activate.csh"]
    return {name: text.replace("@BIN@", bin_name) for name, text in texts.items()}


def quote_posix(text: str) -> str:
    r"""Quote for a POSIX shell (and csh, and fish): always in single quotes.

    >>> quote_posix("it's")
    '\\'it\\'"\\'"\\'s\\''
    """
    return "'" + text.replace("'", "'\"'\"'") + "'"
