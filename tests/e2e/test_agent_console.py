"""A contact posted as docs/add-a-channel.md prints it is worked on in `hubline agent`, on the whole product.

Only the running stack, its port and her password are the test's own; the page's commands run in one shell, as printed.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.local import plan
from tests.support.console_process import HUBLINE, ROOT, line_console, screen_console
from tests.support.stack import RunningStack, running_stack
from tests.support.waiting import wait_until

PAGE = ROOT / "docs" / "add-a-channel.md"
STARTING = ".venv/bin/hubline up --detach\n"
PRINTED_AT = "http://127.0.0.1:8080"
pytestmark = pytest.mark.timeout(600)  # The first test also waits for the whole stack.
ENDED = "--the commands have ended--"
WITHIN_S = 120.0
CUSTOMERS = "phone,name,card_type,tier\n+86 139 2222 3333,李桂芳,senior,most_valuable\n"
CALL = """ID=$(post "$HUB/interactions" -d '{
  "channel": "phone", "external_id": "call-'$(date +%s)'", "queue": "orders",
  "contact_points": [{"kind": "phone", "value": "139 2222 3333"}]
}' | field interaction_id)
echo $ID"""
HANGS_UP = """post "$HUB/interactions/$ID/events" -d '{"type": "customer.left"}'"""


class Adapter:
    """One shell, in which the page's commands are typed one section after the other."""

    def __init__(self, shell: subprocess.Popen[str], port: int) -> None:
        self._shell = shell
        text = PAGE.read_text(encoding="utf-8").replace(PRINTED_AT, f"http://127.0.0.1:{port}")
        sections = re.split(r"^## ", text, flags=re.MULTILINE)
        self._commands = {
            section[0]: "".join(re.findall(r"```sh\n(.*?)```", section, flags=re.DOTALL)) for section in sections
        }

    def run(self, commands: str) -> str:
        """What these commands print."""
        assert self._shell.stdin is not None
        assert self._shell.stdout is not None
        self._shell.stdin.write(f"{commands}\necho; echo '{ENDED}'\n")
        self._shell.stdin.flush()
        lines: list[str] = []
        while (line := self._shell.stdout.readline()) != f"{ENDED}\n":
            assert line, "".join(lines)
            lines.append(line)
        return "".join(lines)

    def section(self, number: str) -> str:
        """What the commands of that section print."""
        commands = self._commands[number]
        assert commands
        return self.run(commands.replace(STARTING, ""))

    def posts_a_contact(self) -> str:
        """Sections 2 and 3: the cursor is kept and a contact posted; returns its interaction's id."""
        self.section("2")
        return self.section("3").strip()

    def decided(self, interaction_id: str, *types: str) -> list[dict[str, Any]]:
        """Section 4 again and again, until what was decided of that interaction has all these types."""
        seen: list[dict[str, Any]] = []

        def all_seen() -> bool:
            page = json.loads(self.section("4"))
            seen.extend(event for event in page["events"] if event["data"]["interaction_id"] == interaction_id)
            return {*types} <= {event["type"] for event in seen}

        wait_until(all_seen, within_s=WITHIN_S, what=", ".join(types))
        return seen


