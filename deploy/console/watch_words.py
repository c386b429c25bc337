"""What the supervisor's table says, in Chinese and in English."""

from __future__ import annotations

from typing import Final

from deploy.console.words import Language
from deploy.console.words import Words as ConsoleWords

_CHINESE: Final = {
    "connecting": "正在连接",
    "live": "实时，{seconds} 秒前更新",
    "lost": "非实时：连接断开，正在重连；内容截至 {seconds} 秒前",
    "not_live": "非实时（{reason}）：内容截至 {seconds} 秒前",
    "stopped": "本工作区的路由已停止：{invariant}",
    "figures": "指标截至 {seconds} 秒前",
    "figures_stale": "指标非实时：截至 {seconds} 秒前",
    "figures_none": "尚无指标",
    "waits": "预计等待截至 {seconds} 秒前",
    "waits_stale": "预计等待非实时：截至 {seconds} 秒前",
    "today": "今日自 {time}（{zone}）",
    "all": "合计",
    "queue": "队列",
    "channel": "渠道",
    "site": "门店",
    "team": "团队",
    "agent": "坐席",
    "shown": "{title} {shown}/{count}",
    "closed": "{name}（已关闭）",
    "legend": "-  无数据    n/a  无法计算    !  未达目标    最久：自排队起最久的等待    自到达：自客户到达起",
    "short_legend": "- 无数据  n/a 无法计算  ! 未达目标",
    "hidden": "未显示：{what}",
    "leave": "Ctrl-C 离开",
    "no_agents": "（没有坐席）",
    "rest": "合计与队列（续）",
    "out_of_sight": "其他队列的工作",
    "rings": "振铃 {what} {time}",
    "wraps_up": "整理 {what} {time}",
    "of_consult": "{what}咨询",
    "is_connecting": "接通中 {what} {time}",
    "is_connected": "{what} {time}",
    "is_on_hold": "{what} 保持 {time}",
    "consulted": "受 {who} 咨询 {time}",
    "consults": "正咨询 {who}",
    "conference": "会议",
    "own_monitor": "旁听 {who} {time}",
    "own_whisper": "耳语指导 {who} {time}",
    "with_monitor": "{who} 旁听",
    "with_whisper": "{who} 耳语",
    "and": "，",
}
_ENGLISH: Final = {
    "connecting": "connecting",
    "live": "live, updated {seconds} s ago",
    "lost": "NOT LIVE: connection lost, connecting again; as of {seconds} s ago",
    "not_live": "NOT LIVE ({reason}): as of {seconds} s ago",
    "stopped": "routing of this workspace has stopped: {invariant}",
    "figures": "figures as of {seconds} s ago",
    "figures_stale": "FIGURES NOT LIVE: as of {seconds} s ago",
    "figures_none": "no figures yet",
    "waits": "expected waits as of {seconds} s ago",
    "waits_stale": "EXPECTED WAITS NOT LIVE: as of {seconds} s ago",
    "today": "today since {time} ({zone})",
    "all": "All",
    "queue": "Queues",
    "channel": "Channels",
    "site": "Sites",
    "team": "Teams",
    "agent": "Agents",
    "shown": "{title} {shown}/{count}",
    "closed": "{name} (closed)",
    "legend": "-  no data    n/a  cannot be computed    !  goal missed    longest wait: since queueing",
    "short_legend": "- no data  n/a cannot be computed  ! goal missed",
    "hidden": "no room for: {what}",
    "leave": "Ctrl-C leaves",
    "no_agents": "(no agents)",
    "rest": "All and queues, continued",
    "out_of_sight": "work of other queues",
    "rings": "rings: {what} {time}",
    "wraps_up": "wraps up {what} {time}",
    "of_consult": "{what} consult",
    "is_connecting": "connecting {what} {time}",
    "is_connected": "{what} {time}",
    "is_on_hold": "{what} on hold {time}",
    "consulted": "consulted by {who} {time}",
    "consults": "consults {who}",
    "conference": "conference",
    "own_monitor": "monitors {who} {time}",
    "own_whisper": "whispers to {who} {time}",
    "with_monitor": "{who} monitors",
    "with_whisper": "{who} whispers",
    "and": ", ",
}
_CHINESE_TITLES: Final = {
    "name": ("", ""),
    "waiting": ("等待", "等待"),
    "ringing": ("振铃", "振铃"),
    "longest": ("最久", "最久等待"),
    "arrived": ("自到达", "自到达"),
    "expected": ("预计", "预计等待"),
    "expected_range": ("范围", "预计范围"),
    "active": ("在办", "处理中"),
    "scheduled": ("预约", "预约回电"),
    "called_back": ("回电", "已回电"),
    "callback_wait": ("回速", "回电等待"),
    "offered": ("呼入", "呼入"),
    "answered": ("接起", "接起"),
    "abandoned": ("放弃", "放弃"),
    "short": ("短弃", "短时放弃"),
    "abandon_rate": ("放弃率", "放弃率"),
    "flowed_out": ("转出", "转出"),
    "service_level": ("水平", "服务水平"),
    "goal": ("目标", "目标"),
    "asa": ("均速", "平均应答"),
    "aht": ("均时", "平均处理"),
    "occupancy": ("占用", "占用率"),
    "transferred": ("转接", "转接"),
    "transferred_warm": ("咨转", "咨询后转"),
    "consults": ("咨询", "咨询"),
    "consults_answered": ("受咨", "受咨询"),
    "conferences": ("会议", "会议"),
    "callbacks_waiting": ("候回", "待回电"),
    "callbacks_owned": ("专回", "坐席专属"),
    "promised": ("约回", "约定回电"),
    "callbacks_lost": ("失约", "未成回电"),
    "interval_offered": ("刻呼", "本刻呼入"),
    "interval_level": ("刻水平", "本刻水平"),
    "agent": ("坐席", "坐席"),
    "status": ("状态", "状态"),
    "routing": ("路由状态", "路由状态"),
    "since": ("已持续", "已持续"),
    "doing": ("在做", "正在做"),
    "in_hand": ("手上", "手上"),
    "handled": ("已办", "已处理"),
    "missed": ("未接", "未接"),
    "rejected": ("拒绝", "拒绝"),
    "team": ("团队", "团队"),
    "site": ("门店", "门店"),
}
_ENGLISH_TITLES: Final = {
    "name": ("", ""),
    "waiting": ("wait", "waiting"),
    "ringing": ("ring", "ringing"),
    "longest": ("queued", "longest wait"),
    "arrived": ("in all", "since arrival"),
    "expected": ("expct", "expected"),
    "expected_range": ("range", "expected range"),
    "active": ("actv", "active"),
    "scheduled": ("sched", "scheduled"),
    "called_back": ("calld", "called back"),
    "callback_wait": ("cb.w.", "callback wait"),
    "offered": ("offrd", "offered"),
    "answered": ("answd", "answered"),
    "abandoned": ("aband", "abandoned"),
    "short": ("short", "short ab."),
    "abandon_rate": ("ab.%", "aband. rate"),
    "flowed_out": ("flowd", "flowed out"),
    "service_level": ("level", "service lv."),
    "goal": ("goal", "goal"),
    "asa": ("ASA", "ASA"),
    "aht": ("AHT", "AHT"),
    "occupancy": ("occup", "occupancy"),
    "transferred": ("trans", "transfers"),
    "transferred_warm": ("warm", "warm tr."),
    "consults": ("cons", "consults"),
    "consults_answered": ("asked", "consulted"),
    "conferences": ("conf", "confer."),
    "callbacks_waiting": ("cbs", "callbacks"),
    "callbacks_owned": ("own", "own cbs"),
    "promised": ("prom", "promised"),
    "callbacks_lost": ("lost", "cbs lost"),
    "interval_offered": ("1/4h", "1/4 h offered"),
    "interval_level": ("1/4h lv", "1/4 h level"),
    "agent": ("agent", "agent"),
    "status": ("status", "status"),
    "routing": ("routing", "routing status"),
    "since": ("for", "for"),
    "doing": ("doing", "doing"),
    "in_hand": ("hand", "in hand"),
    "handled": ("done", "handled"),
    "missed": ("miss", "missed"),
    "rejected": ("rej.", "rejected"),
    "team": ("team", "team"),
    "site": ("site", "site"),
}
TEXTS: Final = {Language.CHINESE: _CHINESE, Language.ENGLISH: _ENGLISH}
TITLES: Final = {Language.CHINESE: _CHINESE_TITLES, Language.ENGLISH: _ENGLISH_TITLES}
"""Of each column the short title and the long one."""


class WatchWords:
    """The texts of one language; words of the contracts as the agents' console says them."""

    def __init__(self, language: Language) -> None:
        self._texts = TEXTS[language]
        self._titles = TITLES[language]
        self._console = ConsoleWords(language)

    def say(self, key: str, **values: object) -> str:
        """The text of that key with its values."""
        return self._texts[key].format(**values)

    def title(self, column: str, *, long: bool) -> str:
        """A column's title."""
        return self._titles[column][long]

    def word(self, value: str) -> str:
        """A word of the contracts, or an organisation's own name."""
        return self._console.word(value)
