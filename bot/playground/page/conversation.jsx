import { useEffect, useRef, useState } from "react";
import { Composer } from "./composer.jsx";
import { Posted } from "./message.jsx";
import { drop, linkTo, post, useMessages, useSlack } from "./slack.js";

const AT_END_PX = 40;

// Keeps to the end, whatever grows there (a message, a picture, a stream), until the reader scrolls up; back to it when they write.
function Log({ label, own, children }) {
  const box = useRef(null);
  const atEnd = useRef(true);
  const top = useRef(0);
  useEffect(() => {
    const shown = box.current;
    const grown = new ResizeObserver(() => { if (atEnd.current) shown.scrollTop = shown.scrollHeight; });
    grown.observe(shown);
    grown.observe(shown.firstChild);
    return () => grown.disconnect();
  }, []);
  useEffect(() => { box.current.scrollTop = box.current.scrollHeight; }, [own]);
  const onScroll = ({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
    const wentUp = scrollTop < top.current;
    atEnd.current = scrollHeight - scrollTop - clientHeight < AT_END_PX || (atEnd.current && !wentUp);
    top.current = scrollTop;
  };
  return <section className="log" ref={box} role="log" aria-label={label} tabIndex={0} onScroll={onScroll}><div>{children}</div></section>;
}

const lastOf = (messages, user) => messages.findLast((m) => m.user === user)?.ts;

function Status({ children }) {
  return <p className="status" role="status">{children && `Caddie ${children}`}</p>;
}

function Prompts({ prompts, channel }) {
  const { user } = useSlack();
  return (
    <div className="prompts" role="group" aria-label={prompts.title || "Suggestions"}>
      {prompts.title && <span className="note">{prompts.title}</span>}
      {prompts.prompts.map(({ title, message }) => <button key={title} title={message} onClick={() => post("say", { user, channel, text: message })}>{title}</button>)}
    </div>
  );
}

export function Conversation({ channel, title }) {
  const { user } = useSlack();
  const { data } = useMessages(user, channel);
  const [dragging, setDragging] = useState(false);
  const messages = data?.messages || [];
  const known = new Set(messages.map((m) => m.ts));
  const replies = Object.groupBy(messages, (m) => (m.thread_ts !== m.ts && known.has(m.thread_ts) ? m.thread_ts : ""));
  const roots = replies[""] || [];
  const onDrop = (event) => {
    event.preventDefault();
    setDragging(false);
    drop(user, channel, event.dataTransfer.files);
  };
  return (
    <div className={dragging ? "conversation dragging" : "conversation"} onDrop={onDrop} onDragOver={(e) => { e.preventDefault(); setDragging(true); }}
      onDragLeave={(e) => { if (!e.currentTarget.contains(e.relatedTarget)) setDragging(false); }}>
      <Log label={`Messages in ${title}`} own={lastOf(roots, user)}>
        {data && roots.length === 0 && <p className="empty">{channel === "dm"
          ? "Say what happened with a customer, ask for a pain chain, or for your pipeline."
          : "Nothing was said here yet. Mention @Caddie to ask something for all to see, or use /caddie to ask for yourself."}</p>}
        {roots.map((m) => <Posted key={m.ts} message={m} channel={channel} replies={replies[m.ts]?.length} />)}
      </Log>
      <Status>{Object.values(data?.statuses || {})[0]}</Status>
      {channel === "dm" && data?.prompts && <Prompts prompts={data.prompts} channel={channel} />}
      <Composer channel={channel} label={`Message ${title}`} prefill={channel === "dm" ? "" : "@Caddie "} />
    </div>
  );
}

export function Thread({ channel, title, ts }) {
  const { user } = useSlack();
  const { data } = useMessages(user, channel);
  const messages = data?.messages.filter((m) => m.ts === ts || m.thread_ts === ts) || [];
  useEffect(() => () => document.querySelector(`.conversation [data-ts="${ts}"]`)?.focus(), [ts]);
  return (
    <aside className="thread" aria-label="Thread">
      <header className="top">
        <h2>Thread</h2><span className="note">{title}</span>
        <a className="close" href={linkTo(user, channel)} aria-label="Close thread">✕</a>
      </header>
      <Log label="Thread" own={lastOf(messages, user)}>{messages.map((m) => <Posted key={m.ts} message={m} />)}</Log>
      <Status>{data?.statuses[ts]}</Status>
      <Composer channel={channel} thread={ts} label="Reply" />
    </aside>
  );
}
