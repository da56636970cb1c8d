import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";
import "slack-blocks-to-jsx/dist/style.css";
import { Conversation, Thread } from "./conversation.jsx";
import { Home } from "./home.jsx";
import { Modal } from "./modal.jsx";
import "./page.css";
import { Sidebar } from "./sidebar.jsx";
import { SlackProvider, linkTo, post, useAddress, useNow, useWorkspace } from "./slack.js";
import { useTheme } from "./theme.js";

const TROUBLES = { slow: "Slack answers Caddie slowly.", 429: "Slack turns Caddie away: too many calls.", down: "Slack is down for Caddie." };

function Window({ workspace }) {
  const [wanted, wantedPlace, thread] = useAddress();
  const { people, channels, bot } = workspace;
  const user = people.some((p) => p.id === wanted) ? wanted : people[0].id;
  const mine = channels.filter((c) => c.members.includes(user));
  const channel = mine.find((c) => c.id === wantedPlace);
  const place = channel || wantedPlace === "home" ? wantedPlace : "dm";

  const [theme, setTheme] = useTheme();
  const [drawer, setDrawer] = useState(false);
  const search = useRef(null);
  const { data: now, isError } = useNow(user);

  useEffect(() => {
    setDrawer(false);
    if (place === "home" || place === "dm") post("open", { user, tab: place === "home" ? "home" : "messages" });
  }, [user, place]);

  useEffect(() => {
    const onKey = (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key === "k") {
        event.preventDefault();
        flushSync(() => setDrawer(true));
        search.current.focus();
      } else if (event.key === "Escape" && !document.querySelector("dialog[open], :popover-open")) {
        if (drawer) setDrawer(false);
        else if (thread) location.hash = linkTo(user, place);
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [user, place, thread, drawer]);

  const slack = useMemo(() => ({
    user,
    bot,
    theme,
    names: { users: [...people, { id: bot, name: "Caddie" }], channels: channels.map((c) => ({ id: c.id, name: c.name.replace("#", "") })) },
  }), [user, bot, theme, people, channels]);

  const title = channel ? channel.name.replace("#", "") : "Caddie";
  const unread = now?.unread.filter((id) => id !== place) || [];
  return (
    <SlackProvider value={slack}>
      <div className={`window${thread ? " with-thread" : ""}${drawer ? " with-drawer" : ""}`}>
        <Sidebar {...{ people, channels: mine, user, place, unread, now, theme, setTheme, search }} />
        <div className="veil" onClick={() => setDrawer(false)} />
        <main>
          <header className="top">
            <button className="menu" aria-label="People and channels" aria-expanded={drawer} onClick={() => setDrawer(!drawer)}>☰{unread.length > 0 && <span className="dot" />}</button>
            <h1>{title}</h1>
            {channel
              ? <span className="note">{channel.members.length - 1} people{channel.kind === "external" && ", some from outside"}</span>
              : <nav className="tabs" aria-label="Caddie">
                  <a href={linkTo(user, "home")} aria-current={place === "home" ? "page" : undefined}>Home</a>
                  <a href={linkTo(user, "dm")} aria-current={place === "dm" ? "page" : undefined}>Messages</a>
                </nav>}
          </header>
          {isError && <p className="banner" role="alert">The playground does not answer. Trying again…</p>}
          {now?.trouble && <p className="banner" role="status">{TROUBLES[now.trouble]}</p>}
          {place === "home"
            ? <Home view={now?.home} />
            : <Conversation key={`${user} ${place}`} channel={place} title={title} />}
        </main>
        {thread && place !== "home" && <Thread key={`${user} ${thread}`} channel={place} title={title} ts={thread} />}
        {now?.view && <Modal key={now.view.id} view={now.view} />}
      </div>
    </SlackProvider>
  );
}

function App() {
  const { data: workspace } = useWorkspace();
  return workspace ? <Window workspace={workspace} /> : <p className="empty">Loading…</p>;
}

const client = new QueryClient({ defaultOptions: { queries: { retry: false, networkMode: "always" } } });
createRoot(document.getElementById("root")).render(<QueryClientProvider client={client}><App /></QueryClientProvider>);
