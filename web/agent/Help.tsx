/** What makes the day easier, every key on one sheet, and the switch that turns single keys off. */
import { Icon } from '../lib/ui/icons.tsx';
import { Comfort } from './Comfort.tsx';
import { Sheet } from './Sheet.tsx';
import { keys, t } from './text.ts';
import { help, setSingleKeys, singleKeys } from './view.ts';

export function Help() {
  const close = (): void => { help.value = false; };
  return (
    <Sheet label={t.helpTitle} kind="help" onClose={close}>
      <header class="sheet-head"><h2>{t.helpTitle}</h2><button class="btn quiet icon-only" aria-label={t.close} onClick={close}><Icon name="x" /></button></header>
      <Comfort />
      <div class="help-grid">
        {keys.map(g => (
          <section key={g.group}><h3>{g.group}</h3>
            <dl>{g.keys.map(([k, word]) => <div key={k}><dt>{k.split(' ').map(x => <kbd class="key" key={x}>{x}</kbd>)}</dt><dd>{word}</dd></div>)}</dl>
          </section>
        ))}
      </div>
      <label class="switch foot">
        <input type="checkbox" role="switch" checked={singleKeys.value} aria-describedby="single-hint" onChange={e => setSingleKeys(e.currentTarget.checked)} />
        <span class="switch-track" aria-hidden="true" /><span>{t.singleKeys}</span><small class="dim" id="single-hint">{t.singleKeysHint}</small>
      </label>
    </Sheet>
  );
}
