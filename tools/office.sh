#!/usr/bin/env bash
# Installs LibreOffice, its Python bridge, Japanese fonts, poppler, a browser and zsh where that is allowed; says
# so where not.
# Never fails: without them the tests that need them are skipped.
set -u

missing=()
command -v soffice >/dev/null || missing+=(libreoffice-calc)
/usr/bin/python3 -c 'import uno' 2>/dev/null || missing+=(python3-uno)
command -v pdftoppm >/dev/null || missing+=(poppler-utils)
# A screen that nobody sees and a mouse, for the click on a button (tests/test_addin_office.py).
command -v Xvfb >/dev/null || missing+=(xvfb)
command -v xdotool >/dev/null || missing+=(xdotool)
fc-list :lang=ja 2>/dev/null | grep -q . || missing+=(fonts-noto-cjk)
# Where a browser of the family is there already, the tests of the pages use it (tests/support/browser.py).
command -v chromium >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium)
# The shell in which completion is tried at a terminal (tests/test_start.py).
command -v zsh >/dev/null || missing+=(zsh)
[ ${#missing[@]} -eq 0 ] && exit 0

skipped() {
  printf '\n%s\n' "********************************************************************************" >&2
  printf '%s\n' "SKIPPED: tests that need LibreOffice, Japanese fonts, a browser or zsh will not run. $1" \
    "To run them: sudo apt install ${missing[*]}" >&2
  printf '%s\n\n' "********************************************************************************" >&2
  exit 0
}

command -v apt-get >/dev/null || skipped "This system has no apt-get."
if [ "$(id -u)" -eq 0 ]; then
  root=()
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
  root=(sudo -n)
else
  skipped "Installing them needs an administrator."
fi

echo "Installing ${missing[*]} ..."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
if ! { "${root[@]}" apt-get update -qq && "${root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}"; } \
  </dev/null >"$log" 2>&1; then
  tail -n 5 "$log" >&2
  skipped "apt-get could not install them."
fi
