import { useRef, useState } from "react";
import { drop, post, useSlack } from "./slack.js";

const drafts = new Map();
const pointer = matchMedia("(pointer: fine)");

export function Composer({ channel, thread, label, prefill = "" }) {
  const { user, bot } = useSlack();
  const place = `${user} ${channel} ${thread}`;
  const [text, setText] = useState(drafts.get(place) ?? prefill);
  const [refused, setRefused] = useState("");
  const box = useRef(null);

  const write = (next) => {
    drafts.set(place, next);
    setText(next);
    setRefused("");
  };
  const send = (event) => {
    event.preventDefault();
    const said = text.trim();
    const command = said.match(/^(?:@Caddie\s+)?\/caddie\b\s*(.*)/s);
    if (!said) return;
    if (command && thread) return setRefused("/caddie is not supported in threads.");
    if (command) post("command", { user, channel, text: command[1] });
    else post("say", { user, channel, thread_ts: thread, text: said.replace(/@Caddie\b/gi, `<@${bot}>`) });
    write(prefill);
  };
  const mention = () => {
    const { selectionStart, selectionEnd } = box.current;
    box.current.setRangeText("@Caddie ", selectionStart, selectionEnd, "end");
    write(box.current.value);
    box.current.focus();
  };
  const onKeyDown = (event) => {
    // Enter also ends the composing of a Chinese word
    if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) send(event);
  };
  return (
    <form className="composer" onSubmit={send}>
      <textarea id={thread ? "reply" : "say"} ref={box} rows="1" aria-label={label} placeholder={label} value={text} autoFocus={pointer.matches}
        onFocus={(e) => e.target.setSelectionRange(text.length, text.length)} onChange={(e) => write(e.target.value)} onKeyDown={onKeyDown} />
      {refused && <p className="error" role="alert">{refused}</p>}
      <div className="tray">
        {!thread && <label className="attach">+ File
          <input type="file" multiple onChange={(e) => { drop(user, channel, e.target.files); e.target.value = ""; }} />
        </label>}
        {channel !== "dm" && <button type="button" onClick={mention}>@Caddie</button>}
        {!thread && <button type="button" title="Shortcut: Log a call or change" onClick={() => post("shortcut", { user, callback_id: "log" })}>Form</button>}
        <button className="primary" disabled={!text.trim()}>Send</button>
      </div>
    </form>
  );
}
