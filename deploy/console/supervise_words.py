"""What `hubline supervise` says of an act and of what became of it, in Chinese and in English. Pure."""

from __future__ import annotations

from typing import Any, Final

from deploy.console.words import Language, Words

_CHINESE: Final = {
    "applied": "已执行：{act}",
    "duplicate": "已执行过：{act}",
    "waiting": "已记入日志，路由尚未答复；请稍后用同一编号再问：--command-id {command_id}",
    "refused": "被拒绝（{reason}）：{act}",
    "unknown": "结果未知，请用同一编号重试：--command-id {command_id}（{detail}）",
    "problem": "未执行：{detail}",
    "force_status": "将 {agent_id} 的状态设为 {status}",
    "log_out": "将 {agent_id} 签退",
    "move": "将 {interaction_id} 移到队列 {to_queue}",
    "assign": "将 {interaction_id} 分配给 {to_agent}",
    "prioritise": "将 {interaction_id} 的优先级设为 {priority}",
    "cancel": "取消 {interaction_id}",
    "join": "以{mode}方式加入 {interaction_id}",
    "call_back": "安排回电 {interaction_id}",
    "hand_over": "{agent_id} 的客户与工作交给 {to_agent}",
    "customers": "归属客户 {owned} 位，首选客户 {preferring} 位",
    "monitor": "监听",
    "whisper": "耳语",
    "barge": "强插",
}
_ENGLISH: Final = {
    "applied": "done: {act}",
    "duplicate": "done before: {act}",
    "waiting": "in the log, routing has not answered yet; ask again with --command-id {command_id}",
    "refused": "refused ({reason}): {act}",
    "unknown": "the outcome is unknown, repeat it with --command-id {command_id} ({detail})",
    "problem": "not done: {detail}",
    "force_status": "set the status of {agent_id} to {status}",
    "log_out": "log {agent_id} out",
    "move": "move {interaction_id} to the queue {to_queue}",
    "assign": "assign {interaction_id} to {to_agent}",
    "prioritise": "give {interaction_id} the priority {priority}",
    "cancel": "cancel {interaction_id}",
    "join": "join {interaction_id} to {mode}",
    "call_back": "have {interaction_id} called back",
    "hand_over": "hand over {agent_id}'s customers and work to {to_agent}",
    "customers": "{owned} customers owned, {preferring} customers preferring",
    "monitor": "monitor",
    "whisper": "whisper",
    "barge": "barge in",
}
TEXTS: Final = {Language.CHINESE: _CHINESE, Language.ENGLISH: _ENGLISH}
OFFLINE: Final = "offline"


class SuperviseWords:
    """One language's texts."""

    def __init__(self, language: Language) -> None:
        self._texts = TEXTS[language]
        self._words = Words(language)

    def say(self, key: str, **values: Any) -> str:
        """A text with its values."""
        return self._texts[key].format(**values)

    def act(self, name: str, **asked: Any) -> str:
        """The act in words; `name` as in the protocol."""
        if name == "force_status" and asked.get("status") == OFFLINE:
            name = "log_out"
        shown = {key: self._texts.get(str(value), value) if key == "mode" else value for key, value in asked.items()}
        return self.say(name, **shown)

    def reason(self, refusal: str) -> str:
        """Routing's reason in words."""
        return self._words.word(refusal)
