import { useState } from "react";
import { Face } from "./message.jsx";
import { linkTo, post } from "./slack.js";

const PEOPLE_BEFORE_SEARCH = 8;
const SIGNS = { public: ["#"], private: ["🔒", "private"], external: ["⇄", "with people from outside"] };

const matches = (sought, ...texts) => texts.some((text) => text?.toLowerCase().includes(sought.trim().toLowerCase()));

// Enter goes to the first that is found.
function Search({ label, hint = label, sought, setSought, first, ref }) {
  const go = (event) => {
    event.preventDefault();
    if (!first) return;
    location.hash = first;
    setSought("");
    event.target.closest("[popover]")?.hidePopover();
  };
  return (
    <form role="search" onSubmit={go}>
      <input type="search" ref={ref} aria-label={label} placeholder={hint} value={sought} onChange={(e) => setSought(e.target.value)} />
    </form>
  );
}

function People({ people, user, place }) {
  const [sought, setSought] = useState("");
  const self = people.find((p) => p.id === user);
  const found = people.filter((p) => matches(sought, p.name, p.email));
  const onToggle = ({ newState, currentTarget }) => {
    setSought("");
    if (newState === "open") currentTarget.querySelector("input, a").focus();
  };
  return (
    <>
      <button id="person" className="self" popoverTarget="people">
        <Face id={self.id} name={self.name} />
        <span><span className="note">Acting as</span>{self.name}</span>
      </button>
      <div id="people" popover="auto" onToggle={onToggle}>
        {people.length > PEOPLE_BEFORE_SEARCH && <Search label="Find a person" sought={sought} setSought={setSought} first={found[0] && linkTo(found[0].id, place)} />}
        <ul>
          {found.map(({ id, name, email, guest }) => (
            <li key={id}>
              <a href={linkTo(id, place)} aria-current={id === user || undefined} onClick={(e) => e.currentTarget.closest("[popover]").hidePopover()}>
                <Face id={id} name={name} />
                <span>{name}<span className="note">{guest && "Guest · "}{email}</span></span>
              </a>
            </li>
          ))}
        </ul>
      </div>
    </>
  );
}

function Place({ href, on, unread, sign, meaning, children }) {
  return (
    <li>
      <a className={unread ? "unread" : undefined} href={href} aria-current={on ? "page" : undefined}>
        <span className="sign" aria-hidden="true">{sign}</span><span className="name">{children}</span>
        {meaning && <span className="hidden">, {meaning}</span>}
        {unread && <span className="dot"><span className="hidden">, unread</span></span>}
      </a>
    </li>
  );
}

function Failures({ trouble, agent }) {
  return (
    <fieldset>
      <legend className="hidden">How Slack behaves towards Caddie</legend>
      <label>Slack is
        <select value={trouble} onChange={(e) => post("trouble", { trouble: e.target.value, agent })}>
          <option value="">fine</option>
          <option value="slow">slow</option>
          <option value="429">rate limited</option>
          <option value="down">down</option>
        </select>
      </label>
      <label><input type="checkbox" checked={agent} onChange={(e) => post("trouble", { trouble, agent: e.target.checked })} />Agent features</label>
    </fieldset>
  );
}

export function Sidebar({ people, channels, user, place, unread, now, theme, setTheme, search }) {
  const [sought, setSought] = useState("");
  const found = channels.filter((c) => matches(sought, c.name));
  return (
    <nav className="sidebar" aria-label="People and channels">
      <People people={people} user={user} place={place} />
      <Search label="Find a channel" hint="Find a channel (Ctrl K)" sought={sought} setSought={setSought} first={found[0] && linkTo(user, found[0].id)} ref={search} />
      <h2>App</h2>
      <ul>
        <Place href={linkTo(user, "dm")} on={place === "dm" || place === "home"} unread={unread.includes("dm")} sign="✦">Caddie</Place>
      </ul>
      <h2>Channels</h2>
      <ul>
        {found.map(({ id, name, kind }) => (
          <Place key={id} href={linkTo(user, id)} on={place === id} unread={unread.includes(id)} sign={SIGNS[kind][0]} meaning={SIGNS[kind][1]}>{name.replace("#", "")}</Place>
        ))}
        {found.length === 0 && <li className="note">No channel found</li>}
      </ul>
      <footer>
        {now && <Failures trouble={now.trouble} agent={now.agent} />}
        <button onClick={() => setTheme(theme === "light" ? "dark" : "light")}>{theme === "light" ? "Dark theme" : "Light theme"}</button>
      </footer>
    </nav>
  );
}
