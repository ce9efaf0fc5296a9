/** The agent's own comfort: light or dark, and talking while a key is held. Must not know a case. */
import { signal } from '@preact/signals';
import { self, toggleMute } from './self.ts';

export type Theme = 'system' | 'light' | 'dark';
export const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

const THEME = 'recourse.agent.theme';

function stored(): Theme {
  try {
    const kept = localStorage.getItem(THEME);
    return kept === 'light' || kept === 'dark' ? kept : 'system';
  } catch {
    return 'system';
  }
}

export const theme = signal<Theme>(stored());

function wear(chosen: Theme): void {
  if (chosen === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
}

export function setTheme(chosen: Theme): void {
  theme.value = chosen;
  wear(chosen);
  try { localStorage.setItem(THEME, chosen); } catch { /* The choice then holds for this page only. */ }
}

wear(theme.peek());

/** Whether Space is held to talk; a mute that was not ours is never undone. */
let talking = false;

/** Space, held while muted, lets the agent be heard as long as it is held. True when the key was taken. */
export function holdToTalk(down: boolean): boolean {
  if (down && talking) return true;
  if (down && self.muted.peek() && self.stream.peek()) {
    talking = true;
    toggleMute();
    return true;
  }
  if (!down && talking) {
    talking = false;
    if (!self.muted.peek()) toggleMute();
    return true;
  }
  return false;
}
