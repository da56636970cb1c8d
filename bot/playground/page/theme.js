// Light or dark: as the system is, until one chooses.
import { useEffect, useState, useSyncExternalStore } from "react";

const system = matchMedia("(prefers-color-scheme: dark)");

function onSystemChange(told) {
  system.addEventListener("change", told);
  return () => system.removeEventListener("change", told);
}

export function useTheme() {
  const systemTheme = useSyncExternalStore(onSystemChange, () => (system.matches ? "dark" : "light"));
  const [chosen, setChosen] = useState(localStorage.getItem("theme"));
  const theme = chosen || systemTheme;
  useEffect(() => { document.documentElement.dataset.theme = theme; }, [theme]);
  const choose = (next) => {
    localStorage.setItem("theme", next);
    setChosen(next);
  };
  return [theme, choose];
}
