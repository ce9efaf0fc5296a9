// A small hash router: `#/cases/case_1?tab=video` → path parts and query. Knows no page.

export interface Route {
  /** `["cases", "case_1"]`. */
  parts: string[];
  query: URLSearchParams;
}

export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  return { parts: path.split("/").filter(Boolean).map(decodeURIComponent), query: new URLSearchParams(query) };
}

export function routeTo(parts: readonly string[], query: Record<string, string> = {}): string {
  const entries = Object.entries(query).filter(([, value]) => value !== "");
  const tail = entries.length === 0 ? "" : `?${new URLSearchParams(entries)}`;
  return `#/${parts.map(encodeURIComponent).join("/")}${tail}`;
}

/** Calls at once and at every change; returns how to stop. */
export function onRoute(changed: (route: Route) => void): () => void {
  const tell = () => changed(parseRoute(location.hash));
  addEventListener("hashchange", tell);
  tell();
  return () => removeEventListener("hashchange", tell);
}

/** `#name=value` of links that carry a secret; takes it out of the address and the history. */
export function takeFragment(name: string): string | null {
  const value = new URLSearchParams(location.hash.slice(1)).get(name);
  if (value !== null) history.replaceState(history.state, "", location.pathname + location.search);
  return value;
}
