"""A visitor without a browser: one session over Streamlit's own protocol, and what it is answered.

A browser sends the state of all widgets of the page with every change (`BackMsg.rerun_script`), and the
hashes of the large messages that it still has. The server answers with the whole page, message by message,
and `script_finished` at the end; in place of a message that the browser has, it sends its `ref_hash`. There
is no way to ask for a message again: a `ref_hash` that is not in the cache is an error, in browsers too.

What the server answers at addresses of its own, without a run of the page, is asked for by `post`, over a
connection that is kept, as a browser keeps it.

The state of a component (`st.components.v2`) is one widget, whose id stands in the element: a `json_value`
that holds all its state values, `{"name": value, …}`. Streamlit 1.67.
"""

import asyncio
import gzip
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import h11
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.NumberInput_pb2 import NumberInput
from streamlit.proto.Slider_pb2 import Slider
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

PATIENCE = 60.0  # seconds that a visitor waits for an answer


class LostError(Exception):
    """The connection ended, or no answer came."""


@dataclass(slots=True)
class Answer:
    """One run of the page: what came, how much, and what was wrong with it.

    `elements` holds the page by position; `hashes` the hash of each element; `address` is the query string
    that the server wrote to the address bar, None if it wrote none. `seconds` go from the request to
    `script_finished`.
    """

    elements: dict[tuple[int, ...], Element] = field(default_factory=dict)
    hashes: dict[tuple[int, ...], str] = field(default_factory=dict)
    address: str | None = None
    seconds: float = 0.0
    messages: int = 0
    received: int = 0
    sent: int = 0
    exceptions: list[str] = field(default_factory=list)

    def of_type(self, kind: str) -> Iterator[Any]:
        """The elements of one type, in the order in which they came."""
        for element in self.elements.values():
            if element.WhichOneof("type") == kind:
                yield getattr(element, kind)

    def hash_of(self, component: str) -> str | None:
        """The hash of the first component with that name: another hash is another content."""
        for path, element in self.elements.items():
            if element.bidi_component.component_name == component:
                return self.hashes[path]
        return None


class Cache:
    """The large messages that a browser keeps, with the run in which each was last used."""

    def __init__(self) -> None:
        self._messages: dict[str, tuple[int, bytes]] = {}
        self._run = 0

    def hashes(self) -> list[str]:
        """What is kept."""
        return list(self._messages)

    def read(self, raw: bytes) -> ForwardMsg:
        """Parse a message and keep it if it is to be kept; a reference becomes what it stands for.

        Raises LostError when what it refers to is not kept.
        """
        message = ForwardMsg.FromString(raw)
        if message.WhichOneof("type") == "ref_hash":
            if message.ref_hash not in self._messages:
                raise LostError("The server refers to a message that the browser does not have.")
            _, kept = self._messages[message.ref_hash]
            self._messages[message.ref_hash] = (self._run, kept)
            metadata, message = message.metadata, ForwardMsg.FromString(kept)
            message.metadata.CopyFrom(metadata)
        elif message.metadata.cacheable:
            self._messages[message.hash] = (self._run, raw)
        return message

    def finish_run(self, oldest: int) -> None:
        """Drop what was not used in the last `oldest` runs."""
        self._run += 1
        self._messages = {h: kept for h, kept in self._messages.items() if self._run - kept[0] <= oldest}


