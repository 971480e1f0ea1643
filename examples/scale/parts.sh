#!/bin/sh
# Converts a file of JSON Lines in parts, so many at a time, with nothing but the tools of every Unix: the union of what the
# parts give is what one run gives, and so are their messages.
#
#   sh parts.sh FILE OUT [LINES [JOBS]]
#
# FILE is one of plain JSON Lines; OUT gets the N-Quads, sorted, each once. A part has LINES lines (100000); JOBS of them are
# converted at the same time (one for each processor). CITYPACT names the program, where it is not on the path.
set -eu
file=$1 out=$2 lines=${3:-100000} jobs=${4:-$(getconf _NPROCESSORS_ONLN)}
CITYPACT=${CITYPACT:-citypact}
work=$(mktemp -d "$out.parts.XXXXXX")
trap 'rm -rf "$work"' EXIT

# First pass: what any part must know of the others.
status=0
"$CITYPACT" convert "$file" --places-out "$work/places" 2> "$work/places.log" || status=$?
[ "$status" = 0 ] || [ "$status" = 3 ] || { cat "$work/places.log" >&2; exit "$status"; }

# Second pass, one process a part, which says by the line at which it begins where its records stand.
split -l "$lines" -a 6 "$file" "$work/part-"
begin=1
for part in "$work"/part-??????; do
    printf '%s %s\n' "${part##*-}" "$begin"
    begin=$((begin + lines))
done > "$work/list"
export CITYPACT file work
xargs -P "$jobs" -n 2 sh -c '
    part=$work/part-$1 status=0
    "$CITYPACT" convert "$part" --places-in "$work/places" --part-of "$file:$2" --jobs 1 --messages 1000000 \
        --to nquads > "$part.nq" 2> "$part.log" || status=$?
    [ "$status" = 0 ] || [ "$status" = 3 ] || { cat "$part.log" >&2; exit 255; }
' sh < "$work/list"

# A finding begins with its weight, and a hint may follow it; the sums at the end of a part say nothing of the whole.
cat "$work"/*.log | grep -E '^(warning|error): |^  Hint: ' >&2 || true
LC_ALL=C sort -u "$work"/part-*.nq > "$out"
