"""The servers that `benches/query.py` asks: citypact, oxigraph (PyPI) and Virtuoso (Debian), each on a store of its own."""

import http.client, re, shutil, subprocess, sys, time
from urllib.parse import urlencode

import server


class Peer:
    """A server, begun anew when it has died."""

    def __init__(self, name, version, command, port, path):
        self.name, self.version, self.command, self.port, self.path = name, version, command, port, path
        self.process = server.serve(command, port)

    def ask(self, text, limit, accept, more=""):
        """Seconds and body, or none and why not."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=limit)
        target = f"{self.path}?{urlencode({'query': text})}{more}"
        try:
            connection.connect()
            began = time.perf_counter()
            if len(target) < 4000:
                connection.request("GET", target, headers={"Accept": accept})
            else:
                headers = {"Accept": accept, "Content-Type": "application/x-www-form-urlencoded"}
                connection.request("POST", self.path, urlencode({"query": text}) + more, headers)
            answer = connection.getresponse()
            parts = []
            while part := answer.read(1 << 20):
                parts.append(part)
                if time.perf_counter() - began > limit:
                    return None, f"not all of the answer in {limit:g} s, {len(parts)} MB of it"
            body, took = b"".join(parts), time.perf_counter() - began
            return (took, body) if answer.status == 200 else (None, f"status {answer.status}: {body[:200].decode(errors='replace')}")
        except (OSError, http.client.HTTPException) as error:
            return None, f"no answer in {limit:g} s" if isinstance(error, TimeoutError) else self.died() or repr(error)
        finally:
            connection.close()

    def died(self):
        """Begins anew and says so, where the process is no more."""
        time.sleep(1)
        if self.process.poll() is None:
            return None
        self.process = server.serve(self.command, self.port)
        return "the server died"

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def version(command):
    told = subprocess.run(command, capture_output=True, text=True)
    return re.search(r"\d+\.[\d.]+", told.stdout + told.stderr)[0]


# A process of its own, because memory that a process had before it became another one counts as the other's, too.
MEASURE = """
import os, subprocess, sys, threading, time
began = time.perf_counter()
process = subprocess.Popen(sys.argv[2:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
timer = threading.Timer(float(sys.argv[1]), process.kill)
timer.start()
_, status, usage = os.wait4(process.pid, 0)
print(time.perf_counter() - began, usage.ru_maxrss // 1024, os.waitstatus_to_exitcode(status))
timer.cancel()
"""


def run(command, limit):
    """Seconds and peak resident memory in MB of a process that ends well, within so many seconds."""
    measure = [sys.executable, "-S", "-c", MEASURE, str(limit), *map(str, command)]
    took, memory, status = subprocess.run(measure, check=True, capture_output=True, text=True).stdout.split()
    if status != "0":
        raise SystemExit(f"{command[0]} {command[1]}: exit status {status}")
    return float(took), int(memory)


def ready(command, port):
    """A server's process, and the seconds until it says that it is ready."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while time.perf_counter() - began < 60:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return process, time.perf_counter() - began
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.001)
    raise SystemExit(f"{command[0]} is not ready")


def citypact(args, store):
    port = server.free_port()
    command = [args.citypact, "serve", "--store", str(store), "--bind", f"127.0.0.1:{port}", "--cache", "0", "--timeout", str(args.limit)]
    return Peer("citypact", version([args.citypact, "--version"]), command, port, "/sparql")


def oxigraph(args, folder, files, name, limit, more):
    """The server, and the seconds that it took to load the files. It gives up what nobody waits for any more after a while."""
    store = folder / f"{name}.db"
    took = 0
    for file in files:
        took += run([args.oxigraph, "load", "--location", store, "--file", file], 3600)[0]
    port = server.free_port()
    command = [args.oxigraph, "serve-read-only", "--location", str(store), "--bind", f"127.0.0.1:{port}", "--timeout-s", str(round(limit) + 1), *more]
    return Peer("oxigraph", version([args.oxigraph, "--version"]), command, port, "/query"), took


def virtuoso(args, folder, data):
    home = folder / "virtuoso"
    home.mkdir()
    (home / "data").mkdir()
    shutil.copy(data, home / "data" / "data.nq")
    sql, port = server.free_port(), server.free_port()
    (home / "virtuoso.ini").write_text(
        f"[Database]\nDatabaseFile = {home}/v.db\nErrorLogFile = {home}/v.log\nLockFile = {home}/v.lck\nTransactionFile = {home}/v.trx\n"
        f"xa_persistent_file = {home}/v.pxa\nErrorLogLevel = 7\n[TempDatabase]\nDatabaseFile = {home}/t.db\nTransactionFile = {home}/t.trx\n"
        f"[Parameters]\nServerPort = 127.0.0.1:{sql}\nDirsAllowed = {home}\nNumberOfBuffers = {args.buffers}\nMaxDirtyBuffers = {args.buffers * 3 // 4}\n"
        f"ServerThreads = 64\nMaxQueryMem = 4G\n[HTTPServer]\nServerPort = 127.0.0.1:{port}\nServerRoot = {home}\nServerThreads = 40\nMaxClientConnections = 40\n"
        f"[SPARQL]\nResultSetMaxRows = 100000000\nMaxQueryExecutionTime = {round(args.peer_limit) + 2}\n"
    )
    peer = Peer("virtuoso", version([args.virtuoso, "-?"]), [args.virtuoso, "+foreground", "+wait", "+configfile", str(home / "virtuoso.ini")], port, "/sparql")
    for statement in (f"ld_dir('{home}/data', '*.nq', 'http://unnamed/')", "rdf_loader_run()", "checkpoint"):
        subprocess.run([args.isql, f"127.0.0.1:{sql}", "dba", "dba", f"exec={statement};"], check=True, capture_output=True, timeout=3600)
    return peer
