// What the pages share: who is signed in, where we are, the live line, the time. Must not know a component.

import { batch, signal } from "@preact/signals";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { AdminPush, CaseRow, Me, NumbersView } from "../generated/api.ts";
import { Refused } from "../lib/api.ts";
import { onRoute, parseRoute, type Route } from "../lib/router.ts";
import { Line, type LineState } from "../lib/socket.ts";

export const me = signal<Me | null>(null);
export const route = signal<Route>(parseRoute(location.hash));
export const now = signal(Date.now());
export const line = signal<LineState>("connecting");
export const numbers = signal<NumbersView | null>(null);
/** When this browser last got figures: the age does not depend on two clocks agreeing. */
export const numbersAt = signal(0);
/** Cases that changed while this page is open, newest first. */
export const changed = signal<ReadonlyArray<CaseRow>>([]);
/** Set when the server no longer knows us in mid-work. */
export const signInEnded = signal(false);

const MOST_CHANGED = 20;
const TICK = 1_000;

/** Takes one push into the signals. */
export function take(push: AdminPush, at: number): void {
  if (push.type === "numbers") {
    batch(() => {
      numbers.value = push.view;
      numbersAt.value = at;
    });
  } else if (push.type === "case_changed") {
    changed.value = [push.row, ...changed.value.filter((row) => row.id !== push.id)].slice(0, MOST_CHANGED);
  }
}

/** Opens the live line; returns how to close it. */
export function goLive(): () => void {
  const socket = new Line<{ type: "ping" }, AdminPush>({
    path: "/v1/admin/socket",
    hello: () => null,
    onMessage: (push) => take(push, Date.now()),
    onState: (state) => (line.value = state),
  });
  return () => socket.close();
}

/** Follows the address and the clock. */
export function follow(): () => void {
  const stop = onRoute((next) => (route.value = next));
  const timer = setInterval(() => (now.value = Date.now()), TICK);
  return () => {
    stop();
    clearInterval(timer);
  };
}

/** Forgets everything of the person who leaves. */
export function forget(): void {
  batch(() => {
    me.value = null;
    numbers.value = null;
    numbersAt.value = 0;
    changed.value = [];
    line.value = "connecting";
  });
}

export interface Resource<T> {
  value: T | undefined;
  /** Why the newest load failed. */
  failure: Refused | undefined;
  loading: boolean;
  /** When `value` was loaded. */
  at: number;
  reload: () => void;
  set: (value: T) => void;
}

/** Loads at once and on demand; keeps the last value when a reload fails, so that the page can show it with its age. */
export function useResource<T>(load: (signal: AbortSignal) => Promise<T>, key: string): Resource<T> {
  const [state, setState] = useState<{ key: string; value: T | undefined; failure: Refused | undefined; loading: boolean; at: number }>({ key, value: undefined, failure: undefined, loading: true, at: 0 });
  const [round, setRound] = useState(0);
  const loader = useRef(load);
  loader.current = load;
  useEffect(() => {
    const stop = new AbortController();
    setState((old) => (old.key === key ? { ...old, loading: true } : { key, value: undefined, failure: undefined, loading: true, at: 0 }));
    loader.current(stop.signal).then(
      (value) => stop.signal.aborted || setState({ key, value, failure: undefined, loading: false, at: Date.now() }),
      (error: unknown) => {
        if (stop.signal.aborted) return;
        const failure = asRefused(error);
        noticeSignIn(failure);
        setState((old) => ({ ...old, failure, loading: false }));
      },
    );
    return () => stop.abort();
  }, [key, round]);
  const reload = useCallback(() => setRound((n) => n + 1), []);
  const set = useCallback((value: T) => setState((old) => ({ ...old, value, failure: undefined, at: Date.now() })), []);
  const fresh = state.key === key;
  return { value: fresh ? state.value : undefined, failure: fresh ? state.failure : undefined, loading: !fresh || state.loading, at: state.at, reload, set };
}

/** Anything thrown, as the one kind of failure this page shows. */
export function asRefused(error: unknown): Refused {
  return error instanceof Refused ? error : new Refused("page_fault", 0, error instanceof Error ? error.message : String(error));
}

function noticeSignIn(failure: Refused): void {
  if (failure.status === 401 && me.value !== null) {
    signInEnded.value = true;
    forget();
  }
}

export interface Action {
  busy: boolean;
  failure: Refused | undefined;
  run: (work: () => Promise<void>) => void;
  clear: () => void;
}

/** One thing a person asked for, with its failure shown where it was asked. */
export function useAction(): Action {
  const [state, setState] = useState<{ busy: boolean; failure: Refused | undefined }>({ busy: false, failure: undefined });
  const run = useCallback((work: () => Promise<void>) => {
    setState({ busy: true, failure: undefined });
    work().then(
      () => setState({ busy: false, failure: undefined }),
      (error: unknown) => {
        const failure = asRefused(error);
        noticeSignIn(failure);
        setState({ busy: false, failure });
      },
    );
  }, []);
  const clear = useCallback(() => setState({ busy: false, failure: undefined }), []);
  return { ...state, run, clear };
}
