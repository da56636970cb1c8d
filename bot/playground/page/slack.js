// What the page knows of the workspace and does in it, and where in it one is.
import { useQuery } from "@tanstack/react-query";
import { createContext, useContext, useSyncExternalStore } from "react";

const POLL_MS = 500;

const SlackContext = createContext(null);
export const SlackProvider = SlackContext.Provider;
export const useSlack = () => useContext(SlackContext);

async function read(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer.json();
}

const useRead = (url, often = false) => useQuery({ queryKey: [url], queryFn: () => read(url), refetchInterval: often && POLL_MS });
export const useWorkspace = () => useRead("/play/state");
export const useNow = (user) => useRead(`/play/now?user=${user}`, true);
export const useMessages = (user, channel) => useRead(`/play/messages?user=${user}&channel=${channel}`, true);

export const post = (what, body) =>
  fetch(`/play/${what}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

export function drop(user, channel, files) {
  for (const file of files) {
    fetch(`/play/drop?${new URLSearchParams({ user, channel, name: file.name })}`, { method: "POST", body: file });
  }
}

function onHashChange(told) {
  addEventListener("hashchange", told);
  return () => removeEventListener("hashchange", told);
}

// The address says who one is, where, and in which thread: links lead around, Back leads back, and two windows can be two people.
export const linkTo = (user, place, thread) => `#${[user, place, thread].filter(Boolean).join("/")}`;

export function useAddress() {
  return useSyncExternalStore(onHashChange, () => location.hash).slice(1).split("/");
}
