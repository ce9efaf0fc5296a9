// Links in what people write: where each leads, as the browser would go, not as it is spelt. Knows no element.

export type Part = { text: string } | { href: string; host: string; rest: string };

const LINK = /(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]])/g;
/** A path that is longer is cut: the host is what counts. */
const MOST_REST = 40;

/** Text and links in turn. A host in foreign letters is told as the network knows it, so that none can stand in for another. */
export function split(text: string): Part[] {
  return text
    .split(LINK)
    .map((part, at): Part => (at % 2 === 1 ? linked(part) : { text: part }))
    .filter((part) => !("text" in part) || part.text !== "");
}

function linked(part: string): Part {
  try {
    const url = new URL(part);
    const rest = `${url.pathname}${url.search}${url.hash}`;
    const short = rest.length > MOST_REST ? `${rest.slice(0, MOST_REST)}…` : rest;
    // A name before the host only serves to look like another host.
    url.username = "";
    url.password = "";
    return { href: url.href, host: url.host, rest: short === "/" ? "" : short };
  } catch {
    return { text: part };
  }
}
