import { useEffect, useRef, useState } from "react";
import { createRoot } from "react-dom/client";
import { Message } from "slack-blocks-to-jsx";
import "slack-blocks-to-jsx/dist/style.css";
import "./page.css";

const POLL_MS = 500;

function useJson(url, everyMs) {
  const [data, setData] = useState(null);
  useEffect(() => {
    let live = true;
    const read = () => fetch(url).then((r) => r.json()).then((d) => live && setData(d)).catch(() => {});
    read();
    const timer = everyMs ? setInterval(read, everyMs) : null;
    return () => { live = false; clearInterval(timer); };
  }, [url, everyMs]);
  return data;
}

const post = (url, body) => fetch(url, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

function Actions({ block, message, user }) {
  const press = (element, value, selected) => post("/play/press", { user, ts: message.ts, action_id: element.action_id, value, selected });
  return (
    <div className="actions">
      {block.elements.map((element) =>
        element.type === "button" ? (
          <button key={element.action_id} className={element.style || ""} onClick={() => press(element, element.value, false)}>{element.text.text}</button>
        ) : (
          <select key={element.action_id} aria-label={element.placeholder.text} defaultValue="" onChange={(e) => press(element, e.target.value, true)}>
            <option value="" disabled>{element.placeholder.text}</option>
            {element.options.map((option) => <option key={option.value} value={option.value}>{option.text.text}</option>)}
          </select>
        ))}
    </div>
  );
}

function Posted({ message, user, bot, theme }) {
  const fromBot = message.user === bot;
  const blocks = message.blocks || (message.text ? [{ type: "section", text: { type: fromBot ? "mrkdwn" : "plain_text", text: message.text } }] : []);
  const groups = [];
  for (const block of blocks) {
    const last = groups[groups.length - 1];
    if (block.type === "actions") groups.push({ actions: block });
    else if (block.accessory) groups.push({ beside: block });
    else if (last && last.shown) last.shown.push(block);
    else groups.push({ shown: [block] });
  }
  const time = new Date(parseFloat(message.ts) * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return (
    <article className={message.thread_ts && message.thread_ts !== message.ts ? "message reply" : "message"}>
      <div className={fromBot ? "face bot" : "face"} aria-hidden="true">{message.name.slice(0, 1)}</div>
      <div className="body">
        <header><b>{message.name}</b>{fromBot && <span className="app">APP</span>}<time>{time}</time>{message.edited > 0 && <span className="note">(edited)</span>}
          <button className="quiet" title="Log to CRM" aria-label="Log this message to the CRM" onClick={() => post("/play/shortcut", { user, ts: message.ts, callback_id: "log_message" })}>Log to CRM</button></header>
        {message.ephemeral && <p className="note">Only visible to you</p>}
        {groups.map((group, n) => group.actions
          ? <Actions key={n} block={group.actions} message={message} user={user} />
          : group.beside ? <div className="beside" key={n}>
              <div className="blocks"><Message blocks={[{ ...group.beside, accessory: undefined }]} name="" logo="" theme={theme} unstyled withoutWrapper /></div>
              <Actions block={{ elements: [group.beside.accessory] }} message={message} user={user} />
            </div>
          : <div className="blocks" key={n}><Message blocks={group.shown} name="" logo="" theme={theme} unstyled withoutWrapper /></div>)}
        {(message.files || []).map((file) => {
          const href = `/play/file/${file.id}?user=${encodeURIComponent(user)}`;
          return file.name.endsWith(".png")
            ? <a key={file.id} href={href} target="_blank" rel="noreferrer"><img className="picture" src={href} alt={file.alt || file.title} /></a>
            : <a key={file.id} className="file" href={href} download={file.name}>{file.title || file.name}</a>;
        })}
      </div>
    </article>
  );
}

function Field({ block, error }) {
  const { element, label, hint, optional, block_id: name } = block;
  const ref = useRef(null);
  const shared = { id: `form-${name}`, name, ref, "aria-invalid": Boolean(error), "aria-describedby": error ? `${name}-error` : undefined };
  return (
    <div className="field">
      <label htmlFor={`form-${name}`}>{label.text}{optional && <span className="note"> (optional)</span>}</label>
      {element.type === "static_select" ? (
        <select {...shared} defaultValue={element.initial_option?.value || ""}>
          <option value="">—</option>
          {element.options.map((option) => <option key={option.value} value={option.value}>{option.text.text}</option>)}
        </select>
      ) : element.type === "datepicker" ? <input type="date" {...shared} defaultValue={element.initial_date || ""} />
        : element.multiline ? <textarea rows="3" {...shared} defaultValue={element.initial_value || ""} maxLength={element.max_length} />
        : <input type="text" {...shared} defaultValue={element.initial_value || ""} maxLength={element.max_length} />}
      {hint && <p className="note">{hint.text}</p>}
      {error && <p className="error" id={`${name}-error`} role="alert">{error}</p>}
    </div>
  );
}

function Modal({ view, user }) {
  const dialog = useRef(null);
  const [errors, setErrors] = useState({});
  const [gone, setGone] = useState(false);
  useEffect(() => { if (!gone) dialog.current?.showModal(); }, [gone]);
  const submit = async (event) => {
    event.preventDefault();
    const values = Object.fromEntries(new FormData(event.target));
    const answer = await (await post("/play/submit", { user, view: view.id, values })).json();
    setErrors(answer.errors);
    if (Object.keys(answer.errors).length === 0) setGone(true);
    else { const first = document.getElementById(`form-${Object.keys(answer.errors)[0]}`); first?.focus(); first?.parentElement.scrollIntoView({ block: "center" }); }
  };
  const close = () => { setGone(true); post("/play/close", { user, view: view.id }); };
  if (gone) return null;
  return (
    <dialog ref={dialog} onCancel={close} aria-label={view.title.text}>
      <form onSubmit={submit}>
        <h3>{view.title.text}</h3>
        {errors.view && <p className="error" role="alert">{errors.view}</p>}
        {view.blocks.map((block, n) => block.type === "section" ? <p key={n}>{block.text.text}</p> : <Field key={block.block_id} block={block} error={errors[block.block_id]} />)}
        <footer><button type="button" onClick={close}>{view.close.text}</button><button type="submit" className="primary">{view.submit.text}</button></footer>
      </form>
    </dialog>
  );
}

function App() {
  const state = useJson("/play/state");
  const [user, setUser] = useState("");
  const [channel, setChannel] = useState("dm");
  const [text, setText] = useState("");
  const [theme, setTheme] = useState("light");
  const end = useRef(null);
  const who = user || state?.people[0]?.id || "";
  const shown = useJson(`/play/messages?user=${who}&channel=${encodeURIComponent(channel)}`, POLL_MS);
  const messages = shown?.messages || [];
  const stamp = messages.map((m) => m.ts + m.edited).join();
  useEffect(() => { end.current?.scrollIntoView(); }, [stamp]);
  useEffect(() => { document.documentElement.dataset.theme = theme; }, [theme]);
  if (!state) return <p className="empty">Loading…</p>;
  const mine = state.channels.filter((c) => c.members.includes(who));
  const current = mine.find((c) => c.id === channel);
  const say = (event) => {
    event.preventDefault();
    if (!text.trim()) return;
    post("/play/say", { user: who, channel, text: channel === "dm" ? text : `<@${state.bot}> ${text}` });
    setText("");
  };
  return (
    <div className="window">
      <nav>
        <h1>Caddie</h1>
        <label>Person<select id="person" value={who} onChange={(e) => { setUser(e.target.value); setChannel("dm"); }}>
          {state.people.map((p) => <option key={p.id} value={p.id}>{p.name}</option>)}
        </select></label>
        <button className={channel === "dm" ? "place on" : "place"} onClick={() => setChannel("dm")}>💬 Caddie</button>
        {mine.map((c) => <button key={c.id} className={c.id === channel ? "place on" : "place"} onClick={() => setChannel(c.id)}>{c.kind === "private" ? "🔒 " : ""}{c.name}{c.kind === "external" ? " ⇄" : ""}</button>)}
        <button className="theme" onClick={() => setTheme(theme === "light" ? "dark" : "light")}>{theme === "light" ? "Dark" : "Light"}</button>
      </nav>
      <main>
        <h2>{current ? current.name : "Caddie"}{current?.kind === "external" && <span className="note"> with people from outside</span>}</h2>
        <section className="messages" aria-live="polite">
          {messages.length === 0 && <p className="empty">Say what happened with a customer, ask for a pain chain, or for your pipeline.</p>}
          {messages.map((m) => <Posted key={m.ts + m.edited} message={m} user={who} bot={state.bot} theme={theme} />)}
          <div ref={end} />
        </section>
        <form onSubmit={say}>
          <textarea id="say" rows="2" value={text} placeholder={channel === "dm" ? "Message Caddie" : `Message @Caddie in ${current?.name}`} onChange={(e) => setText(e.target.value)}
            onKeyDown={(e) => { if (e.key === "Enter" && !e.shiftKey) say(e); }} />
          {channel === "dm" && <label className="attach" title="Drop a file of notes">📎<input type="file" accept=".txt,.md,.docx,.vtt" aria-label="Drop a file of notes" onChange={(e) => { const file = e.target.files[0]; if (file) fetch(`/play/drop?user=${who}&channel=dm&name=${encodeURIComponent(file.name)}`, { method: "POST", body: file }); e.target.value = ""; }} /></label>}
          <button type="button" onClick={() => post("/play/shortcut", { user: who, callback_id: "log" })}>Form</button>
          <button type="submit">Send</button>
        </form>
        {shown?.view && <Modal key={shown.view.id} view={shown.view} user={who} />}
      </main>
    </div>
  );
}

createRoot(document.getElementById("root")).render(<App />);
