// What the screens of the call and after it may ask for. Knows the session, not the screens.
import type { Actions, FirstActions } from "./context.ts";
import type { Hands } from "./hands.ts";
import type { Host } from "./host.ts";
import type { Session } from "./session.ts";
import type { Talk } from "./talk.ts";

export function actions(first: FirstActions, session: Session, talk: Talk, host: Host): Actions {
  const { device, dispatch, send } = session;
  const hands = session.hands.made;
  const handed = (errand: (hands: Hands) => unknown) => void hands.then(errand);
  let hear: (() => void) | null = null;
  return {
    ...first,
    retryCamera: () => device.again(),
    flip: () => handed((all) => all.flip()),
    torch: () => handed((all) => all.torch(!session.state.torch)),
    mute: () => device.care?.mute(session.state.microphone),
    setChat: (open) => talk.happened({ type: "chat_open", open }),
    say: (text) => talk.say(text),
    unsay: (nonce) => talk.drop(nonce),
    typing: (on) => void send({ type: "typing", on }),
    imageUrl: (evidence) => hands.then((all) => all.picture(evidence)),
    sendPhoto: (file, slot) =>
      handed(async (all) => {
        const evidence = await all.offer(file, slot);
        if (evidence) talk.own(evidence);
      }),
    dismissWish: () => {
      const command = session.state.wish?.command;
      if (command != null) handed((all) => all.done(command, { ok: false, why: "refused" }));
      dispatch({ type: "set", change: { wish: null } });
    },
    canvas: () => hands.then((all) => all.canvas()),
    callBack: (at) => hands.then((all) => all.callBack(at)),
    newLink: () => hands.then((all) => all.newLink()),
    leave: () => {
      send({ type: "leave" });
      dispatch({ type: "set", change: { aside: "none" } });
      host.once("left");
    },
    promptShown: (id) => void send({ type: "prompt_shown", id, at: new Date().toISOString(), locale: session.language }),
    promptDeclined: (id) => void send({ type: "prompt_declined", id }),
    rate: (stars, comment) => void send({ type: "rate", stars, comment: comment.slice(0, 1_000) }),
    goBack: () => {
      const back = session.state.view?.brand.return_url ?? session.state.link?.brand.return_url;
      if (host.embedded) host.tell({ type: "close" });
      else if (back) location.assign(back);
    },
    // The other device holds the seat now: the link says what proves that this is the same person.
    takeOver: () => location.reload(),
    heard: (play) => {
      hear = play;
      dispatch({ type: "set", change: { silent: true } });
    },
    hear: () => {
      hear?.();
      dispatch({ type: "set", change: { silent: false } });
    },
    far: (errand) => handed((all) => all.far().then(errand)),
    code: (code) => send({ type: "code", code: code.slice(0, 20) }),
    place: (answer) => send("fixes" in answer ? { type: "location", fixes: answer.fixes } : { type: "no_location", why: answer.why }),
    company: () => session.room?.slots.slice(1) ?? [],
    light: (light) => void (light === session.state.light || dispatch({ type: "set", change: { light } })),
  };
}
