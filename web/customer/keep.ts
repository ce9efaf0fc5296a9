// What this browser keeps between loads: the seat's secret and the chosen language. Knows no server.

/** A name for the link under which nothing of the link can be read back. */
export function nameOf(token: string): string {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let at = 0; at < token.length; at += 1) {
    const code = token.charCodeAt(at);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  return `recourse.${(a >>> 0).toString(36)}${(b >>> 0).toString(36)}`;
}

/** Storage is refused in some frames and private windows; memory then lasts as long as the page. */
const memory = new Map<string, string>();

export function read(name: string): string | null {
  try {
    return localStorage.getItem(name) ?? memory.get(name) ?? null;
  } catch {
    return memory.get(name) ?? null;
  }
}

export function write(name: string, value: string): void {
  memory.set(name, value);
  try {
    localStorage.setItem(name, value);
  } catch {
    // The seat then lives in memory only.
  }
}
