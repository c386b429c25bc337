"""What the live table says, in Chinese and in English."""

from __future__ import annotations

from typing import Final

from deploy.console.words import Language
from schemas.vocabulary import PassedOver, RoutingStatus

CHINESE: Final = {
    "title": "{workspace}",
    "channel": "渠道",
    "waiting": "等待",
    "offered": "分配中",
    "connected": "通话/处理中",
    "on_hold": "保持",
    "wrap_up": "事后处理",
    "ended": "已结束",
    "all": "合计",
    "agents": "坐席",
    "agent": "坐席",
    "status": "状态",
    "in_hand": "手上",
    "decisions": "最近的分配，及原因",
    "offer": "{channel} {id} → {agent}（{queue}）：{why}",
    "why_alone": "考虑 {considered} 人，没有其他合适的人",
    "why_before": "考虑 {considered} 人，优先于 {runner_up}（{by}）",
    "why_passed": "；未选：{passed}",
    "line": "等待 {waiting}，分配中 {offered}，处理中 {active}，已结束 {ended}；坐席：{agents}",
    "not_live": "画面暂停：{reason}",
    "stop": "Ctrl-C 停止一切",
    "leave": "Ctrl-C 停止演示；原先运行的服务继续",
    "look": "到哪里看：",
    "interface": "HTTP 接口及说明",
    "admin": "管理接口",
    "gateway": "网关（websocket）",
    "query": "查询接口（客户、时间线、指标）",
    "chat": "顾客网页咨询（手机也可）",
    "watch": "看班长的实时大屏，在另一个终端：",
    "data": "数据",
    "state": "进程",
    "users": "用户（密码）：",
    "keys": "渠道适配器的密钥：",
    "unknown_password": "（您自己设的密码）",
    "sit_down": "自己当坐席 ana，在另一个终端：",
    "up": "启动完成",
}
ENGLISH: Final = {
    "title": "{workspace}",
    "channel": "channel",
    "waiting": "waiting",
    "offered": "offered",
    "connected": "connected",
    "on_hold": "on hold",
    "wrap_up": "wrap-up",
    "ended": "ended",
    "all": "all",
    "agents": "agents",
    "agent": "agent",
    "status": "status",
    "in_hand": "in hand",
    "decisions": "latest offers, and why",
    "offer": "{channel} {id} → {agent} ({queue}): {why}",
    "why_alone": "{considered} considered, nobody else fits",
    "why_before": "{considered} considered, before {runner_up} by {by}",
    "why_passed": "; passed over: {passed}",
    "line": "waiting {waiting}, offered {offered}, active {active}, ended {ended}; agents: {agents}",
    "not_live": "the screen stands still: {reason}",
    "stop": "Ctrl-C stops everything",
    "leave": "Ctrl-C stops the demonstration; what ran before goes on",
    "look": "where to look:",
    "interface": "HTTP interface, explained",
    "admin": "administration",
    "gateway": "gateway (websocket)",
    "query": "questions (customers, timelines, figures)",
    "chat": "a customer's chat page, on a phone too",
    "watch": "a supervisor's live table, in another terminal:",
    "data": "data",
    "state": "processes",
    "users": "users (password):",
    "keys": "keys of the channels' adapters:",
    "unknown_password": "(the password that you chose)",
    "sit_down": "be the agent ana, in another terminal:",
    "up": "all is up",
}
CHANNELS: Final = {
    "phone": ("电话", "phone"),
    "web_chat": ("网店咨询", "web chat"),
    "email": ("邮件", "email"),
    "in_store": ("门店", "in store"),
    "callback": ("回电", "callback"),
}
STATUSES: Final = {
    RoutingStatus.OFF_QUEUE: ("离队", "off queue"),
    RoutingStatus.NOT_RESPONDING: ("未应答", "not responding"),
    RoutingStatus.INTERACTING: ("处理中", "interacting"),
    RoutingStatus.WRAP_UP: ("事后处理", "wrap-up"),
    RoutingStatus.IDLE: ("空闲", "idle"),
}
PASSED: Final = {
    PassedOver.OFF_QUEUE: ("离队", "off queue"),
    PassedOver.NOT_RESPONDING: ("未应答", "not responding"),
    PassedOver.NO_CAPACITY: ("已满", "no capacity"),
    PassedOver.CHANNEL_LIMIT: ("渠道上限", "channel limit"),
    PassedOver.RANK: ("队列级别", "rank"),
    PassedOver.LACKS_SKILL: ("缺技能", "lacks skill"),
    PassedOver.LEVEL_TOO_LOW: ("技能不足", "level too low"),
    PassedOver.OTHER_SITE: ("其他门店", "other site"),
    PassedOver.NOT_PREFERRED: ("非首选", "not preferred"),
    PassedOver.REJECTED_BEFORE: ("曾拒绝", "rejected before"),
    PassedOver.DRAINING: ("将离开", "draining"),
    PassedOver.DISCONNECTED: ("断线", "disconnected"),
    PassedOver.TAKES_PART: ("已在其中", "takes part already"),
}


class Words:
    """One language's texts."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._texts = CHINESE if language is Language.CHINESE else ENGLISH
        self._side = 0 if language is Language.CHINESE else 1

    def say(self, name: str, **values: object) -> str:
        """The text of that name, with its values set in."""
        return self._texts[name].format(**values)

    def channel(self, channel: str) -> str:
        """A channel's name; one that is not known here as it is."""
        return CHANNELS[channel][self._side] if channel in CHANNELS else channel

    def status(self, status: RoutingStatus) -> str:
        """A routing status."""
        return STATUSES[status][self._side]

    def passed(self, reason: PassedOver) -> str:
        """Why somebody was passed over."""
        return PASSED[reason][self._side]
