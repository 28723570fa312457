/** For bash on the node: sends signal $3 to each process of the pod with uid $1 whose command line has the word $2. */
export const SIGNAL_PROCESSES = `
found=
for file in $(grep -lE "pod\${1//-/[-_]}" /proc/[0-9]*/cgroup 2>/dev/null); do
  folder=\${file%/cgroup}
  if tr '\\0' '\\n' <"$folder/cmdline" 2>/dev/null | grep -qxF "$2"; then kill -"$3" "\${folder#/proc/}" && found=yes; fi
done
[ -n "$found" ] || { echo "No process of pod $1 was called with $2." >&2; exit 1; }`;
