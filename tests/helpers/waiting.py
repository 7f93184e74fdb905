"""Talk to a command that waits for the next save."""

import queue
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WAIT = 60  # seconds


def save(path: Path, text: str) -> None:
    """Write a file in one step: a look between two would see it empty."""
    path.with_suffix(".new").write_text(text, encoding="utf-8")
    path.with_suffix(".new").replace(path)


class Waiting:
    """A running command and the lines that it prints, standard error among them."""

    def __init__(self, process: subprocess.Popen) -> None:
        self.process, self.lines = process, queue.Queue()

    def told(self) -> str:
        """Text up to the sentence that the next save is awaited."""
        text = ""
        while "Waiting for the next save" not in text:
            text += self.lines.get(timeout=WAIT)
        return text

    def interrupted(self) -> int:
        """Exit status after Ctrl-C; no traceback may follow."""
        self.process.send_signal(signal.SIGINT)
        status = self.process.wait(timeout=WAIT)
        assert "Traceback" not in "".join(self.lines.queue)
        return status


@contextmanager
def waiting(command: list[str], **options: object) -> Iterator[Waiting]:
    """Start a command; kill it at the end if it still runs."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(command, **pipes, **options) as process:
        talk = Waiting(process)
        reader = threading.Thread(target=lambda: list(map(talk.lines.put, process.stdout)))
        reader.start()
        try:
            yield talk
        finally:
            process.kill()
            reader.join()
