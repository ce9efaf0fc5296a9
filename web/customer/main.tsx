// The customer's page: reads the link, shows the screen the state asks for, loads the call behind the first screen.
import "../lib/ui/tokens.css";
import "../lib/ui/base.css";
import "../lib/ui/video-tile.css";
import "../lib/ui/chat.css";
import "./customer.css";
import "./stage.css";
import "./capture.css";
import "./sheets.css";
import "./wide.css";
import "../lib/ui/prompt-picture.css";
import "./prompt.css";
import "../lib/ui/annotate.css";
import "./board.css";
import { render } from "preact";
import { chooseLanguage, type Table } from "../lib/i18n.ts";
import { screenOf, type CustomerState } from "../lib/room.ts";
import { locale, setLanguage, t, type Actions, type FirstActions } from "./context.ts";
import { Host } from "./host.ts";
import { read, write } from "./keep.ts";
import { Session } from "./session.ts";
import { Start } from "./Start.tsx";
import { Top } from "./Top.tsx";

type Call = typeof import("./call.tsx");
type More = typeof import("./more.tsx");
let stage: { Stage: Call["Stage"]; act: Actions } | null = null;
let more: More | null = null;
let drawn = false;

const root = document.getElementById("app") as HTMLElement;
const host = new Host();
const token = location.hash.slice(1);
const session = new Session(token, host, changed);
const first: FirstActions = {
  join: (mode, birthDate) => void session.join(mode, birthDate),
  aside: (aside) => session.dispatch({ type: "set", change: { aside } }),
  speak: (tag) => {
    write("recourse.language", tag);
    void speak(tag).then(() => session.look());
  },
  link: () => location.href.replace(/[?&]embed=1/, ""),
};

/** Many events come in one turn; the page is drawn once. */
function changed(): void {
  if (drawn) return;
  drawn = true;
  queueMicrotask(() => {
    drawn = false;
    draw();
  });
}

function draw(): void {
  const s = session.state;
  brand(s);
  document.body.dataset.screen = screenOf(s);
  render(<App s={s} />, root);
}

function App({ s }: { s: CustomerState }) {
  const screen = screenOf(s);
  const call = screen === "waiting" || screen === "live";
  if (call && stage) return <stage.Stage s={s} act={stage.act} more={more} stream={session.device.stream} agent={session.room?.slots[0] ?? null} />;
  const plain = screen === "start" && s.aside === "none";
  return (
    <>
      {!host.embedded && <Top s={s} act={first} />}
      {plain ? (
        <Start s={s} act={first} embedded={host.embedded} allowed={host.cameraAllowed()} />
      ) : screen === "loading" || call || !stage || !more ? (
        <main class="page center" aria-busy="true">
          <p class="quiet">{screen === "broken" ? t("broken.title") : t("loading")}</p>
        </main>
      ) : (
        <more.Page s={s} act={stage.act} screen={screen} embedded={host.embedded} />
      )}
    </>
  );
}

let shownBrand = "";
/** The bank's colour; what stands on it is chosen by its lightness. */
function brand(s: CustomerState): void {
  const color = s.view?.brand.color ?? s.link?.brand.color;
  if (!color || color === shownBrand || !/^#[0-9a-f]{6}$/i.test(color)) return;
  shownBrand = color;
  root.style.setProperty("--tenant", color);
  root.style.setProperty("--tenant-soft", `${color}1a`);
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  // The darker of two inks from where it has more contrast; a light colour is none for links on white paper.
  const light = 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.1918;
  root.style.setProperty("--on-tenant", light ? "#0b1218" : "#ffffff");
  root.classList.toggle("branded", !light);
}

async function speak(tag: string): Promise<void> {
  session.language = tag;
  const address = LAZY[tag];
  if (address) {
    const made = (await import(address).catch(() => null)) as { text: Table } | null;
    if (!made) return;
    setLanguage(tag, made.text);
  } else setLanguage("en", {});
  document.documentElement.lang = locale();
  document.title = t("page.title");
  changed();
}

/** A part of the page by its name; a lost line only means another try, by another address because browsers keep failures. */
async function load<Part>(name: string): Promise<Part> {
  for (let round = 0; ; round += 1) {
    try {
      return (await import(LAZY[name] + (round ? `?${round}` : ""))) as Part;
    } catch {
      await new Promise((wake) => setTimeout(wake, 2_000));
    }
  }
}

/** What is not on the first screen. A tap that comes earlier takes the seat and the camera all the same. */
async function rest(): Promise<void> {
  const call = await load<Call>("call");
  const talk = new call.Talk(session);
  session.talk.keep(talk);
  session.device.arm(new call.Care(session.device));
  stage = { Stage: call.Stage, act: call.actions(first, session, talk, host) };
  changed();
  more = await load<More>("more");
  session.hands.keep(new more.Hands(session.device, token));
  changed();
}

async function begin(): Promise<void> {
  const asked = new URLSearchParams(location.search).get("lang");
  const chosen = asked ?? read("recourse.language");
  session.language = chooseLanguage([chosen, ...navigator.languages]);
  const spoken = speak(session.language);
  draw();
  void rest();
  await Promise.all([session.look(), spoken]);
  const wish = session.state.link?.locale;
  if (!chosen && wish && chooseLanguage([wish]) !== session.language) await speak(chooseLanguage([wish]));
  // What is agreed to must be read: the consent in the language of the page.
  if (session.state.link && session.state.link.consent.locale !== session.language) await session.look();
}

addEventListener("hashchange", () => location.reload());
void begin();
