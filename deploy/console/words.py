"""What the console says, in Chinese and in English."""

from __future__ import annotations

import enum
from typing import Final


class Language(enum.StrEnum):
    """The languages of the console."""

    CHINESE = "zh-CN"
    ENGLISH = "en"


_CHINESE: Final = {
    "agent": "坐席",
    "live": "实时",
    "not_live": "非实时",
    "connecting": "正在连接",
    "age": "{seconds} 秒前更新",
    "nothing_yet": "尚无内容",
    "as_of": "内容截至 {seconds} 秒前",
    "offers": "新的分配",
    "work": "手上的工作",
    "queues": "队列",
    "callbacks": "我的预约回电",
    "calls_at": "{time} 回电",
    "scheduled_count": "预约 {count}",
    "nothing": "（无）",
    "answer_within": "请在 {time} 内接受",
    "waited": "已等待 {time}",
    "waiting": "等待 {count}",
    "longest": "最久 {time}",
    "closed": "已关闭",
    "why": "为何是 {agent}：{reasons}",
    "why_requirements": "要求 {skills}",
    "why_considered": "考虑了 {count} 人",
    "why_passed": "未选：{reasons}",
    "why_runner_up": "优先于 {agent}（{by}）",
    "why_alone": "没有其他合适的人",
    "between": "；",
    "with": "一同在场：{who}（{part}，{state}）",
    "your_part": "您的角色：{part}",
    "needs_aim": "请写明队列，或 @坐席",
    "voice": "语音在您的电话上，不在这里",
    "customer": "客户：{who}",
    "unknown_customer": "未识别的客户",
    "details_coming": "正在查找",
    "details_away": "客户资料暂时读不到，稍后补上",
    "stopped": "本工作区的路由已停止：{invariant}",
    "applied": "已执行",
    "refused": "被拒绝：{reason}",
    "unavailable": "结果未知，正以同一编号重试",
    "duplicate": "已执行过",
    "no_answer": "没有答复",
    "welcome": "已登录 {workspace}，通过 {gateway}",
    "resumed": "已恢复连接",
    "offered": "{channel} 分配给您：{id}",
    "offer_gone": "分配结束：{id}（{reason}）",
    "leg": "{id}：{state}",
    "message": "{who}：{text}",
    "file": "{who}：[文件] {name}（{size} KiB）{address}",
    "customer_types": "客户正在输入……",
    "went_not_live": "画面非实时（{reason}）",
    "went_live": "画面恢复实时",
    "lost": "连接断开，画面非实时，正在重连",
    "gone": "网关拒绝了连接：{reason}",
    "unknown_command": "不认识的命令：{word}。输入 help",
    "no_offer": "没有待接受的分配",
    "no_work": "没有可以操作的工作",
    "no_number": "没有编号 {number}",
    "needs_text": "请写下内容",
    "bad_seconds": "秒数应为正整数",
    "bad_time": "看不懂时间 {time}：可写 30m、2h、15:30、12-24 15:30",
    "which": "有多项工作，请先用 open N 选择",
    "help": "accept [N] 接受 · reject [N] 拒绝 · say 文字 · hold 保持 · resume 恢复 · end 结束 · transfer 队列 | @坐席 [keep] 转接（keep 保留排位） · "
    "requeue 放回原队列 · consult 队列 | @坐席 咨询 · complete 交给受咨询者 · cancel 取消咨询 · join 三方会议 · leave 离开会议 · extend [秒] 延长整理 · "
    "done [结果码] 完成整理 · callback [时间] [me | @坐席] 约定回电 · status 状态 · next 下一状态 · open N 选择 · out 签退 · quit 离开",
}
_ENGLISH: Final = {
    "agent": "Agent",
    "live": "live",
    "not_live": "NOT LIVE",
    "connecting": "connecting",
    "age": "updated {seconds} s ago",
    "nothing_yet": "nothing came yet",
    "as_of": "as of {seconds} s ago",
    "offers": "Offers",
    "work": "Work in hand",
    "queues": "Queues",
    "callbacks": "My callbacks",
    "calls_at": "call at {time}",
    "scheduled_count": "{count} scheduled",
    "nothing": "(none)",
    "answer_within": "accept within {time}",
    "waited": "waited {time}",
    "waiting": "{count} waiting",
    "longest": "longest {time}",
    "closed": "closed",
    "why": "why {agent}: {reasons}",
    "why_requirements": "asks for {skills}",
    "why_considered": "{count} considered",
    "why_passed": "passed over: {reasons}",
    "why_runner_up": "before {agent} by {by}",
    "why_alone": "nobody else fits",
    "between": "; ",
    "with": "with you: {who} ({part}, {state})",
    "your_part": "your part: {part}",
    "needs_aim": "name a queue, or @AGENT",
    "voice": "the voice is on your telephone, not here",
    "customer": "Customer: {who}",
    "unknown_customer": "not identified",
    "details_coming": "being looked up",
    "details_away": "customer details cannot be read now; they follow",
    "stopped": "routing of this workspace has stopped: {invariant}",
    "applied": "done",
    "refused": "refused: {reason}",
    "unavailable": "outcome unknown; repeating under the same id",
    "duplicate": "was done already",
    "no_answer": "no answer",
    "welcome": "signed in to {workspace} through {gateway}",
    "resumed": "connected again",
    "offered": "{channel} offered to you: {id}",
    "offer_gone": "offer over: {id} ({reason})",
    "leg": "{id}: {state}",
    "message": "{who}: {text}",
    "file": "{who}: [file] {name} ({size} KiB) {address}",
    "customer_types": "the customer is typing…",
    "went_not_live": "NOT LIVE: the screen stands still ({reason})",
    "went_live": "the screen is live again",
    "lost": "NOT LIVE: connection lost, connecting again",
    "gone": "the gateway refused: {reason}",
    "unknown_command": "no such command: {word}. Type help",
    "no_offer": "no offer to answer",
    "no_work": "no work to do that with",
    "no_number": "there is no number {number}",
    "needs_text": "write something",
    "bad_seconds": "seconds are a positive whole number",
    "bad_time": "{time} is no time: write 30m, 2h, 15:30, 12-24 15:30",
    "which": "several in hand: choose one with open N",
    "help": "accept [N] · reject [N] · say TEXT · hold · resume · end · transfer QUEUE | @AGENT [keep] · "
    "requeue · consult QUEUE | @AGENT · complete · cancel · join · leave · extend [SECONDS] · done [CODE] · "
    "callback [TIME] [me | @AGENT] · status NAME · next NAME · open N · out · quit",
}
_CHINESE_WORDS: Final = {
    "available": "可用",
    "offline": "离线",
    "off_queue": "未在队列",
    "idle": "空闲",
    "interacting": "服务中",
    "not_responding": "无应答",
    "wrap_up": "整理",
    "queued": "排队",
    "offered": "振铃",
    "connecting": "接通中",
    "connected": "已接通",
    "on_hold": "保持",
    "completed": "已完成",
    "abandoned": "已放弃",
    "phone": "电话",
    "email": "邮件",
    "web_chat": "网聊",
    "in_store": "门店",
    "accepted": "已接受",
    "rejected": "已拒绝",
    "timed_out": "超时",
    "rescinded": "已撤回",
    "customer": "客户",
    "system": "系统",
    "pending": "待接受",
    "created": "已建立",
    "scheduled": "已预约",
    "callback": "回电",
    "web_form": "网上留言",
    "voicemail": "留言",
    "sms": "短信",
    "document": "文件",
    "cancelled": "已取消",
    "expired": "已过期",
    "failed": "失败",
    "flowed_out": "已转出",
    "no_capacity": "没有余力",
    "channel_limit": "该渠道已满",
    "rank": "级别次序",
    "lacks_skill": "缺少技能",
    "level_too_low": "技能级别不足",
    "other_site": "不在同一门店",
    "not_preferred": "并非指定坐席",
    "rejected_before": "曾拒绝或未接",
    "draining": "即将停止接待",
    "disconnected": "连接中断",
    "takes_part": "已在此接触中",
    "preferred": "指定坐席",
    "assigned": "由主管指派",
    "transferred_to_agent": "转给您本人",
    "consulted_agent": "向您本人咨询",
    "owner": "负责人",
    "consulted": "受咨询",
    "monitor": "旁听",
    "whisper": "耳语指导",
    "barge": "参加会议",
    "took_over": "已接手",
    "joined": "由您自己加入",
    "unknown_interaction": "没有这个接触",
    "unknown_agent": "没有这个坐席",
    "unknown_queue": "没有这个队列",
    "not_offered": "没有分配给您",
    "not_owner": "不在您手上",
    "wrong_state": "目前状态不允许",
    "agent_unavailable": "坐席不可用",
    "not_permitted": "没有权限",
    "invalid_configuration": "配置无效",
    "workspace_stopped": "路由已停止",
    "not_shown": "不在您的画面上",
    "too_many_subscriptions": "订阅过多",
    "broker": "消息总线不可达",
    "catching_up": "正在追上最新状态",
}
_ENGLISH_WORDS: Final = {
    "assigned": "assigned by a supervisor",
    "transferred_to_agent": "transferred to this agent",
    "consulted_agent": "this agent is asked in person",
    "joined": "joined on one's own wish",
    "takes_part": "is with it already",
    "barge": "in the conference",
    "monitor": "monitors",
    "whisper": "whispers",
    "broker": "broker not reachable",
}
WORDS: Final = {Language.CHINESE: _CHINESE_WORDS, Language.ENGLISH: _ENGLISH_WORDS}
"""How the words of the contracts are said; one that is missing is shown as it is, with blanks in English."""
TEXTS: Final = {Language.CHINESE: _CHINESE, Language.ENGLISH: _ENGLISH}


class Words:
    """The texts of one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._texts = TEXTS[language]

    def say(self, key: str, **values: object) -> str:
        """The text of that key with its values."""
        return self._texts[key].format(**values)

    def word(self, value: str) -> str:
        """A word of the contracts, or an organisation's own name, for people."""
        plain = value if self.language is Language.CHINESE else value.replace("_", " ")
        return WORDS[self.language].get(value, plain)


def duration(milliseconds: int) -> str:
    """Minutes and seconds, with hours where there are any; what would be negative is zero."""
    seconds = max(0, milliseconds) // 1000
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
