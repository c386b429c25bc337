"use strict";
const WORDS = {
  "en": {
    live: "Connected", off: "Not connected. Trying again…", late: "Not up to date: the service does not answer now.",
    write: "Your message", send: "Send", attach: "Attach a file", end: "End the chat", you: "You", agent: "Adviser", system: "Notice",
    new: "Write to us; your first message opens the chat.", waiting: "You are waiting for an adviser.",
    place: (n) => `Your place in line: ${n}.`, wait: (m) => m < 1 ? "Less than a minute to go." : `About ${m} min to go.`,
    connected: "You are connected with an adviser.", on_hold: "The adviser will be back with you in a moment.",
    ended: { customer: "You have ended the chat.", agent: "The adviser has ended the chat.", closed: "We are closed at the moment.",
      full: "Too many people are waiting. Please try again later.", no_agents: "Nobody is here at the moment.", other: "The chat has ended." },
    again: "Write again to open a new one.", typing: "…is typing", sending: "sending…", file: (n) => `Download ${n}`,
    too_large: "This file is too large.", bad_type: "Files of this type are not taken.", failed: "The file could not be sent. Try again.",
    refused: "The chat cannot be opened here.",
  },
  "zh-CN": {
    live: "已连接", off: "连接已断开，正在重新连接……", late: "暂时收不到新消息，服务没有回应。",
    write: "您的消息", send: "发送", attach: "发送文件", end: "结束咨询", you: "您", agent: "客服", system: "提示",
    new: "请留言，您发出第一条消息后咨询即开始。", waiting: "正在为您接通客服。",
    place: (n) => `您排在第 ${n} 位。`, wait: (m) => m < 1 ? "预计不到一分钟。" : `预计等候约 ${m} 分钟。`,
    connected: "客服已接入。", on_hold: "客服马上回来，请稍候。",
    ended: { customer: "您已结束咨询。", agent: "客服已结束咨询。", closed: "现在不在服务时间。", full: "排队人数已满，请稍后再试。",
      no_agents: "现在没有客服在线。", other: "咨询已结束。" },
    again: "再次留言即可开始新的咨询。", typing: "正在输入……", sending: "正在发送……", file: (n) => `下载 ${n}`,
    too_large: "文件太大。", bad_type: "不支持这种文件。", failed: "文件发送失败，请重试。",
    refused: "无法在此开始咨询。",
  },
};
