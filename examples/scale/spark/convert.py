"""Converts a file of JSON Lines to N-Quads under Apache Spark, a process of citypact for each partition.

    citypact convert cities.jsonl --places-out cities.places                       # first, once, where the file is
    spark-submit convert.py cities.jsonl cities.places OUT [--citypact PROGRAM] [--partition-mb 64]

OUT becomes a folder of N-Quads: their union is what one run of citypact gives, and what the processes say is what it says. Lines
stream through: no partition is held in memory, and none but messages come to the driver. The exit status is 3 where records were
rejected, as citypact's is.

A line counts from the beginning of its file, wherever it is converted: Spark counts the lines of its blocks first (a job of the
JVM alone). Lines are handed on as the bytes that they are; text that is not UTF-8 is for citypact to reject.
"""

import argparse, itertools, os, subprocess, sys, tempfile, threading

from pyspark import AccumulatorParam, SparkFiles
from pyspark.sql import SparkSession
from pyspark.sql.functions import col, input_file_block_start


class Gathered(AccumulatorParam):
    """Lists that tasks add to."""

    def zero(self, value):
        return []

    def addInPlace(self, one, other):
        return one + other


def feed(pipe, lines):
    """Writes lines to a process; one that has gone says why on its standard error."""
    try:
        with pipe:
            for line in lines:
                pipe.write(line + b"\n")
    except BrokenPipeError:
        pass


def converted(lines, command):
    """The N-Quads of a part, line by line; its messages, and whether records were rejected, come last."""
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=told)
        feeder = threading.Thread(target=feed, args=(process.stdin, lines), daemon=True)
        feeder.start()
        for quad in process.stdout:
            yield quad.rstrip(b"\n").decode()
        feeder.join()
        status = process.wait()
        told.seek(0)
        messages = told.read().decode()
    if status not in (0, 3):
        raise RuntimeError(f"citypact ended with status {status}: {messages}")
    yield status, messages


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", help="JSON Lines, wherever Spark can read it; compressed, it is one partition")
    parser.add_argument("places", help="what `citypact convert FILE --places-out` wrote")
    parser.add_argument("out", help="folder to write, which must not exist")
    parser.add_argument("--name", help="the file as it was called when the places were written (as here)")
    parser.add_argument("--citypact", default="citypact", help="the program, on every executor")
    parser.add_argument("--partition-mb", type=float, default=64, help="the size of a partition")
    given, more = parser.parse_known_args()

    spark = SparkSession.builder.appName("citypact convert").getOrCreate()
    spark.conf.set("spark.sql.files.maxPartitionBytes", int(given.partition_mb * (1 << 20)))
    spark.conf.set("spark.sql.files.openCostInBytes", int(given.partition_mb * (1 << 20)))
    spark.sparkContext.addFile(given.places)
    places, name = os.path.basename(given.places), given.name or given.file

    # A column of bytes: as a string a line would lose what is not UTF-8.
    rows = spark.read.text(given.file, lineSep="\n").select(input_file_block_start().alias("block"), col("value").cast("binary").alias("line"))
    before, first = {}, 1
    for block, count in sorted(tuple(row) for row in rows.groupBy("block").count().collect()):
        before[block], first = first, first + count

    messages = spark.sparkContext.accumulator([], Gathered())

    def convert(partition):
        for block, lines in itertools.groupby(partition, key=lambda row: row.block):
            command = [given.citypact, "convert", "-", "--places-in", SparkFiles.get(places), "--part-of", f"{name}:{before[block]}"]
            command += ["--to", "nquads", "--jobs", "1", "--messages", "1000000", *more]
            for item in converted((bytes(row.line) for row in lines), command):
                if isinstance(item, str):
                    yield item
                else:
                    messages.add([item])

    rows.rdd.mapPartitions(convert).saveAsTextFile(given.out)
    for _, told in messages.value:
        for line in told.splitlines():
            # The sums at the end of a part say nothing of the whole.
            if line.startswith(("warning: ", "error: ", "  Hint: ")):
                print(line, file=sys.stderr)
    spark.stop()
    return 3 if any(status == 3 for status, _ in messages.value) else 0


if __name__ == "__main__":
    sys.exit(main())
