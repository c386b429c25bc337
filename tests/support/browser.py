"""Headless Chromium by its own protocol (Chrome DevTools Protocol): pages are opened, asked, and photographed.

Chromium is Debian's package; where it is missing and this is root, it is installed.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import axe_playwright_python  # type: ignore[import-untyped]
import httpx
import msgspec
from websockets.asyncio.client import ClientConnection, connect

from tests.support.waiting import eventually

NAMES = ("chromium", "chromium-browser", "google-chrome")
INSTALL = ("apt-get", "install", "-y", "-q", "chromium", "fonts-noto-cjk")
INSTALL_S = 300
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")


def chromium() -> str | None:
    """The program, installed if need be; None = it cannot be had here."""
    found = _which()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        for command in (("apt-get", "update", "-q"), INSTALL):
            with contextlib.suppress(OSError, subprocess.TimeoutExpired):
                subprocess.run(command, check=False, capture_output=True, timeout=INSTALL_S)
        found = _which()
    return found


def _which() -> str | None:
    return next((path for path in map(shutil.which, NAMES) if path), None)


class Tab:
    """One page. `errors`: exceptions of its scripts, and what its console or its policy complained of."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._number = 0
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self.errors: list[str] = []
        self.reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for text in self._socket:
            said = msgspec.json.decode(text)
            if "id" in said:
                self._answers.pop(said["id"]).set_result(said)
            elif said["method"] == "Runtime.exceptionThrown":
                self.errors.append(str(said["params"]["exceptionDetails"]))
            elif said["method"] == "Log.entryAdded" and said["params"]["entry"]["source"] in {"security", "violation"}:
                self.errors.append(str(said["params"]["entry"]["text"]))

    async def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """A command of the protocol, and its result."""
        self._number += 1
        answer = self._answers[self._number] = asyncio.get_running_loop().create_future()
        await self._socket.send(
            msgspec.json.encode({"id": self._number, "method": method, "params": parameters}).decode()
        )
        async with asyncio.timeout(60):
            said = await answer
        assert "error" not in said, said["error"]
        result: dict[str, Any] = said["result"]
        return result

    async def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression."""
        said = await self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in said, said["exceptionDetails"]
        return said["result"].get("value")

    async def open(self, url: str, width: int = 390, height: int = 780, *, phone: bool = True) -> None:
        """The page at that address, on a screen of that size."""
        await self.ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=phone
        )
        await self.ask("Page.navigate", url=url)
        await eventually(lambda: self.evaluate("document.readyState === 'complete'"))

    async def shows(self, expression: str, *, within_s: float = 60.0) -> Any:
        """The expression's value, as soon as it is true-like."""
        return await eventually(lambda: self.evaluate(expression), within_s=within_s, what=expression)

    async def write(self, selector: str, text: str) -> None:
        """Types into a field as a keyboard does."""
        await self.evaluate(f"document.querySelector({selector!r}).focus()")
        await self.ask("Input.insertText", text=text)

    async def click(self, selector: str) -> None:
        """Presses what the selector finds."""
        await self.evaluate(f"document.querySelector({selector!r}).click()")

    async def barriers(self) -> list[str]:
        """What axe finds against WCAG 2.2 AA in the page as it is now, with the places."""
        await self.evaluate(AXE.read_text(encoding="utf-8") + "; true")
        found = await self.evaluate(
            f"axe.run({{runOnly: {{type: 'tag', values: {list(WCAG)}}}}}).then((one) => one.violations.map("
            "(rule) => `${rule.id}: ${rule.nodes.map((node) => node.target).join(' ')}`))"
        )
        return list(found)

    async def photograph(self, path: Path) -> None:
        """A PNG of what is seen."""
        said = await self.ask("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(said["data"]))


@contextlib.asynccontextmanager
async def browser(program: str) -> AsyncIterator[Tab]:
    """A fresh browser with one empty tab, ended with the block."""
    with tempfile.TemporaryDirectory(prefix="hubline-chromium-", ignore_cleanup_errors=True) as folder:
        options = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run")
        process = await asyncio.create_subprocess_exec(
            program,
            *options,
            f"--user-data-dir={folder}",
            "--remote-debugging-port=0",
            "about:blank",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            async with _tab(Path(folder) / "DevToolsActivePort") as tab:
                yield tab
        finally:
            process.terminate()
            await process.wait()


@contextlib.asynccontextmanager
async def _tab(port_file: Path) -> AsyncIterator[Tab]:
    lines = await eventually(lambda: port_file.exists() and port_file.read_text().split(), within_s=60)
    assert lines
    async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
        tabs = (await client.get(f"http://127.0.0.1:{lines[0]}/json/list")).json()
    url = next(one["webSocketDebuggerUrl"] for one in tabs if one["type"] == "page")
    async with connect(url, max_size=None, proxy=None, compression=None) as socket:
        tab = Tab(socket)
        try:
            for domain in ("Page", "Runtime", "Log"):
                await tab.ask(f"{domain}.enable")
            yield tab
        finally:
            tab.reading.cancel()
            await asyncio.wait([tab.reading])
