// The customer's phone and mailbox in the demo: what the product sent there, as it would arrive. Knows no case.
import { useEffect, useState } from "preact/hooks";
import { readInbox, type Arrived } from "./bank.ts";
import { text } from "./text.ts";

/** Newest ones shown; a phone shows as many on its lock screen. */
const SHOWN = 3;

/** Messages that arrived for these addresses while the page is open, asked for every second. */
function useInbox(phone: string, email: string): Arrived[] {
  const [all, setAll] = useState<Arrived[]>([]);
  useEffect(() => {
    let here = true;
    const ask = () =>
      readInbox().then(
        (found) => here && setAll(found.filter((each) => each.to === phone || each.to === email).slice(0, SHOWN)),
        () => undefined,
      );
    void ask();
    const timer = setInterval(() => void ask(), 1_000);
    return () => {
      here = false;
      clearInterval(timer);
    };
  }, [phone, email]);
  return all;
}

const clock = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

export function Inbox({ phone, email, lang }: { phone: string; email: string; lang: string }) {
  const messages = useInbox(phone, email);
  return (
    <section class="demo" aria-label={text.inbox}>
      <h2>{text.inbox}</h2>
      {messages.length === 0 && <p>{text.inboxEmpty}</p>}
      <ol class="inbox" aria-live="polite">
        {messages.map((each) => (
          <li key={each.at} class="sms" data-message={each.channel}>
            <small>
              {each.channel === "sms" ? text.smsFrom : text.mailFrom} <time dateTime={each.at}>{clock.format(new Date(each.at))}</time>
            </small>
            <p lang={lang}>{each.text}</p>
          </li>
        ))}
      </ol>
    </section>
  );
}