class Http:
    """A kept connection to a server, for one request after the other."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        self._parts = urlsplit(url)
        self._headers = headers
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._state = h11.Connection(h11.CLIENT)

    async def post(self, path: str, body: bytes) -> tuple[bytes, int, int]:
        """The content of the answer, and the bytes both ways; raises LostError for anything but 200.

        A server hangs up after some seconds without a request: then, as browsers do, once more.
        """
        kept = self._streams is not None
        try:
            return await self._post(path, body)
        except (ConnectionError, h11.RemoteProtocolError):
            self.close()
            if not kept:
                raise
            return await self._post(path, body)

    async def _post(self, path: str, body: bytes) -> tuple[bytes, int, int]:
        if self._streams is None:
            port = self._parts.port or (443 if self._parts.scheme == "https" else 80)
            secure = self._parts.scheme == "https" or None
            self._streams = await asyncio.open_connection(self._parts.hostname, port, ssl=secure)
        reader, writer = self._streams
        headers = {
            "host": self._parts.netloc,
            "accept-encoding": "gzip",
            "content-type": "application/json",
            "content-length": str(len(body)),
            **self._headers,
        }
        request = h11.Request(method="POST", target=path, headers=list(headers.items()))
        events = (request, h11.Data(data=body), h11.EndOfMessage())
        out = b"".join(self._state.send(event) or b"" for event in events)
        writer.write(out)
        content, received, response = b"", 0, None
        while not isinstance(event := self._state.next_event(), h11.EndOfMessage):
            if event is h11.NEED_DATA:
                data = await reader.read(65_536)
                received += len(data)
                self._state.receive_data(data)
            elif isinstance(event, h11.Response):
                response = event
            elif isinstance(event, h11.Data):
                content += event.data
        assert response is not None
        if self._state.our_state is h11.DONE and self._state.their_state is h11.DONE:
            self._state.start_next_cycle()
        else:
            self.close()
        if (b"content-encoding", b"gzip") in response.headers:
            content = gzip.decompress(content)
        if response.status_code != 200:
            raise LostError(f"The server answered {response.status_code}: {content.decode()[:80]}")
        return content, len(out), received

    def close(self) -> None:
        """Hang up; the next request connects again."""
        if self._streams is not None:
            self._streams[1].close()
        self._streams, self._state = None, h11.Connection(h11.CLIENT)


class Session:
    """One visitor of one page. `open` connects and runs the page, `rerun` changes widgets.

    `headers` are sent when it connects, for instance `cookie="name=value"`.
    """

    def __init__(self, url: str, link: dict[str, str], page: str = "", **headers: str) -> None:
        self.url, self.page, self.query = url.rstrip("/"), page, urlencode(link)
        self._headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self._script = ""
        self._states: dict[str, WidgetState] = {}
        self._cache = Cache()
        self._oldest = 2
        self._socket: ClientConnection | None = None
        self._http: Http | None = None

    async def open(self, patience: float = PATIENCE) -> Answer:
        """Connect and get the page for the first time; raises LostError."""
        parts = urlsplit(self.url)
        scheme = "wss" if parts.scheme == "https" else "ws"
        try:
            self._socket = await connect(
                f"{scheme}://{parts.netloc}{parts.path}/_stcore/stream",
                subprotocols=[Subprotocol("streamlit")],
                additional_headers=self._headers,
                max_size=None,
                open_timeout=patience,
                ping_interval=None,
                proxy=None,
            )
        except (OSError, TimeoutError, ConnectionClosed) as error:
            raise LostError(f"No connection: {error}") from error
        return await self.rerun(patience=patience)

    async def close(self) -> None:
        """Leave, as one who closes the tab."""
        if self._socket is not None:
            await self._socket.close()
        if self._http is not None:
            self._http.close()

    async def post(self, path: str, body: bytes, patience: float = PATIENCE) -> tuple[bytes, Answer]:
        """What an address of the server answers: its content, and what that took; raises LostError."""
        if self._http is None:
            self._http = Http(self.url, self._headers)
        begun = time.perf_counter()
        try:
            async with asyncio.timeout(patience):
                content, sent, received = await self._http.post(path, body)
        except TimeoutError:
            raise LostError(f"No answer within {patience:g} s.") from None
        except (OSError, h11.RemoteProtocolError) as error:
            raise LostError(f"The connection ended: {error}") from error
        took = time.perf_counter() - begun
        return content, Answer(seconds=took, messages=1, received=received, sent=sent)

    async def rerun(self, *changed: WidgetState, patience: float = PATIENCE) -> Answer:
        """Send the changed widgets and wait for the whole answer; raises LostError.

        A trigger, such as a button, is sent once and then forgotten.
        """
        assert self._socket is not None, "open comes first"
        for state in changed:
            self._states[state.id] = state
        request = self._request().SerializeToString()
        for state in changed:
            if state.WhichOneof("value") in ("trigger_value", "json_trigger_value"):
                del self._states[state.id]
        answer, begun = Answer(sent=len(request)), time.perf_counter()
        try:
            async with asyncio.timeout(patience):
                await self._socket.send(request)
                while not self._take(await self._socket.recv(decode=False), answer):
                    pass
        except TimeoutError:
            raise LostError(f"No answer within {patience:g} s.") from None
        except ConnectionClosed as error:
            raise LostError(f"The connection ended: {error}") from error
        answer.seconds = time.perf_counter() - begun
        self._read_widgets(answer)
        return answer

    def _request(self) -> BackMsg:
        request = BackMsg()
        run = request.rerun_script
        run.query_string, run.page_script_hash, run.page_name = self.query, self._script, ""
        if not self._script:
            run.page_name = self.page
        run.widget_states.widgets.extend(self._states.values())
        run.cached_message_hashes.extend(self._cache.hashes())
        context = run.context_info
        context.timezone, context.locale, context.color_scheme = "UTC", "en-US", "light"
        context.url = f"{self.url}/{self.page}"
        return request

    def _take(self, raw: bytes, answer: Answer) -> bool:
        """Put one message into the answer; True when it was the last one."""
        answer.messages += 1
        answer.received += len(raw)
        message = self._cache.read(raw)
        kind = message.WhichOneof("type")
        if kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            path = tuple(message.metadata.delta_path)
            answer.elements[path] = message.delta.new_element
            answer.hashes[path] = message.hash
            answer.exceptions += _exception(message.delta.new_element)
        elif kind == "new_session":
            self._script = message.new_session.page_script_hash
            self._oldest = message.new_session.config.max_cached_message_age
            answer.elements, answer.hashes = {}, {}
        elif kind == "navigation":
            self._script = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self.query = answer.address = message.page_info_changed.query_string
        elif kind == "session_event" and message.session_event.WhichOneof("type") == (
            "script_compilation_exception"
        ):
            answer.exceptions.append(message.session_event.script_compilation_exception.message)
        elif kind == "page_not_found":
            answer.exceptions.append(f"There is no page {message.page_not_found.page_name!r}.")
        elif kind == "script_finished":
            early = message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN
            if not early:
                self._cache.finish_run(self._oldest)
            return not early
        return False

    def _read_widgets(self, answer: Answer) -> None:
        """Hold the page's widgets as a browser does: the server's value, else one's own, else the default."""
        states = {}
        for element in answer.elements.values():
            kind = element.WhichOneof("type")
            if kind is None:
                continue
            widget = getattr(element, kind)
            key = getattr(widget, "id", "")
            if not key:
                continue
            known = self._states.get(key)
            if known is None or getattr(widget, "set_value", False):
                known = _state(kind, widget)
            if known is not None:
                states[key] = known
        self._states = states