class Hub:
    """The product with the book city in force: its adapter, and what ana's console needs."""

    def __init__(self, stack: RunningStack, adapter: Adapter, environ: dict[str, str]) -> None:
        self.stack = stack
        self.adapter = adapter
        self.environ = environ
        self.password = self.joins("ana")

    def joins(self, agent: str) -> str:
        """An agent of the book city may sign in from now on; returns the password."""
        added = self.hubline("users", "add", agent, "--workspace", "bookcity", "--role", "agent")
        password = added.stdout.rpartition("password: ")[2].strip()
        assert password, added
        return password

    def spoken(self, locale: str) -> dict[str, str]:
        """The environment of somebody whose terminal speaks that language."""
        return {name: value for name, value in self.environ.items() if name != "LC_ALL"} | {"LANG": locale}

    def completed_by_ana(self, interaction_id: str, text: str) -> list[str]:
        """The types of all that the adapter was told, once ana has completed it with `sold` and her text was told."""
        seen = self.adapter.decided(interaction_id, "leg.ended", "message.posted")
        last = next(event for event in seen if event["type"] == "leg.ended")["data"]["leg"]
        said = next(event for event in seen if event["type"] == "message.posted")["data"]
        assert (last["state"], last["agent_id"], last["disposition"]) == ("completed", "ana", "sold")
        assert (said["text"], said["agent_id"], said["author"]) == (text, "ana", "agent")
        return [event["type"] for event in seen]

    def holds(self) -> None:
        """The book city's log holds what is promised, with interactions that were completed."""
        verified = self.hubline("verify", "bookcity")
        assert verified.returncode == 0, verified
        assert "invariants: ok" in verified.stdout
        assert int(re.findall(r"ended ([\d,]+)", verified.stdout)[0]) >= 1

    def hubline(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command of the product."""
        return subprocess.run(
            [HUBLINE, *words], env=self.environ, capture_output=True, text=True, timeout=60, check=False, cwd=ROOT
        )


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    with running_stack(only=plan.NAMES, programs=plan.PROGRAMS) as stack:
        environ = {**os.environ, "HUBLINE_DATA_DIR": str(stack.folder)}
        shell = subprocess.Popen(
            ["bash", "-eu"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environ,
            cwd=ROOT,
        )
        with shell:
            adapter = Adapter(shell, stack.endpoints.ports["http"])
            adapter.section("1")
            yield Hub(stack, adapter, environ)


def test_a_contact_is_worked_through_on_a_full_screen_in_chinese(hub: Hub) -> None:
    text = "您好，我来查一下订单"
    with screen_console(hub.spoken("zh_CN.UTF-8"), "--as", "ana") as ana:
        ana.shows("ana@bookcity:")
        ana.types(hub.password)
        ana.shows("可用 / 空闲", "|  实时")
        contact = hub.adapter.posts_a_contact()
        ana.shows("1  social  orders  zh-CN", "陈小明", "为何是 ana", "要求 orders 2", "考虑了 12 人", "未在队列 11")
        ana.types("accept")
        ana.shows("zh-CN  已接通", "可用 / 服务中")
        hub.adapter.section("5")
        ana.shows("客户：订单号 GZ-20261120-88")
        ana.types(f"say {text}")
        ana.shows(f"ana：{text}")
        ana.types("hold")
        ana.shows("zh-CN  保持")
        ana.types("resume")
        ana.shows("zh-CN  已接通")
        ana.types("end")
        ana.shows("zh-CN  整理", "可用 / 整理")
        ana.types("done sold")
        ana.shows("可用 / 空闲", f"{contact}：已完成")
        assert hub.password not in "".join(ana.heads)
        ana.types("quit")
        assert ana.left() == 0
    told = hub.completed_by_ana(contact, text)
    assert [one for one in told if one != "message.posted"] == [
        "leg.queued",
        "offer.made",
        "offer.accepted",
        "leg.held",
        "leg.resumed",
        "leg.wrap_up_started",
        "leg.ended",
    ]
    hub.holds()


def test_the_gateway_is_killed_with_a_contact_in_hand_and_the_screen_comes_back_by_itself(hub: Hub) -> None:
    text = "Hello, I am looking for your order"
    with screen_console(hub.spoken("en_GB.UTF-8"), "--as", "ana") as ana:
        ana.shows("ana@bookcity:")
        ana.types(hub.password)
        ana.shows("available / idle", "|  live")
        contact = hub.adapter.posts_a_contact()
        ana.shows("1  social  orders  zh-CN", "why ana: asks for orders 2; 12 considered")
        ana.types("accept")
        ana.shows("zh-CN  connected")
        before = len(ana.heads)
        hub.stack.supervisor.kill("gateway")
        ana.headed("** NOT LIVE **", since=before)
        hub.adapter.section("5")
        ana.types(f"say {text}")
        ana.shows("|  live", "zh-CN  connected", "customer: 订单号 GZ-20261120-88", f"ana: {text}", within_s=WITHIN_S)
        ana.types("end")
        ana.shows("zh-CN  wrap up")
        ana.types("done sold")
        ana.shows("available / idle", f"{contact}: completed")
        ana.types("quit")
        assert ana.left() == 0
    told = hub.completed_by_ana(contact, text)
    assert told.count("offer.made") == 1
    assert told.count("message.posted") == 1


def test_a_contact_is_worked_through_line_by_line_in_english_with_the_gateway_killed(hub: Hub) -> None:
    text = "It was sent yesterday"
    with line_console(hub.spoken("C.UTF-8") | {"HUBLINE_PASSWORD": hub.password}, "--as", "ana") as ana:
        ana.says("signed in to bookcity")
        contact = hub.adapter.posts_a_contact()
        ana.says(f"social offered to you: {contact}")
        ana.says("why ana: asks for orders 2; 12 considered; passed over: off queue 11")
        ana.says(f"{contact}: connected", since=ana.types("accept"))
        ana.says(f"ana: {text}", since=ana.types(f"say {text}"))
        before = len(ana.lines)
        hub.stack.supervisor.kill("gateway")
        ana.says("NOT LIVE", since=before)
        held = ana.types("hold")
        ana.says("connected again", since=before, within_s=WITHIN_S)
        ana.says(f"{contact}: on hold", since=held, within_s=WITHIN_S)
        ana.says(f"{contact}: connected", since=ana.types("resume"))
        ana.says(f"{contact}: wrap up", since=ana.types("end"))
        ana.says(f"{contact}: completed", since=ana.types("done sold"))
        assert ana.left() == 0
    told = hub.completed_by_ana(contact, text)
    assert told.count("leg.held") == 1
    hub.holds()


def test_a_known_caller_whom_ana_rejects_is_shown_to_bo_with_card_and_tier_and_hangs_up(
    hub: Hub, tmp_path: Path
) -> None:
    customers = tmp_path / "customers.csv"
    customers.write_text(CUSTOMERS, encoding="utf-8")
    imported = hub.hubline("customers", "import", str(customers), "--workspace", "bookcity")
    assert imported.returncode == 0, imported
    as_ana, as_bo = {"HUBLINE_PASSWORD": hub.password}, {"HUBLINE_PASSWORD": hub.joins("bo")}
    with (
        line_console(hub.spoken("C.UTF-8") | as_ana, "--as", "ana") as ana,
        screen_console(hub.spoken("zh_CN.UTF-8") | as_bo, "--as", "bo") as bo,
    ):
        ana.says("signed in to bookcity")
        bo.shows("可用 / 空闲")
        bo.types("status lunch")
        bo.shows("lunch / 未在队列")
        hub.adapter.section("2")
        contact = hub.adapter.run(CALL).strip()
        ana.says(f"phone offered to you: {contact}")
        bo.types("status available")
        bo.shows("可用 / 空闲")
        ana.types("reject")
        bo.shows("1  电话  orders  most_valuable", "李桂芳  senior  most_valuable", "为何是 bo", "曾拒绝或未接 1")
        bo.types("accept")
        bo.shows("电话  orders  most_valuable  已接通", "语音在您的电话上，不在这里")
        hub.adapter.run(HANGS_UP)
        bo.shows("电话  orders  most_valuable  整理")
        bo.types("done told")
        bo.shows("可用 / 空闲", f"{contact}：已完成")
        bo.types("quit")
        assert bo.left() == 0
        assert ana.left() == 0
    seen = hub.adapter.decided(contact, "leg.ended")
    offers = [event["data"]["offer"] for event in seen if "offer" in event["data"]]
    last = seen[-1]["data"]["leg"]
    assert [(offer["agent_id"], offer["state"]) for offer in offers] == [
        ("ana", "pending"),
        ("ana", "rejected"),
        ("bo", "pending"),
        ("bo", "accepted"),
    ]
    assert (last["state"], last["reason"], last["disposition"]) == ("completed", "customer_left", "told")
    hub.holds()
