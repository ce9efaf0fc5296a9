/** What makes a working day easier: devices with their level, what is behind the agent, light or dark. Must not know a case. */
import { BackdropPicker, Level, Picker } from './Idle.tsx';
import { setTheme, theme, THEMES } from './comfort.ts';
import { self } from './self.ts';
import { t } from './text.ts';
import { people as p, themes } from './text-people.ts';

export function Comfort() {
  const stream = self.stream.value;
  return (
    <section class="comfort">
      <div class="field"><span aria-hidden="true">{p.theme}</span><div class="seg" role="group" aria-label={p.theme}>
        {THEMES.map(each => <button key={each} class="seg-item" aria-pressed={theme.value === each} onClick={() => setTheme(each)}>{themes[each]}</button>)}
      </div></div>
      {stream && <>
        <BackdropPicker />
        <Picker kind="camera" label={t.camera} devices={self.cameras.value} value={self.camera.value} />
        <Picker kind="microphone" label={t.microphone} devices={self.microphones.value} value={self.microphone.value} />
        <Level stream={stream} />
      </>}
    </section>
  );
}