def _exception(element: Element) -> list[str]:
    """What a visitor sees of an error: a trace, or the page's own sentence for it."""
    kind = element.WhichOneof("type")
    if kind == "exception":
        return [f"{element.exception.type}: {element.exception.message}"]
    if kind == "alert" and element.alert.format == Alert.ERROR:
        return [element.alert.body]
    return []


def _state(kind: str, widget: Any) -> WidgetState | None:
    """The state that a browser gives to a widget that it shows; None for one that has none."""
    given = bool(getattr(widget, "set_value", False))
    state = WidgetState(id=widget.id)
    if kind == "number_input":
        value = widget.value if given else widget.default
        if not given and not widget.HasField("default"):
            return None
        if widget.data_type == NumberInput.INT:
            state.int_value = int(value)
        else:
            state.double_value = value
    elif kind == "slider" and widget.type == Slider.SELECT_SLIDER:
        chosen = widget.raw_value if given else [widget.options[int(i)] for i in widget.default]
        state.string_array_value.data.extend(chosen)
    elif kind == "slider":
        state.double_array_value.data.extend(widget.value if given else widget.default)
    elif kind == "checkbox":
        state.bool_value = widget.value if given else widget.default
    elif kind in ("selectbox", "radio"):
        state.string_value = widget.raw_value if given else widget.options[widget.default]
    elif kind in ("multiselect", "button_group"):
        names = [getattr(option, "content", option) for option in widget.options]
        chosen = widget.raw_values if given else [names[i] for i in widget.default]
        state.string_array_value.data.extend(chosen)
    elif kind in ("text_input", "text_area"):
        state.string_value = widget.value if given else widget.default
    else:
        return None
    return state
