// Who else is in the call, said by name; hold, handing on, and what a break means. Sound of those who are heard.
import { useEffect, useRef } from "preact/hooks";
import { agentName, brandName, t, type Props } from "./context.ts";

function Sound({ stream, name }: { stream: MediaStream | undefined; name: string }) {
  const box = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    const audio = box.current;
    if (!audio) return;
    audio.srcObject = stream ?? null;
    if (stream) void audio.play().catch(() => undefined);
  }, [stream]);
  return <audio ref={box} autoplay data-seat={name} />;
}

function Joined({ stream, label }: { stream: MediaStream | undefined; label: string }) {
  const box = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const video = box.current;
    if (!video) return;
    video.srcObject = stream ?? null;
    if (stream) void video.play().catch(() => undefined);
  }, [stream]);
  return <video ref={box} class="joined" playsInline autoplay aria-label={label} data-seat="supervisor" />;
}

export function Company({ s, act }: Props) {
  const company = s.view?.company;
  const [first, second] = act.company();
  if (!company) return null;
  const boss = company.people.find((each) => each.seat === "supervisor");
  const voice = company.people.find((each) => each.seat === "interpreter");
  return (
    <>
      <div class="company" role="status">
        {boss && <p class="pill">{t("company.supervisor", { name: boss.name, brand: brandName(s) })}</p>}
        {voice && <p class="pill">{t("company.interpreter", { name: voice.name })}</p>}
        {company.handed && <p class="pill">{t("company.handed")}</p>}
        {s.view?.phase === "interrupted" && <p class="pill">{t(company.fresh_start ? "company.fresh" : "company.resume")}</p>}
      </div>
      {boss ? <Joined stream={first} label={boss.name} /> : <Sound stream={first} name="supervisor" />}
      <Sound stream={second} name="interpreter" />
      {company.hold && (
        <div class="on-hold" role="alert">
          <h2>{t("company.hold")}</h2>
          <p>{t("company.hold_text", { agent: agentName(s) })}</p>
        </div>
      )}
    </>
  );
}
