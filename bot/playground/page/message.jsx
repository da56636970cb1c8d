import { memo, useEffect, useRef } from "react";
import { Blocks } from "./blocks.jsx";
import { linkTo, post, useSlack } from "./slack.js";

const REACTIONS = { white_check_mark: "✅", x: "❌", eyes: "👀" };

export function Face({ id, name }) {
  const hue = [...id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 360, 0) * 137 % 360;
  return <span className="face" style={{ background: `hsl(${hue} 45% 32%)` }} aria-hidden="true">{name.slice(0, 1).toUpperCase()}</span>;
}

// What people type comes as Slack makes it of their typing: mentions and links are read, all else is left alone.
function typed(text) {
  const elements = text.split(/(<@\w+>|<#\w+>|https?:\/\/[^\s<>|]+)/).filter(Boolean).map((part) => {
    if (part.startsWith("<@")) return { type: "user", user_id: part.slice(2, -1) };
    if (part.startsWith("<#")) return { type: "channel", channel_id: part.slice(2, -1) };
    return part.startsWith("http") ? { type: "link", url: part } : { type: "text", text: part };
  });
  return { type: "rich_text", elements: [{ type: "rich_text_section", elements }] };
}

function blocksOf({ streaming, blocks, text, user }, bot) {
  if (streaming) return [{ type: "markdown", text }];
  if (blocks?.length) return blocks;
  if (!text) return [];
  return [user === bot ? { type: "section", text: { type: "mrkdwn", text } } : typed(text)];
}

function File({ file }) {
  const { user } = useSlack();
  const href = `/play/file/${file.id}?user=${user}`;
  return file.picture
    ? <a href={href} target="_blank" rel="noreferrer"><img className="picture" src={href} alt={file.alt || file.title} /></a>
    : <a className="file" href={href} download={file.name}>{file.title || file.name}</a>;
}

function Tools({ message, children }) {
  const { user } = useSlack();
  return (
    <div className="tools">
      {Object.entries(REACTIONS).map(([name, sign]) => (
        <button key={name} title={name} aria-label={`React with ${name}`} onClick={() => post("react", { user, ts: message.ts, name })}>{sign}</button>
      ))}
      {children}
      <button title="Log this message to the CRM" onClick={() => post("shortcut", { user, ts: message.ts, callback_id: "log_message" })}>Log to CRM</button>
    </div>
  );
}

// `replies` and `channel` are given where a thread can be opened from the message.
export const Posted = memo(function Posted({ message, replies, channel }) {
  const { user, bot } = useSlack();
  const self = useRef(null);
  const pressed = useRef(false);
  const { ts, name, edited, streaming } = message;
  const time = new Date(parseFloat(ts) * 1000);

  // A pressed button goes when its card changes; who got there by keyboard stays at the card.
  useEffect(() => {
    if (pressed.current && document.activeElement === document.body) self.current.focus();
    pressed.current = false;
  }, [edited]);

  const press = (action_id, value, selected = false) => {
    pressed.current = true;
    post("press", { user, ts, action_id, value, selected });
  };
  const thread = channel && linkTo(user, channel, ts);
  return (
    <article className={streaming ? "message streaming" : "message"} ref={self} tabIndex={-1} data-ts={ts} aria-busy={streaming}>
      <Face id={message.user} name={name} />
      <div className="body">
        <header>
          <b>{name}</b>{message.user === bot && <span className="app">APP</span>}
          <time dateTime={time.toISOString()} title={time.toLocaleString()}>{time.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}</time>
          {edited > 0 && !streaming && <span className="note">(edited)</span>}
          {!message.ephemeral && <Tools message={message}>{thread && <a href={thread}>Reply in thread</a>}</Tools>}
        </header>
        {message.ephemeral && <p className="note">Only visible to you</p>}
        <Blocks blocks={blocksOf(message, bot)} press={press} />
        {message.files.map((file) => <File key={file.id} file={file} />)}
        {Object.entries(message.unfurls).map(([url, unfurl]) => <div className="unfurl" key={url}><Blocks blocks={unfurl.blocks} press={press} /></div>)}
        {Object.entries(message.reactions).map(([reaction, users]) => (
          <button className="reaction" key={reaction} aria-pressed={users.includes(user)} aria-label={`${reaction}, ${users.length}`}
            onClick={() => post("react", { user, ts, name: reaction })}>{REACTIONS[reaction] || `:${reaction}:`} {users.length}</button>
        ))}
        {replies > 0 && <a className="replies" href={thread}>{replies === 1 ? "1 reply" : `${replies} replies`}</a>}
      </div>
    </article>
  );
});
