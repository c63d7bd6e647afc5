#!/bin/bash
# The offline folder under Wine, with Windows' own Python: install.bat, the doctor, uninstall.bat, and what is left.
#
#   tools/wine_check.sh FOLDER EMBEDDABLE
#
# FOLDER is what `evalxl bundle` wrote for the Python in EMBEDDABLE, an unpacked python-3.x.x-embed-amd64.zip.
# Wine is no Windows: it has another cmd.exe, registry and loader. It runs the real Python for Windows over them,
# and so shows more of the way than Linux does; docs/windows-checklist.md says what only Windows can show.
set -eu
folder=$(realpath "$1") embeddable=$(realpath "$2")
wine=$(command -v wine64 || echo /usr/lib/wine/wine64)
place=$(mktemp -d)
trap 'WINEPREFIX=$place/prefix wineserver -k 2>/dev/null || true; rm -rf "$place"' EXIT
export WINEPREFIX=$place/prefix WINEDEBUG=-all LANG=C.UTF-8 LC_ALL=C.UTF-8 PYTHONIOENCODING=utf-8
unset DISPLAY

cp -r "$folder" "$place/folder"
cp -r "$embeddable/." "$place/folder/python/"
"$wine" wineboot -i >/dev/null 2>&1
"$wine" winecfg -v win10 >/dev/null 2>&1
"$wine" reg add 'HKLM\Software\Microsoft\Office\16.0\Excel\InstallRoot' /v Path /d 'C:\Office16\' /f >/dev/null

run() { (cd "$place/folder" && "$wine" cmd /c "$@" </dev/null 2>&1 | tr -d '\r' | tee "$place/out"); }
has() { grep -q "$1" "$place/out" || { echo "FAIL: expected: $1" >&2; exit 1; }; }
key() { "$wine" reg query "$1" /s 2>&1 | tr -d '\r' >"$place/out"; }

run install.bat; has 'アドインを登録しました'
key 'HKCU\Software\Classes\evalxl.Bridge'; has 'REG_SZ'
key 'HKCU\Software\Microsoft\Office\16.0\Excel\Options'; has 'evalxl.xlam'
run 診断.bat; has '問題 0件'
run uninstall.bat; has '消しました'
key 'HKCU\Software\Classes\evalxl.Bridge'; has 'Unable to find'
key 'HKCU\Software\Microsoft\Office'; has 'Unable to find'
left=$(find "$WINEPREFIX/drive_c/users" -iname '*evalxl*')
[ -z "$left" ] || { echo "FAIL: left: $left" >&2; exit 1; }
echo "All is well."
