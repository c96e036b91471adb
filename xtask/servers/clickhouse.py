"""ClickHouse's HTTP interface over chdb, for tests: the real engine in this process, on loopback.

Not a server for anybody's data. Arguments: a folder for the data, a port.

It must hide no mistake of a client: parameters (`param_NAME`) go to the engine as they came, with
nothing decoded but the URL; a second statement is refused as ClickHouse refuses it; what the engine
says is what the client gets. Each request has a connection of its own, so settings end with it.

What differs from ClickHouse: the engine chooses query ids itself, so the client's `query_id` stands
in `log_comment` (`SELECT log_comment, … FROM system.processes` shows what still runs); anybody may
log in; there are no sessions and no compression.
"""

import contextlib
import re
import select
import socket
import sys
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import chdb

# Statuses as in ClickHouse's exceptionCodeToHTTPStatus; every other code is a 500.
STATUS = {
    **dict.fromkeys([6, 26, 27, 36, 38, 41, 43, 53, 62, 69, 70, 72, 117, 131, 321, 456, 457], 400),
    **dict.fromkeys([16, 46, 47, 50, 56, 60, 81, 111, 115, 218], 404),
    **dict.fromkeys([159, 160], 408),
    48: 501,
}
# The longest line of a request, as ClickHouse's http_max_uri_size.
REQUEST_LINE_MAX = 1 << 20
# Of the query string, what is neither a setting nor a parameter.
NOT_SETTINGS = {"query", "database", "default_format", "query_id", "user", "password", "wait_end_of_query", "session_id"}
CONTENT_TYPES = {"JSON": "application/json", "CSV": "text/csv", "TAB": "text/tab-separated-values"}


class Failed(Exception):
    """The engine's refusal, as it says it."""

    def __init__(self, error):
        found = re.search(r"Code: (\d+)\..*", str(error), re.DOTALL)
        self.code = int(found.group(1)) if found else 1001
        text = found.group(0) if found else f"Code: 1001. DB::Exception: {error}"
        self.text = f"{text} (version {VERSION} (chdb))\n"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_one_request(self):
        """As the library's own, whose limit of 64 KiB is not ClickHouse's."""
        try:
            self.raw_requestline = self.rfile.readline(REQUEST_LINE_MAX)
            if not self.raw_requestline:
                self.close_connection = True
            elif self.parse_request():
                {"GET": self.do_GET, "POST": self.do_POST}[self.command]()
                self.wfile.flush()
        except (TimeoutError, ConnectionError):
            self.close_connection = True

    def do_GET(self):
        if urlsplit(self.path).path == "/ping":
            self.whole(200, b"Ok.\n")
        else:
            # As in ClickHouse, what comes by GET may not write.
            self.query(b"", {"readonly": "2"})

    def do_POST(self):
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            body = self.chunks()
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.query(body, {})

    def query(self, body, defaults):
        pairs = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True, errors="strict"))
        texts = [pairs.get("query", ""), body.decode(errors="surrogateescape")]
        sql = "\n".join(text for text in texts if text)
        params = {name[6:]: value for name, value in pairs.items() if name.startswith("param_")}
        settings = defaults | {
            name: value for name, value in pairs.items() if name not in NOT_SETTINGS and not name.startswith("param_")
        }
        database = pairs.get("database") or self.headers.get("X-ClickHouse-Database")
        format_ = pairs.get("default_format") or self.headers.get("X-ClickHouse-Format") or "TabSeparated"
        self.query_id = pairs.get("query_id") or str(uuid.uuid4())
        self.sent = False
        connection = chdb.connect(FOLDER)
        try:
            self.prepare(connection, database, settings)
            cancellable = settings.get("cancel_http_readonly_queries_on_client_close") == "1"
            with self.watched(cancellable and settings.get("readonly", "0") != "0"):
                self.answer(connection, sql, format_, params)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        except Exception as error:  # noqa: BLE001: whatever the engine says, the client hears
            self.refuse(Failed(error))
        finally:
            connection.close()

    def prepare(self, connection, database, settings):
        connection.query(f"SET log_comment = {quoted(self.query_id)}")
        if database:
            connection.query(f"USE `{database.replace('`', '``')}`")
        # `readonly` last: after it nothing else may be set.
        for name, value in sorted(settings.items(), key=lambda pair: pair[0] == "readonly"):
            if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
                raise RuntimeError(f"Code: 115. DB::Exception: Unknown setting {name}. (UNKNOWN_SETTING)")
            connection.query(f"SET {name} = {quoted(value)}")

    def answer(self, connection, sql, format_, params):
        if not re.match(r"\s*(SELECT|WITH)\b", sql, re.IGNORECASE):
            result = connection.query(sql, format_, params=params)
            self.whole(200, result.bytes() if result else b"", format_)
            return
        # The engine would run a second statement too, ClickHouse does not.
        connection.query("SELECT formatQuery({query:String})", params={"query": escaped(sql)})
        for chunk in connection.send_query(sql, format_, params=params):
            self.chunk(chunk.bytes(), format_)
        self.chunk(b"", format_)

    def refuse(self, failed):
        if self.sent:
            # Too late for a status: as ClickHouse does, the text ends the body, and the body never ends well.
            with contextlib.suppress(OSError):
                text = failed.text.encode()
                self.wfile.write(b"%x\r\n%s\r\n" % (len(text), text))
            self.close_connection = True
        else:
            self.whole(STATUS.get(failed.code, 500), failed.text.encode(), code=failed.code)

    def head(self, status, format_, code):
        self.send_response(status)
        kind = next((kind for start, kind in CONTENT_TYPES.items() if format_.upper().startswith(start)), "text/plain")
        self.send_header("Content-Type", f"{kind}; charset=UTF-8")
        self.send_header("X-ClickHouse-Query-Id", getattr(self, "query_id", ""))
        self.send_header("X-ClickHouse-Format", format_)
        self.send_header("X-ClickHouse-Timezone", "UTC")
        if code:
            self.send_header("X-ClickHouse-Exception-Code", str(code))

    def whole(self, status, body, format_="TabSeparated", code=0):
        self.head(status, format_, code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def chunk(self, data, format_):
        if not self.sent:
            self.head(200, format_, 0)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.sent = True
        if data:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        else:
            self.wfile.write(b"0\r\n\r\n")

    def chunks(self):
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    @contextlib.contextmanager
    def watched(self, cancellable):
        """While the query runs, a client that goes away ends it (cancel_http_readonly_queries_on_client_close)."""
        done = threading.Event()

        def watch():
            while not done.is_set():
                readable, _, _ = select.select([self.connection], [], [], 0.05)
                if readable and not done.is_set() and not self.connection.recv(1, socket.MSG_PEEK):
                    killer = chdb.connect(FOLDER)
                    killer.query(f"KILL QUERY WHERE Settings['log_comment'] = {quoted(self.query_id)} ASYNC")
                    killer.close()
                    return
                done.wait(0.05 if readable else 0)

        if cancellable:
            threading.Thread(target=watch, daemon=True).start()
        try:
            yield
        finally:
            done.set()

    def log_message(self, format, *args):
        print(self.address_string(), format % args, file=sys.stderr)


def quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def escaped(text):
    """A value as `param_…` wants it: what a client has to do, and this server does for its own query only."""
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


FOLDER, PORT = sys.argv[1], int(sys.argv[2])
ROOT = chdb.connect(FOLDER)  # the engine lives as long as one connection does
VERSION = str(ROOT.query("SELECT version()", "TabSeparatedRaw")).strip()
ThreadingHTTPServer.daemon_threads = True
ThreadingHTTPServer.request_queue_size = 128
ThreadingHTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
