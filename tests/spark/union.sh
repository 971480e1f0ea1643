#!/bin/sh
# make test-spark: the union of the partitions that examples/scale/spark/convert.py converts is what one run gives, quad for quad,
# and so are the messages. PYTHON has pyspark; CITYPACT is the program.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
CITYPACT=$(cd "$(dirname "$1")" && pwd)/$(basename "$1") PYTHON=$2 PLACES=${3:-2000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# Records that need each other stand at both ends, a world between them.
lines=$(wc -l < "$here/tests/data/parts.jsonl")
head -n $((lines / 2)) "$here/tests/data/parts.jsonl" > all.jsonl
"$CITYPACT" generate --quiet --places "$PLACES" >> all.jsonl
tail -n +$((lines / 2 + 1)) "$here/tests/data/parts.jsonl" >> all.jsonl

findings() { grep -E '^(warning|error): |^  Hint: ' "$1" | LC_ALL=C sort -u; }
now() { date +%s.%N; }
began=$(now)
"$CITYPACT" convert all.jsonl --to nquads --messages 1000000 --out one.nq 2> one.log || [ $? = 3 ]
once=$(now)
"$CITYPACT" convert all.jsonl --places-out all.places 2> places.log
first=$(now)
# Partitions of about an eighth: more than cores, so that no part has all that it needs.
size=$(wc -c < all.jsonl)
SPARK_LOCAL_IP=127.0.0.1 SPARK_CONF_DIR="$here/tests/spark" PYSPARK_PYTHON=$PYTHON "$PYTHON" "$here/examples/scale/spark/convert.py" \
    all.jsonl all.places out --citypact "$CITYPACT" --partition-mb "$(awk "BEGIN { print $size / 8 / 1048576 }")" 2> spark.log && status=0 || status=$?
ended=$(now)
[ "$status" = 3 ] || { cat spark.log; echo "exit status $status, not 3"; exit 1; }

parts=$(find out -name 'part-*' | wc -l)
[ "$parts" -ge 6 ] || { echo "only $parts partitions"; exit 1; }
LC_ALL=C sort -u one.nq > one.sorted
cat out/part-* | LC_ALL=C sort -u > union.sorted
cmp one.sorted union.sorted
cat places.log >> spark.log
findings one.log > one.said
findings spark.log > union.said
diff one.said union.said
awk "BEGIN { printf \"The union of %d partitions is one run: %d quads, %d findings (%s MB). One run %.1f s, places %.1f s, Spark %.1f s.\n\", \
    $parts, $(wc -l < one.sorted), $(wc -l < one.said), \"$(awk "BEGIN { printf \"%.1f\", $size / 1e6 }")\", $once - $began, $first - $once, $ended - $first }"
